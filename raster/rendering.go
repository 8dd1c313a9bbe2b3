package raster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

// pages yields the pages asked for, in order.
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

// rendering is one pass over the pages of a document. Its workers have a child each
// and take one page after the other; they start more of them when children are free.
type rendering struct {
	*paged
	permit  func(ctx context.Context, page int) error // waits until a page may begin
	workers sync.WaitGroup
	ahead   chan struct{} // a token for each page begun and not yet taken by the reader
	queue   chan *job     // those pages, in order

	over atomic.Bool // the sequence ends with a page before those that have not begun

	mu      sync.Mutex
	numbers []int         // pages not begun
	began   int           // how many have
	extra   int           // workers beside the first
	sized   chan struct{} // of the page begun last; see job
}

// errOver is for pages that nobody will see.
var errOver = errors.New("an earlier page ends the sequence")

// job is a page in work. Pages begin and take memory in their order, lest a later page
// hold what an earlier one waits for: before closes when the page before this one has
// its memory, or has failed, and sized when this one has.
type job struct {
	number        int
	index         int  // of those asked for, from 0
	first         bool // of those asked for
	begun         bool
	before, sized chan struct{}
	done          chan outcome // has room for one
}

// outcome is what the reader gets: see document.Pages.Seq.
type outcome struct {
	page *document.Page
	err  error
}

// drain drops the pages that the reader has not taken.
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

// take takes the parked child back. False means that it is gone.
func (w *pageWorker) take() bool {
	if !w.held {
		w.held = w.child != nil && w.pool.Unpark(w.child)
	}
	return w.held
}

// hold takes the child back or waits for another.
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
		// What the machine lacks for a moment costs no page of an open document.
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

// page renders a page. The result is what Seq yields.
func (w *pageWorker) page(ctx context.Context, job *job) (*document.Page, error) {
	page, err := w.tryPage(ctx, job, nil, true)
	if errors.Is(err, pool.ErrGone) && ctx.Err() == nil {
		// A crash may have been bad luck, or the text's fault: once more, without it.
		page, err = w.tryPage(ctx, job, page, false)
	}
	if err == nil {
		return page, nil
	}
	if page != nil {
		page.Release()
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if problem := w.pageProblem(job.number, err); problem != nil {
		return failedPage(job.number), problem
	}
	return nil, w.openProblem(err)
}

// tryPage renders a page with one child, and reads its text as far as it is wanted, unless text is false. page is what
// an earlier try took memory for, nil for none. On an error too, a page that has memory is returned.
func (w *pageWorker) tryPage(ctx context.Context, job *job, page *document.Page, text bool) (_ *document.Page, err error) {
	if err := w.begin(ctx, job); err != nil {
		return page, err
	}
	defer func() {
		if dead(err) {
			w.release()
		}
	}()
	began := time.Now()
	size, err := w.size(ctx, w.child, job.number)
	if err != nil {
		return page, err
	}
	sizing := time.Since(began)
	timeout := max(w.cfg.PageTimeout-sizing, shortest)
	if page != nil && (page.Width != size.width || page.Height != size.height) {
		return page, fmt.Errorf("%w: page has another size than before", pool.ErrGone)
	}
	if page == nil {
		if page, err = w.memory(ctx, job, size); err != nil {
			return nil, err
		}
		if err := w.hold(ctx, true); err != nil {
			return page, err
		}
	}
	began = time.Now()
	err = w.render(ctx, w.child, timeout, page, size, text)
	page.Took += sizing + time.Since(began)
	return page, err
}

// shortest is what rendering gets at least when finding the size took all the time.
const shortest = 100 * time.Millisecond

// dead reports whether an error of a call means that the child is of no more use.
func dead(err error) bool {
	var failed *pool.CallError
	return err != nil && !errors.As(err, &failed)
}

// begin waits for a child and until the page may begin. Who loses the child while
// it waits gives up its turn: pages that have begun keep others from it.
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

// memory takes the memory for a page. The child may be gone after that.
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

// parkDelay is how long a child is kept from others while its page waits.
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

// render has a child draw a page and copies the pixels, and what text is wanted, unless text is false.
func (w *pageWorker) render(ctx context.Context, c *pool.Child, timeout time.Duration, page *document.Page, size renderSize, text bool) error {
	req := wire.Request{Op: wire.OpRender, Page: uint32(page.Number - 1), Width: uint32(size.width), Height: uint32(size.height)}
	if text && w.words {
		req.Words = 1
	}
	if text && w.layer {
		req.Drawn = 1
	}
	rep, err := w.pool.Call(ctx, c, timeout, req, "", nil)
	if err != nil {
		return err
	}
	page.Spent += c.Spent()
	if req.Words == 1 { // else what the child says of words is nothing
		if page.Words, err = c.ReadWords(rep, size.width, size.height); err != nil {
			return err
		}
	}
	if req.Drawn == 1 {
		if page.Drawn, err = c.ReadDrawn(rep, size.width, size.height); err != nil {
			return err
		}
	}
	page.Faults = faultTexts(mupdf.Faults(rep.Faults))
	return w.copyPixels(c, rep, page)
}

// copyPixels copies the pixels that a child has drawn. The page has memory for them; its sides
// may have changed places, where the child turned it upright.
func (r *Rasterizer) copyPixels(c *pool.Child, rep wire.Reply, page *document.Page) error {
	width, height, err := r.pixels(rep)
	if err != nil {
		return err
	}
	if width*height != page.Width*page.Height {
		return fmt.Errorf("%w: drew %d x %d pixels in place of %d x %d", pool.ErrGone, width, height, page.Width, page.Height)
	}
	page.Width, page.Height = width, height
	gray := rep.Format == wire.FormatGray
	pix := r.pixelBuffer(page, gray)
	if err := c.ReadPixels(pix); err != nil {
		return err
	}
	page.Image = r.adopt(page, pix, gray)
	return nil
}
