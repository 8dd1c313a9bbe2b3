package jobs

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

// Result is what there is of a job.
type Result struct {
	Job     index.Job
	Options service.Options
	Items   []Item // one for each file, in their order
}

// Item is what there is of a file: a result or an extraction, or why there is neither. All
// are nil while the file has not been opened.
type Item struct {
	File    record.File
	Result  *document.Result
	Fields  *document.Extraction // of KindExtract
	Problem *document.Problem
}

// Result is what there is of a job now: a document is whole when the job has ended. file
// chooses one, -1 means all.
func (j *Jobs) Result(ctx context.Context, owner, id string, file int) (*Result, error) {
	job, err := j.Get(ctx, owner, id)
	if err != nil {
		return nil, err
	}
	if file >= len(job.Files) {
		return nil, document.Problemf(document.CodeNotFound, "", "there is no file %d in this job, which has %d, counted from 0", file, len(job.Files))
	}
	g := gathering{jobs: j, job: job, only: file}
	for seq := uint64(0); seq < job.Seq; {
		e, there, err := j.broker.Next(ctx, id, seq)
		if err != nil {
			return nil, unavailable(err)
		}
		if !there {
			break
		}
		seq = e.Seq
		if err := g.see(ctx, e); err != nil {
			return nil, err
		}
		if e.End != nil {
			break
		}
	}
	if g.record == nil {
		return nil, notFound()
	}
	opts, err := j.options(g.record)
	if err != nil {
		return nil, err
	}
	return g.result(opts), nil
}

// Source is a copy of the file of an item; the caller closes it.
func (j *Jobs) Source(ctx context.Context, item Item) (*document.Source, error) {
	r, err := j.parts.Blobs.Get(ctx, item.File.Blob)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound() // it is being forgotten
	}
	if err != nil {
		return nil, unavailable(err)
	}
	defer r.Close()
	src, err := document.ReadSource(item.File.Name, r, math.MaxInt64-1, j.parts.TempDir)
	return src, unavailable(err)
}

// gathering folds the events of a job into what they say of its files.
type gathering struct {
	jobs   *Jobs
	job    index.Job
	only   int
	record *record.Job
	files  []gathered
}

type gathered struct {
	opened *record.Opened
	model  string
	pages  []document.PageResult
	last   time.Time // when the last page was done
	first  time.Time // when it was opened
}

func (g *gathering) see(ctx context.Context, e record.Event) error {
	switch {
	case e.Job != nil:
		g.record, g.files = e.Job, make([]gathered, len(e.Job.Files))
	case g.record == nil:
	case e.Open != nil:
		f := &g.files[e.Open.File]
		f.opened, f.first, f.last = e.Open, e.At, e.At
	case e.Page != nil && (g.only < 0 || g.only == e.Page.File):
		page, err := g.jobs.Read(ctx, *e.Page)
		if err != nil {
			return err
		}
		f := &g.files[e.Page.File]
		f.pages, f.last, f.model = append(f.pages, page), e.At, e.Page.Model
	}
	return nil
}

func (g *gathering) result(opts service.Options) *Result {
	r := &Result{Job: g.job, Options: opts}
	for i, f := range g.files {
		if g.only >= 0 && i != g.only {
			continue
		}
		item := Item{File: g.record.Files[i]}
		if f.opened != nil {
			item.Result, item.Problem = g.document(f, opts)
			if g.record.Kind == KindExtract && item.Problem == nil && len(f.pages) > 0 {
				item.fields(opts)
			}
		}
		r.Items = append(r.Items, item)
	}
	return r
}

// fields puts what is found in a file in the place of its result.
func (i *Item) fields(opts service.Options) {
	found, err := opts.Found(i.Result)
	if err != nil {
		i.Problem = service.Problem(err)
		return
	}
	found.ID = i.Result.ID
	i.Fields = found
}

// document is a file as service.Read gives it.
func (g *gathering) document(f gathered, opts service.Options) (*document.Result, *document.Problem) {
	if f.opened.Problem != nil {
		return nil, f.opened.Problem
	}
	r := &document.Result{
		ID: g.job.ID, Model: f.model, Timings: map[string]int{"total": int(f.last.Sub(f.first).Milliseconds())},
		Summary: document.Summary{Total: f.opened.Total, Pages: len(f.opened.Pages), Notice: f.opened.Notice},
	}
	for i := range f.pages {
		r.Account(&f.pages[i])
	}
	s := &r.Summary
	done := s.OK + s.Partial + s.Failed
	g.jobs.parts.Service.Complete(r, f.pages, opts)
	switch {
	case done < s.Pages:
		r.Status = document.StatusPartial
		if g.job.State.Ended() {
			r.Status, s.Canceled = document.StatusCanceled, s.Pages-done
		}
	case s.Failed == s.Pages && s.Pages > 0:
		return r, service.Verdict(r.Pages)
	case s.Failed+s.Partial > 0:
		r.Status = document.StatusPartial
	default:
		r.Status = document.StatusOK
	}
	return r, nil
}
