package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

const (
	// AcceptTimeout is the longest time between queueing a job's tasks and recording the job.
	AcceptTimeout = time.Minute
	acceptLook    = 50 * time.Millisecond
)

// accepted returns the job of a task; nil when there is none, or it has ended.
func (w *Worker) accepted(ctx context.Context, d *broker.Delivery) (*record.Job, error) {
	for {
		e, there, err := w.parts.Broker.Job(ctx, d.Job)
		if err == nil && there {
			if err := w.parts.Index.Reached(ctx, e.Seq); err != nil {
				return nil, err
			}
			now, _, known := w.parts.Index.Get(d.Job)
			if !known {
				return nil, w.over(ctx, d.Job)
			}
			if now.State.Ended() {
				return nil, nil
			}
			return e.Job, nil
		}
		if err == nil && time.Since(d.Queued) > AcceptTimeout {
			return nil, nil
		}
		if err := backoff.Sleep(ctx, acceptLook); err != nil {
			return nil, err
		}
	}
}

// over makes sure that a job has ended of which the index does not know: it may have read another
// log until now.
func (w *Worker) over(ctx context.Context, id string) error {
	_, ended, err := w.parts.Broker.End(ctx, id)
	if err == nil && !ended {
		err = errors.New("the job is not known yet: the log is being read anew")
	}
	return err
}

// task is a task in work.
type task struct {
	*Worker
	d     *broker.Delivery
	job   *record.Job
	opts  service.Options
	src   *document.Source
	pages []int  // of the task; nil while the file has not been opened
	cut   bool   // its pages are tasks of their own
	seq   uint64 // of the last known event of the file
	// done are the pages that are stored, and progress is the last delivery that brought any.
	done     map[int]bool
	progress uint64
}

// do reads what is missing of the task. Without an error nothing is left to do.
func (t *task) do(ctx context.Context) error {
	if t.d.File >= len(t.job.Files) {
		return nil // a duplicate of a request, which was not accepted
	}
	if err := t.fill(ctx); err != nil {
		return err
	}
	return t.finish(ctx)
}

func (t *task) fill(ctx context.Context) error {
	opts, err := t.parts.Options(t.job)
	if err != nil {
		return notMine{err}
	}
	t.opts, t.done = opts, map[int]bool{}
	if err := t.persist(ctx, func() error { return t.recall(ctx) }); err != nil {
		return err
	}
	if t.cut {
		return t.queuePages(ctx)
	}
	if t.pages == nil && t.deaths() >= uint64(t.cfg.Attempts) {
		return t.giveUpFile(ctx, workersDied(t.d.Attempt-1))
	}
	if t.pages != nil && len(t.missing()) == 0 {
		return nil
	}
	release, err := t.fetch(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return t.giveUpRest(ctx, document.Problemf(document.CodeInternal, "", "the file is not where it was kept").Because(err))
	}
	if err != nil {
		return err
	}
	defer release()
	return t.read(ctx)
}

// fetch sets src to the task's file until release is called.
func (t *task) fetch(ctx context.Context) (release func(), err error) {
	var gone error
	err = t.persist(ctx, func() (err error) {
		t.src, release, err = t.sources.get(ctx, t.parts.Blobs, t.job.Files[t.d.File], t.parts.TempDir)
		if errors.Is(err, fs.ErrNotExist) {
			gone, err = err, nil
		}
		return err
	})
	return release, cmp.Or(err, gone)
}

// recall looks up what is known of the task already.
func (t *task) recall(ctx context.Context) error {
	t.pages = t.d.Pages
	if t.pages == nil {
		e, opened, err := t.parts.Broker.Opened(ctx, t.d.Job, t.d.File)
		if err != nil || !opened {
			return err
		}
		t.pages, t.cut, t.seq = slices.Concat([]int{}, e.Open.Pages), e.Open.Cut, e.Seq
		if t.cut {
			return nil
		}
	}
	for _, page := range t.pages {
		e, done, err := t.parts.Broker.Page(ctx, t.d.Job, t.d.File, page)
		if err != nil {
			return err
		}
		if done {
			t.done[page], t.seq = true, max(t.seq, e.Seq)
			t.progress = max(t.progress, e.Page.Attempt)
		}
	}
	return nil
}

func (t *task) missing() []int {
	return slices.DeleteFunc(slices.Clone(t.pages), func(page int) bool { return t.done[page] })
}

// deaths is how many deliveries of the task in a row, before this one, brought nothing.
func (t *task) deaths() uint64 {
	if t.d.Attempt <= t.progress {
		return 0
	}
	return t.d.Attempt - 1 - t.progress
}

