package raster

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"ocr-gateway/document"
)

// pages yields the requested pages, in order.
func (d *paged) pages(ctx context.Context, pages *document.Pages, yield func(*document.Page, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	work := &rendering{
		paged:   d,
		permit:  permitOf(pages),
		numbers: pages.Numbers,
		ahead:   make(chan struct{}, d.cfg.ReadAhead),
		queue:   make(chan *job, d.cfg.ReadAhead),
		sized:   closedChannel(),
	}
	defer work.drain()
	defer work.workers.Wait()
	defer cancel()

	w := &pageWorker{rendering: work, child: d.first}
	d.first = nil
	work.workers.Go(func() { w.work(ctx) })
	for range pages.Numbers {
		var next *job
		select {
		case next = <-work.queue:
		case <-ctx.Done():
			yield(nil, context.Cause(ctx))
			return
		}
		done := <-next.done
		<-work.ahead
		if !yield(done.page, done.err) || done.page == nil {
			return
		}
	}
}

// permitOf is the consumer's Begin.
func permitOf(pages *document.Pages) func(ctx context.Context, page int) error {
	if pages.Begin == nil {
		return func(context.Context, int) error { return nil }
	}
	return pages.Begin
}

func closedChannel() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// rendering is one pass over the pages of a document. Each worker has a child and takes one page
// after the other; they start more workers when children are free.
type rendering struct {
	*paged
	permit  func(ctx context.Context, page int) error // waits until a page may begin
	workers sync.WaitGroup
	ahead   chan struct{} // a token for each page begun and not yet taken by the reader
	queue   chan *job     // those pages, in order

	over atomic.Bool // the sequence ends before the pages that have not begun

	mu      sync.Mutex
	numbers []int         // pages not begun
	began   int           // how many have
	extra   int           // workers beside the first
	sized   chan struct{} // of the page begun last; see job
}

// errOver is the error of pages that nobody will see.
var errOver = errors.New("an earlier page ends the sequence")

// job is a page in work. Pages begin and reserve memory in order, so that no later page holds what
// an earlier one waits for: before closes when the page before this one has its memory, or has
// failed, and sized when this one has.
type job struct {
	number        int
	index         int  // among the requested pages, from 0
	first         bool // of the requested pages
	begun         bool
	before, sized chan struct{}
	done          chan outcome // has room for one
}

// outcome is what the reader gets: see document.Pages.Seq.
type outcome struct {
	page *document.Page
	err  error
}

// drain releases the pages that the reader has not taken.
func (r *rendering) drain() {
	for {
		select {
		case job := <-r.queue:
			if done := <-job.done; done.page != nil {
				done.page.Release()
			}
		default:
			return
		}
	}
}

// next begins a page. Nil means that there is none.
func (r *rendering) next() *job {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.numbers) == 0 {
		return nil
	}
	j := &job{number: r.numbers[0], index: r.began, first: r.began == 0, before: r.sized, sized: make(chan struct{}), done: make(chan outcome, 1)}
	r.numbers, r.sized = r.numbers[1:], j.sized
	r.began++
	r.queue <- j
	return j
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// addWorker starts another worker if there is a page and a child for it.
func (r *rendering) addWorker(ctx context.Context) {
	r.mu.Lock()
	wanted := r.extra+1 < r.cfg.Workers && len(r.numbers) > 0 && len(r.ahead) < cap(r.ahead)
	if wanted {
		r.extra++
	}
	r.mu.Unlock()
	if !wanted {
		return
	}
	c := r.pool.TryAcquire(ctx)
	if c == nil {
		r.lostWorker()
		return
	}
	r.workers.Go(func() {
		defer r.lostWorker()
		if _, err := r.openIn(ctx, c); err != nil {
			return // the first worker meets the same error with a page in hand
		}
		w := &pageWorker{rendering: r, child: c, held: true, extra: true}
		w.work(ctx)
	})
}

func (r *rendering) lostWorker() {
	r.mu.Lock()
	r.extra--
	r.mu.Unlock()
}
