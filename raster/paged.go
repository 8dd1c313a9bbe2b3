package raster

import (
	"context"
	"errors"
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
	asked    bool        // the request sets dpi
	words    bool        // the words of PDF pages are wanted
	layer    bool        // and the characters
	file     *os.File    // the document, readable only
	first    *pool.Child // has the document open; parked until the pages are read
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

// close frees what the document holds while its pages are not being read.
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