// notMine is why a task must be left to a worker of another version, or with other settings.
type notMine struct{ error }

func (n notMine) Unwrap() error { return n.error }

func workersDied(times uint64) *document.Problem {
	return document.Problemf(document.CodeInternal, "", "it was given up: %d workers in a row ended while they read it", times)
}

// alone reports whether pages are to be read one by one: one of them may be what crashes workers,
// and must not take others with it.
func (t *task) alone() bool { return t.deaths() > 0 || t.d.Attempt > 2 }

// retryWait is between tries of pages that failed for a reason that may pass.
var retryWait = backoff.Exponential{First: 500 * time.Millisecond, Max: 30 * time.Second}

// read reads the missing pages, and again where that may help.
func (t *task) read(ctx context.Context) error {
	for try := 1; ; {
		if t.pages != nil && t.deaths() >= uint64(t.cfg.Attempts) {
			if err := t.giveUp(ctx, t.missing()[:1], workersDied(t.deaths())); err != nil {
				return err
			}
			if len(t.missing()) == 0 {
				return nil
			}
		}
		before := len(t.done)
		last := try >= t.cfg.Attempts
		err := t.run(ctx, last)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil && (t.cut || len(t.missing()) == 0):
			return nil
		}
		if len(t.done) > before {
			try = 1
			if err == nil {
				continue
			}
		}
		p := putOff
		if err != nil {
			p = service.Problem(err)
		}
		if !passes(p) || last {
			return t.giveUpRest(ctx, p)
		}
		counts := p.Code != document.CodeOverloaded && t.parts.Ready() // else it was no fault of the document
		if err := t.pause(ctx, try); err != nil {
			return err
		}
		if counts {
			try++
		}
	}
}

// putOff stands in for the problems of pages that are to be tried again.
var putOff = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the page failed again and again").Retry()

// passes reports whether what failed may succeed later.
func passes(p *document.Problem) bool { return p.Retryable || p.Code == document.CodeInternal }

// pause waits between tries, and until pages can be read.
func (t *task) pause(ctx context.Context, try int) error {
	if err := backoff.Sleep(ctx, retryWait.After(try)); err != nil {
		return err
	}
	for !t.parts.Ready() {
		if err := backoff.Sleep(ctx, readyInterval); err != nil {
			return err
		}
	}
	return nil
}

// giveUpRest gives up the missing pages of the task.
func (t *task) giveUpRest(ctx context.Context, why *document.Problem) error {
	if t.pages == nil {
		return t.giveUpFile(ctx, why)
	}
	return t.giveUp(ctx, t.missing(), why)
}

// giveUpFile records that a file cannot be opened.
func (t *task) giveUpFile(ctx context.Context, why *document.Problem) error {
	if passes(why) || why.Code == document.CodeUnreadable { // others are faults of the request
		if err := t.d.Bury(ctx, t.d.Task, why.Error()); err != nil {
			return err
		}
		t.log.WarnContext(ctx, "file of a job given up", "file", t.d.File, "attempt", t.d.Attempt, "error", why)
	}
	return t.append(ctx, record.Event{Open: &record.Opened{File: t.d.File, Problem: why}})
}

// giveUp records that pages cannot be read.
func (t *task) giveUp(ctx context.Context, pages []int, why *document.Problem) error {
	for _, n := range pages {
		failed := document.PageResult{Number: n, Status: document.StatusFailed, Error: why}
		if err := t.keep(ctx, failed, ""); err != nil {
			return err
		}
	}
	return nil
}

// queuePages queues tasks for the pages of a long file.
func (t *task) queuePages(ctx context.Context) error {
	lane, blob := record.Lane{Owner: t.job.Owner, Priority: t.job.Priority}, t.job.Files[t.d.File].Blob
	for pages := range slices.Chunk(t.pages, t.cfg.TaskPages) {
		if err := t.parts.Broker.Queue(ctx, lane, record.Task{Job: t.d.Job, File: t.d.File, Pages: pages}, blob); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the job when nothing of it is left to do.
func (t *task) finish(ctx context.Context) error {
	if err := t.parts.Index.Reached(ctx, t.seq); err != nil {
		return err
	}
	job, _, known := t.parts.Index.Get(t.d.Job)
	if !known || job.State.Ended() || !job.Complete() {
		return nil
	}
	end, err := t.ending(ctx, job)
	if err != nil {
		return err
	}
	if _, _, err := t.parts.Broker.Append(ctx, record.Event{ID: t.d.Job, End: end}); err != nil {
		return fmt.Errorf("end job: %w", err)
	}
	return nil
}

// errCut ends the run that has found out the number of pages, when others are to read them.
var errCut = errors.New("the document is cut")
