package raster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

// paged is a document that children read.
type paged struct {
	*Rasterizer
	kind     kind.Kind
	offset   int
	password string
	dpi      int         // of PDF pages
	asked    bool        // the request says dpi
	words    bool        // the words of PDF pages are wanted
	layer    bool        // and the characters
	file     *os.File    // the document, readable only
	first    *pool.Child // has the document open; parked until the pages are ranged over
}

// openPaged opens a document in a child.
func (r *Rasterizer) openPaged(ctx context.Context, k kind.Kind, offset int, src *document.Source, opts document.Options) (*document.Pages, error) {
	if len(opts.Password) > wire.MaxPassword {
		return nil, wrongPassword()
	}
	file, err := pool.ReadOnly(src)
	if err != nil {
		return nil, openFailed(err)
	}
	d := &paged{Rasterizer: r, kind: k, offset: offset, password: opts.Password, dpi: opts.DPI, file: file}
	if k == kind.PDF && r.cfg.Words {
		d.words = !r.cfg.OnlyPlaced || opts.Boxes == document.BoxesWord
		d.layer = opts.TextLayer == document.TextLayerVerified
	}
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
	if errors.Is(err, pool.ErrGone) { // a crash may have been bad luck: try once more
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
	if total == 1 && d.kind != kind.PDF { // what is wrong with an image is wrong with the document
		if _, err := d.size(ctx, c, 1); err != nil {
			return nil, d.openProblem(err)
		}
	}
	d.pool.Park(c)
	pages.Seq = once(func(yield func(*document.Page, error) bool) { d.pages(ctx, pages, yield) })
	pages.Close = sync.OnceFunc(d.close)
	return pages, nil
}

// close frees what the document holds while it is not ranged over.
func (d *paged) close() {
	if d.first != nil {
		d.pool.Release(d.first)
	}
	d.file.Close()
}

// acquire waits for a child and opens the document in it.
func (d *paged) acquire(ctx context.Context, urgent bool) (c *pool.Child, total int, err error) {
	if c, err = d.pool.Acquire(ctx, urgent); err != nil {
		return nil, 0, err
	}
	total, err = d.openIn(ctx, c)
	return c, total, err
}

// openIn opens the document in a fresh child, which is released on an error.
func (d *paged) openIn(ctx context.Context, c *pool.Child) (total int, err error) {
	rep, err := d.pool.Call(ctx, c, d.cfg.PageTimeout, wire.Request{
		Op: wire.OpOpen, Kind: d.kind, Offset: uint64(d.offset),
		MaxPixels: uint64(d.cfg.MaxPixels), Memory: uint64(d.cfg.ChildMemory),
	}, d.password, d.file)
	if err != nil {
		d.pool.Release(c)
		return 0, err
	}
	return int(rep.Pages), nil
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
	if !errors.Is(err, pool.ErrNoChild) && !pool.Short(err) {
		return nil
	}
	return document.Problemf(document.CodeOverloaded, document.PhaseRaster,
		"the server is out of processes, file descriptors or memory for now: send the document again later").Retry().Because(err)
}

// openProblem translates why a document does not open. Other errors pass through.
func (d *paged) openProblem(err error) error {
	var failed *pool.CallError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case shortProblem(err) != nil:
		return shortProblem(err)
	case errors.As(err, &failed) && failed.Status == wire.StatusPasswordRequired:
		return document.Problemf(document.CodePasswordRequired, document.PhaseRaster,
			"the PDF is encrypted: send its password in the field password")
	case errors.As(err, &failed) && failed.Status == wire.StatusWrongPassword:
		return wrongPassword()
	case errors.Is(err, pool.ErrClosed):
		return document.Problemf(document.CodeOverloaded, document.PhaseRaster, "the server is stopping").Retry().Because(err)
	case errors.Is(err, pool.ErrTimeout):
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s could not be opened within %s: it is too complex or damaged", d.kind, d.cfg.PageTimeout).Because(err)
	case errors.As(err, &failed), errors.Is(err, pool.ErrGone):
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s could not be opened: it is damaged, or too large to hold in memory", d.kind).Because(err)
	}
	return err
}

// isPicture tells images of one page from documents with pages.
func (d *paged) isPicture() bool { return d.kind != kind.PDF && d.kind != kind.TIFF }

// pageProblem translates why a page fails, nil for errors that end the document.
func (d *paged) pageProblem(number int, err error) *document.Problem {
	var failed *pool.CallError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case shortProblem(err) != nil:
		return shortProblem(err)
	case errors.Is(err, pool.ErrTimeout) && d.isPicture():
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"the %s image took longer than %s to decode", d.kind, d.cfg.PageTimeout).Because(err)
	case errors.Is(err, pool.ErrTimeout):
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"page %d was not rendered within %s", number, d.cfg.PageTimeout).Because(err)
	case errors.Is(err, pool.ErrGone) && d.isPicture():
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or too large to hold in memory", d.kind).Because(err)
	case errors.As(err, &failed) && d.isPicture():
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or of a variety that is not supported", d.kind).Because(err)
	case errors.As(err, &failed), errors.Is(err, pool.ErrGone):
		return document.Problemf(document.CodePageFailed, document.PhaseRaster,
			"page %d could not be rendered: it is damaged, or too large to hold in memory", number).Because(err)
	}
	return nil
}
