package jobs

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

// Result is what a job has read so far.
type Result struct {
	Job     index.Job
	Options service.Options
	Items   []Item // one for each file, in their order
}

// Item is what was read of a file: a result or an extraction, or why there is neither. All are nil
// while the file has not been opened.
type Item struct {
	File    record.File
	Result  *document.Result
	Fields  *document.Extraction // of KindExtract
	Problem *document.Problem
}

// Result returns what a job has read so far: a document is whole when the job has ended. file
// chooses one, -1 means all. The memory that it takes is counted until ctx ends.
func (j *Jobs) Result(ctx context.Context, owner, id string, file int) (*Result, error) {
	job, err := j.Get(ctx, owner, id)
	if err == nil {
		err = hasFile(job, max(file, 0))
	}
	if err == nil {
		err = j.room(ctx, job, file)
	}
	if err != nil {
		return nil, err
	}
	g := gathering{jobs: j, job: job, only: file}
	return g.whole(ctx)
}

// Lines passes the finished pages of a file to page, one at a time, in the order in which they
// were finished, and returns the summary without them.
func (j *Jobs) Lines(ctx context.Context, owner, id string, file int, page func(document.PageResult) error) (*Result, error) {
	job, err := j.Get(ctx, owner, id)
	if err == nil {
		err = hasFile(job, file)
	}
	if err != nil {
		return nil, err
	}
	g := gathering{jobs: j, job: job, only: file, give: page}
	return g.whole(ctx)
}

func hasFile(job index.Job, file int) error {
	if file < 0 || file >= len(job.Files) {
		return document.Problemf(document.CodeNotFound, "", "there is no file %d in this job, which has %d, counted from 0", file, len(job.Files))
	}
	return nil
}

const (
	// perByte is how much memory a stored byte of a page takes: decoded, joined and encoded again,
	// in a growing buffer.
	perByte = 4
	// roomTimeout is how long a result waits for others to be sent.
	roomTimeout = 30 * time.Second
)

// room waits until there is memory for a result, and takes it until ctx ends.
func (j *Jobs) room(ctx context.Context, job index.Job, file int) error {
	need := int64(0)
	for i, f := range job.Files {
		if file < 0 || i == file {
			need += f.Bytes * perByte
		}
	}
	if need > j.cfg.ResultMemory {
		p := document.Problemf(document.CodeTooLarge, document.PhaseFormat,
			"this result would take some %d MiB of memory, and this server has %d for results: take it as lines (format=ndjson), page by page, or file by file", need>>20, j.cfg.ResultMemory>>20)
		p.Limit = "jobs.result_memory"
		return p
	}
	waiting, cancel := context.WithTimeout(ctx, roomTimeout)
	defer cancel()
	if j.memory.Acquire(waiting, need) != nil {
		if ctx.Err() != nil {
			return document.EndProblem(context.Cause(ctx), document.PhaseFormat)
		}
		return document.Problemf(document.CodeOverloaded, document.PhaseFormat, "other results take the memory that there is for them; try again later").Retry()
	}
	context.AfterFunc(ctx, func() { j.memory.Release(need) })
	return nil
}

// Source returns the file of an item; the caller closes it. One in a folder is read in place:
// pictures of its pages are drawn one by one, and each would begin with a copy of the whole file.
func (j *Jobs) Source(ctx context.Context, item Item) (*document.Source, error) {
	r, err := j.parts.Blobs.Get(ctx, item.File.Blob)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound() // it is being forgotten
	}
	if err != nil {
		return nil, unavailable(err)
	}
	if file, here := r.(*os.File); here {
		src, err := document.FileSource(item.File.Name, file)
		return src, unavailable(err)
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
	give   func(document.PageResult) error // takes the pages; nil keeps them
	record *record.Job
	files  []gathered
}

type gathered struct {
	opened *record.Opened
	model  string
	pages  []document.PageResult // where they are passed on, only why they failed
	counts document.Result
	last   time.Time // when the last page was done
	first  time.Time // when it was opened
}

// whole gathers all events and assembles the result.
func (g *gathering) whole(ctx context.Context) (*Result, error) {
	if err := g.gather(ctx); err != nil {
		return nil, err
	}
	opts, err := g.jobs.options(g.record)
	if err != nil {
		return nil, err
	}
	return g.result(opts), nil
}

// gather sees the events of the job so far.
func (g *gathering) gather(ctx context.Context) error {
	for seq := uint64(0); seq < g.job.Seq; {
		e, there, err := g.jobs.broker.Next(ctx, g.job.ID, seq)
		if err != nil {
			return unavailable(err)
		}
		if !there {
			break
		}
		seq = e.Seq
		if err := g.see(ctx, e); err != nil {
			return err
		}
		if e.End != nil {
			break
		}
	}
	if g.record == nil {
		return notFound()
	}
	return nil
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
		f.last, f.model = e.At, e.Page.Model
		f.counts.Account(&page)
		if g.give == nil {
			f.pages = append(f.pages, page)
			return nil
		}
		if page.Status == document.StatusFailed {
			f.pages = append(f.pages, document.PageResult{Number: page.Number, Status: page.Status, Error: page.Error})
		}
		return g.give(page)
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

// fields replaces the result of a file by the fields found in it.
func (i *Item) fields(opts service.Options) {
	found, err := opts.Found(i.Result)
	if err != nil {
		i.Problem = service.Problem(err)
		return
	}
	found.ID = i.Result.ID
	i.Fields = found
}

// document assembles a file's result as service.Read returns it.
func (g *gathering) document(f gathered, opts service.Options) (*document.Result, *document.Problem) {
	if f.opened.Problem != nil {
		return nil, f.opened.Problem
	}
	r := &f.counts
	r.ID, r.Model, r.Timings = g.job.ID, f.model, map[string]int{"total": int(f.last.Sub(f.first).Milliseconds())}
	s := &r.Summary
	s.Total, s.Pages, s.Notice = f.opened.Total, len(f.opened.Pages), f.opened.Notice
	if g.give == nil {
		g.jobs.parts.Service.Complete(r, f.pages, opts)
	}
	done := s.OK + s.Partial + s.Failed
	switch {
	case done < s.Pages:
		r.Status = document.StatusPartial
		if g.job.State.Ended() {
			r.Status, s.Canceled = document.StatusCanceled, s.Pages-done
		}
	case s.Failed == s.Pages && s.Pages > 0:
		r.Status = document.StatusFailed
		return r, service.Verdict(f.pages)
	case s.Failed+s.Partial > 0:
		r.Status = document.StatusPartial
	default:
		r.Status = document.StatusOK
	}
	return r, nil
}
