package raster

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"strconv"
	"sync"
	"time"

	"ocr-gateway/document"
)

// paged is a document that children read.
type paged struct {
	*Rasterizer
	kind     kind
	offset   int
	password string
	dpi      int      // of PDF pages
	file     *os.File // the document, readable only
	first    *child   // has the document open; parked until the pages are ranged over
}

// openPaged opens a document in a child.
func (r *Rasterizer) openPaged(ctx context.Context, kind kind, offset int, src *document.Source, opts document.Options) (*document.Pages, error) {
	if len(opts.Password) > maxPassword {
		return nil, wrongPassword()
	}
	file, err := readOnly(src)
	if err != nil {
		return nil, fmt.Errorf("raster: %w", err)
	}
	d := &paged{Rasterizer: r, kind: kind, offset: offset, password: opts.Password, dpi: opts.DPI, file: file}
	if d.dpi == 0 {
		d.dpi = r.cfg.DPI
	}
	pages, err := d.open(ctx, opts)
	if err != nil {
		d.close()
		return nil, err
	}
	return pages, nil
}

func (d *paged) open(ctx context.Context, opts document.Options) (*document.Pages, error) {
	c, total, err := d.acquire(ctx)
	if errors.Is(err, errChildGone) { // a crash may have been bad luck: try once more
		c, total, err = d.acquire(ctx)
	}
	if err != nil {
		return nil, d.openProblem(err)
	}
	d.first = c
	if total == 0 {
		return nil, document.Problemf(document.CodeUnreadable, document.PhaseRaster, "the %s has no pages", d.kind)
	}
	pages, err := d.newPages(total, opts)
	if err != nil {
		return nil, err
	}
	if total == 1 && d.kind != kindPDF { // what is wrong with a picture is wrong with the document
		if _, err := d.size(ctx, c, 1); err != nil {
			return nil, d.openProblem(err)
		}
	}
	d.pool.park(c)
	pages.Seq = once(func(yield func(*document.Page, error) bool) { d.pages(ctx, pages.Numbers, yield) })
	pages.Close = sync.OnceFunc(d.close)
	return pages, nil
}

// close frees what the document holds while it is not ranged over.
func (d *paged) close() {
	if d.first != nil {
		d.pool.release(d.first)
	}
	d.file.Close()
}

// readOnly gives the document as a file that a child can read, but not change.
func readOnly(src *document.Source) (*os.File, error) {
	if spooled := src.File(); spooled != nil {
		return os.Open("/proc/self/fd/" + strconv.Itoa(int(spooled.Fd())))
	}
	memory, err := memoryFile(0)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	if _, err := io.Copy(memory, src.Reader()); err != nil {
		return nil, fmt.Errorf("copy upload: %w", err)
	}
	return os.Open("/proc/self/fd/" + strconv.Itoa(int(memory.Fd())))
}

// acquire waits for a child and opens the document in it.
func (d *paged) acquire(ctx context.Context) (c *child, total int, err error) {
	if c, err = d.pool.acquire(ctx); err != nil {
		return nil, 0, err
	}
	total, err = d.openIn(ctx, c)
	return c, total, err
}

// openIn opens the document in a fresh child, which is released on an error.
func (d *paged) openIn(ctx context.Context, c *child) (total int, err error) {
	rep, err := d.call(ctx, c, d.cfg.PageTimeout, request{
		Op: opOpen, Kind: d.kind, Offset: uint64(d.offset),
		MaxPixels: uint64(d.cfg.MaxPixels), Memory: uint64(d.cfg.ChildMemory),
	}, d.password, d.file)
	if err != nil {
		d.pool.release(c)
		return 0, err
	}
	return int(rep.Pages), nil
}

// childError is a request that a living child could not fulfil.
type childError struct {
	status  status
	message string
}

func (e *childError) Error() string { return "raster child: " + e.message }

func (d *paged) call(ctx context.Context, c *child, timeout time.Duration, req request, tail string, file *os.File) (reply, error) {
	rep, message, err := c.call(ctx, timeout, req, tail, file)
	if err == nil && rep.Status != statusOK {
		err = &childError{rep.Status, message}
	}
	return rep, err
}

