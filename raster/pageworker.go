package raster

import (
	"context"
	"errors"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster/pool"
)

// shortDocument is how many pages of a document are drawn as urgently as the
// gateway itself works.
const shortDocument = 2

// pageWorker renders pages with one child. While it waits, the child is parked and
// another document may take its place; a child that dies is replaced.
type pageWorker struct {
	*rendering
	child *pool.Child // has the document open; nil when there is none
	held  bool        // child is neither parked nor gone
	extra bool        // not the document's first: gives way to documents that wait
}

// work renders pages until none is left.
func (w *pageWorker) work(ctx context.Context) {
	defer w.release()
	for w.waitForReader(ctx) {
		if w.extra && (w.pool.Wanted() || !w.take()) {
			<-w.ahead
			return
		}
		if w.held && w.pool.Overdue(w.child) {
			w.release()
		}
		job := w.next()
		if job == nil {
			<-w.ahead
			return
		}
		w.addWorker(ctx)
		page, err := w.page(ctx, job)
		if page == nil {
			w.over.Store(true)
		}
		if !isClosed(job.sized) {
			<-job.before
			close(job.sized)
		}
		job.done <- outcome{page, err}
		if page == nil {
			return
		}
		if job.index >= shortDocument && w.held {
			w.child.StepBack()
		}
	}
}

// waitForReader waits until another page may be begun. False means that the reader
// is gone.
func (w *pageWorker) waitForReader(ctx context.Context) bool {
	select {
	case w.ahead <- struct{}{}:
		return ctx.Err() == nil
	default:
	}
	w.park()
	select {
	case w.ahead <- struct{}{}:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// take takes the parked child back. False means that it has gone to another document.
func (w *pageWorker) take() bool {
	if !w.held {
		w.held = w.child != nil && w.pool.Unpark(w.child)
	}
	return w.held
}

// hold takes the child back, or waits for another.
func (w *pageWorker) hold(ctx context.Context, urgent bool) error {
	if w.take() {
		return nil
	}
	w.child = nil
	for began := time.Now(); ; {
		c, _, err := w.acquire(ctx, urgent)
		if err == nil {
			w.child, w.held = c, true
			return nil
		}
		// A momentary shortage of the machine costs no page of an open document.
		if !errors.Is(err, pool.ErrNoChild) || time.Since(began) > w.cfg.PageTimeout {
			return err
		}
		select {
		case <-time.After(pool.RestartDelay):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (w *pageWorker) park() {
	if w.held {
		w.pool.Park(w.child)
		w.held = false
	}
}

func (w *pageWorker) release() {
	if w.child != nil {
		w.pool.Release(w.child)
		w.child, w.held = nil, false
	}
}

// begin waits for a child and until the page may begin. A worker that loses its child meanwhile
// gives up its turn: pages that have begun keep others waiting.
func (w *pageWorker) begin(ctx context.Context, job *job) error {
	for urgent := job.first; !job.begun; urgent = false {
		if err := w.hold(ctx, urgent); err != nil {
			return err
		}
		waiting, cancel := context.WithCancel(ctx)
		stop := context.AfterFunc(w.child.Killed(), cancel)
		err := w.parkIfSlow(func() error {
			select {
			case <-job.before:
				if w.over.Load() {
					return errOver
				}
				return w.permit(waiting, job.number)
			case <-waiting.Done():
				return waiting.Err()
			}
		})
		stop()
		cancel()
		job.begun = err == nil
		switch {
		case err == nil:
		case ctx.Err() == nil && w.child.Killed().Err() != nil:
			w.release()
		default:
			return err
		}
	}
	return w.hold(ctx, true)
}

// memory reserves the memory of a page. The child may be gone afterwards.
func (w *pageWorker) memory(ctx context.Context, job *job, size renderSize) (page *document.Page, err error) {
	err = w.parkIfSlow(func() error {
		page, err = w.newPage(ctx, job.number, size.width, size.height)
		return err
	})
	if err != nil {
		return nil, err
	}
	page.DPI, page.Scaled = size.dpi, size.scaled
	close(job.sized)
	return page, nil
}

// parkDelay is how long a waiting page keeps its child from others.
const parkDelay = 50 * time.Millisecond

// parkIfSlow runs wait, and parks the child if it takes longer than parkDelay.
func (w *pageWorker) parkIfSlow(wait func() error) error {
	parked := make(chan struct{})
	timer := time.AfterFunc(parkDelay, func() {
		w.pool.Park(w.child)
		close(parked)
	})
	defer func() {
		if !timer.Stop() {
			<-parked
			w.held = false
		}
	}()
	return wait()
}
