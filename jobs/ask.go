package jobs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

// Get returns a job as it stands. Jobs of other owners do not exist to the caller.
func (j *Jobs) Get(ctx context.Context, owner, id string) (index.Job, error) {
	job, _, err := j.watch(ctx, owner, id)
	return job, err
}

// watch is Get with a channel that is closed when the job changes.
func (j *Jobs) watch(ctx context.Context, owner, id string) (index.Job, <-chan struct{}, error) {
	if err := j.known(ctx); err != nil {
		return index.Job{}, nil, err
	}
	if !fit(id) {
		return index.Job{}, nil, notFound()
	}
	job, changed, there := j.index.Get(id)
	if !there { // another gateway may have accepted it just now
		e, written, err := j.broker.Job(ctx, id)
		if err != nil {
			return index.Job{}, nil, unavailable(err)
		}
		if !written {
			return index.Job{}, nil, notFound()
		}
		if err := j.index.Reached(ctx, e.Seq); err != nil {
			return index.Job{}, nil, document.EndProblem(err, "")
		}
		job, changed, there = j.index.Get(id)
	}
	if !there || job.Owner != owner {
		return index.Job{}, nil, notFound()
	}
	return job, changed, nil
}

// fit reports whether something looks like an id: hexadecimal digits and hyphens.
func fit(id string) bool {
	if len(id) != 36 {
		return false
	}
	for _, c := range id {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == '-') {
			return false
		}
	}
	return true
}

func notFound() error {
	return document.Problemf(document.CodeNotFound, "", "there is no such job; jobs are forgotten some time after their end")
}

// Wait returns a job when it has ended, or after most.
func (j *Jobs) Wait(ctx context.Context, owner, id string, most time.Duration) (index.Job, error) {
	over := time.NewTimer(most)
	defer over.Stop()
	for {
		job, changed, err := j.watch(ctx, owner, id)
		if err != nil || job.State.Ended() {
			return job, err
		}
		select {
		case <-changed:
		case <-over.C:
			return job, nil
		case <-ctx.Done():
			return job, document.EndProblem(context.Cause(ctx), "")
		}
	}
}

// List returns an owner's jobs, the newest first; more says that there are others.
func (j *Jobs) List(ctx context.Context, q index.Query) (jobs []index.Job, more bool, err error) {
	if err := j.known(ctx); err != nil {
		return nil, false, err
	}
	jobs, more = j.index.List(q)
	return jobs, more, nil
}

// Cancel ends a job and keeps what was done; one that has ended stays as it is.
func (j *Jobs) Cancel(ctx context.Context, owner, id string) (index.Job, error) {
	job, err := j.Get(ctx, owner, id)
	if err != nil || job.State.Ended() {
		return job, err
	}
	seq, _, err := j.broker.Append(ctx, record.Event{ID: id, End: &record.End{State: record.Canceled}})
	if err != nil {
		return job, unavailable(err)
	}
	j.unqueue(ctx, id)
	if err := j.index.Reached(ctx, seq); err != nil {
		return job, document.EndProblem(err, "")
	}
	return j.Get(ctx, owner, id)
}

// unqueue removes the tasks of a job that has ended. Those that it misses are dropped by the
// worker that takes them.
func (j *Jobs) unqueue(ctx context.Context, id string) {
	if err := j.broker.Unqueue(ctx, id); err != nil {
		j.log.WarnContext(ctx, "tasks of an ended job not removed", "job", id, "error", err)
	}
}

// Events calls see for each event of a job in order, past and future ones, until the job has ended
// or see returns an error. The order is always the same, for everybody.
func (j *Jobs) Events(ctx context.Context, owner, id string, see func(record.Event) error) error {
	for seq := uint64(0); ; {
		job, changed, err := j.watch(ctx, owner, id)
		if err != nil {
			return err
		}
		for seq < job.Seq {
			e, there, err := j.broker.Next(ctx, id, seq)
			if err != nil {
				return unavailable(err)
			}
			if !there {
				break
			}
			seq = e.Seq
			if err := see(e); err != nil || e.End != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return document.EndProblem(context.Cause(ctx), "")
		}
	}
}

// Read reads a page that is done.
func (j *Jobs) Read(ctx context.Context, p record.Page) (document.PageResult, error) {
	r, err := j.parts.Blobs.Get(ctx, p.Blob)
	if errors.Is(err, fs.ErrNotExist) {
		return document.PageResult{}, notFound() // it is being forgotten
	}
	if err != nil {
		return document.PageResult{}, unavailable(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return document.PageResult{}, unavailable(err)
	}
	return record.DecodePage(b)
}

// Page returns one page of a file of a job.
func (j *Jobs) Page(ctx context.Context, owner, id string, file, number int) (document.PageResult, error) {
	job, err := j.Get(ctx, owner, id)
	if err != nil {
		return document.PageResult{}, err
	}
	if file < 0 || file >= len(job.Files) {
		return document.PageResult{}, document.Problemf(document.CodeNotFound, "", "there is no file %d in this job, which has %d, counted from 0", file, len(job.Files))
	}
	e, there, err := j.broker.Page(ctx, id, file, number)
	switch {
	case err != nil:
		return document.PageResult{}, unavailable(err)
	case there:
		return j.Read(ctx, *e.Page)
	case job.State.Ended():
		return document.PageResult{}, document.Problemf(document.CodeNotFound, "", "this job has no page %d", number)
	}
	p := document.Problemf(document.CodeNotFound, "", "page %d has not been read yet", number).Retry()
	return document.PageResult{}, p
}

// Original returns a copy of a file of a job, which the caller closes, and the job's options.
func (j *Jobs) Original(ctx context.Context, owner, id string, file int) (*document.Source, service.Options, error) {
	if _, err := j.Get(ctx, owner, id); err != nil {
		return nil, service.Options{}, err
	}
	e, there, err := j.broker.Job(ctx, id)
	switch {
	case err != nil:
		return nil, service.Options{}, unavailable(err)
	case !there || file < 0 || file >= len(e.Job.Files):
		return nil, service.Options{}, notFound() // it is being forgotten
	}
	opts, err := j.options(e.Job)
	if err != nil {
		return nil, opts, err
	}
	src, err := j.Source(ctx, Item{File: e.Job.Files[file]})
	return src, opts, err
}