func wrongPassword() *document.Problem {
	return document.Problemf(document.CodeWrongPassword, document.PhaseRaster, "the password does not open the PDF")
}

// openProblem translates why a document does not open. Other errors pass through.
func (d *paged) openProblem(err error) error {
	var failed *childError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &failed) && failed.status == statusPasswordRequired:
		return document.Problemf(document.CodePasswordRequired, document.PhaseRaster,
			"the PDF is encrypted: send its password in the field password")
	case errors.As(err, &failed) && failed.status == statusWrongPassword:
		return wrongPassword()
	case errors.Is(err, errClosed):
		return document.Problemf(document.CodeOverloaded, document.PhaseRaster, "the server is stopping").Retry().Because(err)
	case errors.Is(err, errTimeout):
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s could not be opened within %s: it is too complex or damaged", d.kind, d.cfg.PageTimeout).Because(err)
	case errors.As(err, &failed), errors.Is(err, errChildGone):
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s could not be opened: it is damaged, or too large to hold in memory", d.kind).Because(err)
	}
	return err
}

// pageProblem translates why a page fails, nil for errors that end the document.
func (d *paged) pageProblem(number int, err error) *document.Problem {
	var failed *childError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.Is(err, errTimeout):
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"page %d was not rendered within %s", number, d.cfg.PageTimeout).Because(err)
	case errors.As(err, &failed) && d.kind != kindPDF && d.kind != kindTIFF:
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or of a variety that is not supported", d.kind).Because(err)
	case errors.As(err, &failed), errors.Is(err, errChildGone):
		return document.Problemf(document.CodePageFailed, document.PhaseRaster,
			"page %d could not be rendered: it is damaged, or too large to hold in memory", number).Because(err)
	}
	return nil
}

