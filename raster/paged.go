package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	asked    bool     // the request says dpi
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
		return nil, openFailed(err)
	}
	d := &paged{Rasterizer: r, kind: kind, offset: offset, password: opts.Password, dpi: opts.DPI, file: file}
	if d.asked = d.dpi != 0; !d.asked {
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
	c, total, err := d.acquire(ctx, true)
	if errors.Is(err, errChildGone) { // a crash may have been bad luck: try once more
		c, total, err = d.acquire(ctx, true)
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
	if total == 1 && d.kind != kindPDF { // what is wrong with an image is wrong with the document
		if _, err := d.size(ctx, c, 1); err != nil {
			return nil, d.openProblem(err)
		}
	}
	d.pool.park(c)
	pages.Seq = once(func(yield func(*document.Page, error) bool) { d.pages(ctx, pages, yield) })
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

// readOnly returns the document as a file that a child can read, but not change.
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
func (d *paged) acquire(ctx context.Context, urgent bool) (c *child, total int, err error) {
	if c, err = d.pool.acquire(ctx, urgent); err != nil {
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

// childError is a request that a living child could not fulfill.
type childError struct {
	status  status
	message string
}

func (e *childError) Error() string { return "raster child: " + e.message }

func (d *paged) call(ctx context.Context, c *child, timeout time.Duration, req request, tail string, file *os.File) (reply, error) {
	slow := time.AfterFunc(slowCall, func() {
		c.stepBack()
		d.pool.overrun(c)
	})
	defer slow.Stop()
	rep, message, err := c.call(ctx, timeout, req, tail, file)
	if err == nil && rep.Status != statusOK {
		err = &childError{rep.Status, message}
	}
	return rep, err
}

func wrongPassword() *document.Problem {
	return document.Problemf(document.CodeWrongPassword, document.PhaseRaster, "the password does not open the PDF")
}

// openFailed translates why a document could not be handed to a child.
func openFailed(err error) error {
	if problem := shortProblem(err); problem != nil {
		return problem
	}
	return fmt.Errorf("raster: %w", err)
}

// shortProblem is the problem of a machine that is out of something, which is no
// document's fault; nil for other errors.
func shortProblem(err error) *document.Problem {
	if !errors.Is(err, errNoChild) && !short(err) {
		return nil
	}
	return document.Problemf(document.CodeOverloaded, document.PhaseRaster,
		"the server is out of processes, file descriptors or memory for now: send the document again later").Retry().Because(err)
}

// openProblem translates why a document does not open. Other errors pass through.
func (d *paged) openProblem(err error) error {
	var failed *childError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case shortProblem(err) != nil:
		return shortProblem(err)
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

// isPicture tells images of one page from documents with pages.
func (d *paged) isPicture() bool { return d.kind != kindPDF && d.kind != kindTIFF }

// pageProblem translates why a page fails, nil for errors that end the document.
func (d *paged) pageProblem(number int, err error) *document.Problem {
	var failed *childError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case shortProblem(err) != nil:
		return shortProblem(err)
	case errors.Is(err, errTimeout) && d.isPicture():
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"the %s image took longer than %s to decode", d.kind, d.cfg.PageTimeout).Because(err)
	case errors.Is(err, errTimeout):
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"page %d was not rendered within %s", number, d.cfg.PageTimeout).Because(err)
	case errors.Is(err, errChildGone) && d.isPicture():
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or too large to hold in memory", d.kind).Because(err)
	case errors.As(err, &failed) && d.isPicture():
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or of a variety that is not supported", d.kind).Because(err)
	case errors.As(err, &failed), errors.Is(err, errChildGone):
		return document.Problemf(document.CodePageFailed, document.PhaseRaster,
			"page %d could not be rendered: it is damaged, or too large to hold in memory", number).Because(err)
	}
	return nil
}