// pages yields the pages asked for, in order.
func (d *paged) pages(ctx context.Context, numbers []int, yield func(*document.Page, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	run := &run{
		paged:   d,
		numbers: numbers,
		ahead:   make(chan struct{}, d.cfg.ReadAhead),
		queue:   make(chan *job, d.cfg.ReadAhead),
		sized:   closedChannel(),
	}
	defer run.drain()
	defer run.workers.Wait()
	defer cancel()

	w := &pageWorker{run: run, child: d.first}
	d.first = nil
	run.workers.Go(func() { w.work(ctx) })
	for range numbers {
		var next *job
		select {
		case next = <-run.queue:
		case <-ctx.Done():
			yield(nil, context.Cause(ctx))
			return
		}
		done := <-next.done
		<-run.ahead
		if !yield(done.page, done.err) || done.page == nil {
			return
		}
	}
}

func closedChannel() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// run renders the pages of a document once. Its workers have a child each and take
// one page after the other; the first worker starts more of them when children
// are free.
type run struct {
	*paged
	workers sync.WaitGroup
	ahead   chan struct{} // a token for each page begun and not yet taken by the reader
	queue   chan *job     // those pages, in order

	mu      sync.Mutex
	numbers []int         // pages not begun
	extra   int           // workers beside the first
	sized   chan struct{} // of the page begun last; see job
}

// job is a page in work. Memory is taken in page order, lest a later page hold what
// an earlier one waits for: before closes when the page before this one has its
// memory, or has failed, and sized when this one has.
type job struct {
	number        int
	before, sized chan struct{}
	done          chan outcome // has room for one
}

// outcome is what the reader gets: see document.Pages.Seq.
type outcome struct {
	page *document.Page
	err  error
}

// drain drops the pages that the reader has not taken.
func (r *run) drain() {
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
func (r *run) next() *job {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.numbers) == 0 {
		return nil
	}
	j := &job{number: r.numbers[0], before: r.sized, sized: make(chan struct{}), done: make(chan outcome, 1)}
	r.numbers, r.sized = r.numbers[1:], j.sized
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
func (r *run) addWorker(ctx context.Context) {
	r.mu.Lock()
	wanted := r.extra+1 < r.cfg.Workers && len(r.numbers) > 0 && len(r.ahead) < cap(r.ahead)
	if wanted {
		r.extra++
	}
	r.mu.Unlock()
	if !wanted {
		return
	}
	c := r.pool.tryAcquire(ctx)
	if c == nil {
		r.lostWorker()
		return
	}
	r.workers.Go(func() {
		defer r.lostWorker()
		if _, err := r.openIn(ctx, c); err != nil {
			return // the first worker meets the same error with a page in hand
		}
		w := &pageWorker{run: r, child: c, held: true, extra: true}
		w.work(ctx)
	})
}

func (r *run) lostWorker() {
	r.mu.Lock()
	r.extra--
	r.mu.Unlock()
}

// pageWorker renders pages with one child. While it waits, the child is parked and
// another document may take its place; a child that dies is replaced.
type pageWorker struct {
	*run
	child *child // has the document open; nil when there is none
	held  bool   // child is neither parked nor gone
	extra bool   // not the document's first: gives way to documents that wait
}

// work renders pages until none is left.
func (w *pageWorker) work(ctx context.Context) {
	defer w.release()
	for w.waitForReader(ctx) {
		if w.extra && (w.pool.wanted() || !w.take()) {
			<-w.ahead
			return
		}
		job := w.next()
		if job == nil {
			<-w.ahead
			return
		}
		w.addWorker(ctx)
		page, err := w.page(ctx, job)
		if !isClosed(job.sized) {
			<-job.before
			close(job.sized)
		}
		job.done <- outcome{page, err}
		if page == nil {
			return
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
		w.held = w.child != nil && w.pool.unpark(w.child)
	}
	return w.held
}

// hold takes the child back or waits for another.
func (w *pageWorker) hold(ctx context.Context) error {
	if w.take() {
		return nil
	}
	w.child = nil
	c, _, err := w.acquire(ctx)
	if err != nil {
		return err
	}
	w.child, w.held = c, true
	return nil
}

func (w *pageWorker) park() {
	if w.held {
		w.pool.park(w.child)
		w.held = false
	}
}

func (w *pageWorker) release() {
	if w.child != nil {
		w.pool.release(w.child)
		w.child, w.held = nil, false
	}
}

// page renders a page. The result is what Seq yields.
func (w *pageWorker) page(ctx context.Context, job *job) (*document.Page, error) {
	page, err := w.tryPage(ctx, job, nil)
	if errors.Is(err, errChildGone) && ctx.Err() == nil {
		page, err = w.tryPage(ctx, job, page) // a crash may have been bad luck: once more
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

// tryPage renders a page with one child. page is what an earlier try took memory
// for, nil for none. On an error too, a page that has memory is returned.
func (w *pageWorker) tryPage(ctx context.Context, job *job, page *document.Page) (_ *document.Page, err error) {
	if err := w.hold(ctx); err != nil {
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
	timeout := max(w.cfg.PageTimeout-time.Since(began), time.Second)
	if page == nil {
		if page, err = w.memory(ctx, job, size); err != nil {
			return nil, err
		}
		if err := w.hold(ctx); err != nil {
			return page, err
		}
	}
	return page, w.render(ctx, w.child, timeout, page, size)
}

// dead tells whether an error of a call means that the child is of no more use.
func dead(err error) bool {
	var failed *childError
	return err != nil && !errors.As(err, &failed)
}

// size asks a child for the size of a page, and makes it one that can be rendered.
func (d *paged) size(ctx context.Context, c *child, number int) (renderSize, error) {
	rep, err := d.call(ctx, c, d.cfg.PageTimeout, request{Op: opSize, Page: uint32(number - 1)}, "", nil)
	var failed *childError
	if errors.As(err, &failed) && failed.status == statusTooManyPixels {
		return renderSize{}, d.tooManyPixels(number, int(rep.Width), int(rep.Height)).Because(err)
	}
	if err != nil {
		return renderSize{}, err
	}
	if d.kind == kindPDF {
		return scaledSize(rep.Width, rep.Height, d.dpi, d.cfg.MaxPixels)
	}
	return d.pictureSize(rep)
}

// renderSize is how a page is to be rendered.
type renderSize struct {
	width, height int
	dpi           float64
	scaled        bool
	orientation   orientation
}

// scaledSize is the size in pixels of a PDF page of width x height points, smaller
// than asked for when it would not fit the limits.
func scaledSize(width, height float64, dpi, maxPixels int) (renderSize, error) {
	if !(width > 0 && height > 0) || width > math.MaxFloat32 || height > math.MaxFloat32 {
		return renderSize{}, fmt.Errorf("%w: page of %g x %g points", errChildGone, width, height)
	}
	const pointsPerInch = 72
	scale := float64(dpi) / pointsPerInch
	largest := min(maxSide/width, maxSide/height, math.Sqrt(float64(maxPixels)/width/height))
	size := renderSize{orientation: upright, scaled: scale > largest}
	scale = min(scale, largest)
	// Rounding down keeps what was scaled to the limit within it.
	size.width, size.height = max(int(width*scale), 1), max(int(height*scale), 1)
	size.dpi = scale * pointsPerInch
	return size, nil
}

// pictureSize checks the size of a picture as a child says it is.
func (d *paged) pictureSize(rep reply) (renderSize, error) {
	size := renderSize{orientation: orientation(rep.Orientation)}
	if !(rep.Width >= 1 && rep.Width <= maxSide && rep.Height >= 1 && rep.Height <= maxSide) ||
		size.orientation < 1 || size.orientation > 8 {
		return size, fmt.Errorf("%w: picture of %g x %g pixels", errChildGone, rep.Width, rep.Height)
	}
	size.width, size.height = int(rep.Width), int(rep.Height)
	if !fits(size.width, size.height, d.cfg.MaxPixels) {
		return size, fmt.Errorf("%w: picture of %g x %g pixels", errChildGone, rep.Width, rep.Height)
	}
	if rep.DPI >= 1 && rep.DPI <= 10_000 {
		size.dpi = rep.DPI
	}
	return size, nil
}

// patience is how long a child is kept from others while its page waits for memory.
const patience = 50 * time.Millisecond

// memory takes the memory for a page, after the page before it. The child may be
// gone after that.
func (w *pageWorker) memory(ctx context.Context, job *job, size renderSize) (*document.Page, error) {
	parked := make(chan struct{})
	timer := time.AfterFunc(patience, func() {
		w.pool.park(w.child)
		close(parked)
	})
	defer func() {
		if !timer.Stop() {
			<-parked
			w.held = false
		}
	}()
	select {
	case <-job.before:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	page, err := w.newPage(ctx, job.number, size.width, size.height)
	if err != nil {
		return nil, err
	}
	page.DPI, page.Scaled = size.dpi, size.scaled
	close(job.sized)
	return page, nil
}

// render has a child draw a page and copies the pixels.
func (w *pageWorker) render(ctx context.Context, c *child, timeout time.Duration, page *document.Page, size renderSize) error {
	rep, err := w.call(ctx, c, timeout, request{
		Op: opRender, Page: uint32(page.Number - 1), Width: uint32(size.width), Height: uint32(size.height),
	}, "", nil)
	if err != nil {
		return err
	}
	rect := image.Rect(0, 0, size.width, size.height)
	var img image.Image
	if rep.Format == formatGray {
		gray := image.NewGray(rect)
		img, err = gray, c.readPixels(gray.Pix)
	} else {
		rgba := image.NewRGBA(rect)
		img, err = rgba, c.readPixels(rgba.Pix)
	}
	if err != nil {
		return err
	}
	if rep.Format == formatAlpha {
		img = flatten(img)
	}
	setImage(page, turn(img, size.orientation))
	return nil
}

// setImage gives a page its picture.
func setImage(page *document.Page, img image.Image) {
	page.Image = img
	page.Width, page.Height = img.Bounds().Dx(), img.Bounds().Dy()
}
