package raster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

// picture is an image that a child decodes: this process looks at nothing but its first bytes.
// Unlike a document with pages it holds a child only while one works on it.
type picture struct {
	*paged
	memory int64 // bytes that decoding takes
	scans  int
	header wire.Reply    // what a child has read in it
	spent  time.Duration // processor time of children so far
}

// maxScans is more than any JPEG needs: an encoder that sends each bit of each coefficient by
// itself comes to some 200.
const maxScans = 500

// keptMemory is the largest image after which a child is used for another: its heap stays that
// large.
const keptMemory = 128 << 20

// openPicture opens an image of any kind but TIFF, which has pages.
func (r *Rasterizer) openPicture(ctx context.Context, k kind.Kind, src *document.Source, opts document.Options) (*document.Pages, error) {
	file, err := pool.ReadOnly(src)
	if err != nil {
		return nil, openFailed(err)
	}
	p := &picture{paged: &paged{Rasterizer: r, kind: k, file: file}}
	pages, err := p.open(ctx, opts)
	if err != nil {
		p.close()
		return nil, err
	}
	return pages, nil
}

func (p *picture) open(ctx context.Context, opts document.Options) (*document.Pages, error) {
	if err := p.withChild(ctx, p.look); err != nil {
		return nil, p.openProblem(err)
	}
	if problem := p.tooCostly(); problem != nil {
		return nil, problem
	}
	pages, err := p.newPages(1, opts)
	if err != nil {
		return nil, err
	}
	pages.Seq = once(func(yield func(*document.Page, error) bool) {
		yield(p.page(ctx, permitOf(pages)))
	})
	pages.Close = sync.OnceFunc(p.close)
	return pages, nil
}

// childWork works with a child that has the image open. clean says that the child may be used for
// another image: nothing written in C has seen this one.
type childWork func(ctx context.Context, c *pool.Child, again bool) (clean bool, err error)

// withChild has a child open the image for work, and once more, again, if that child dies.
func (p *picture) withChild(ctx context.Context, work childWork) error {
	err := p.tryChild(ctx, work, false)
	if errors.Is(err, pool.ErrGone) && ctx.Err() == nil {
		err = p.tryChild(ctx, work, true)
	}
	return err
}

func (p *picture) tryChild(ctx context.Context, work childWork, again bool) error {
	c, err := p.pool.Decoders.Acquire(ctx)
	if err != nil {
		return err
	}
	clean := false
	defer func() { p.pool.Decoders.Release(c, clean) }()
	total, err := p.openIn(ctx, c)
	if err != nil {
		return err
	}
	if total != 1 {
		return fmt.Errorf("%w: image of %d pages", pool.ErrGone, total)
	}
	reusable, err := work(ctx, c, again)
	if reusable && !dead(err) {
		_, closeErr := p.pool.Call(ctx, c, p.cfg.PageTimeout, wire.Request{Op: wire.OpClose}, "", nil)
		clean = closeErr == nil
	}
	return err
}

// look reads the header.
func (p *picture) look(ctx context.Context, c *pool.Child, _ bool) (clean bool, err error) {
	rep, err := p.pool.Call(ctx, c, p.cfg.PageTimeout, wire.Request{Op: wire.OpSize}, "", nil)
	p.spent += c.Spent()
	var failed *pool.CallError
	if errors.As(err, &failed) && failed.Status == wire.StatusTooManyPixels {
		return true, p.tooManyPixels(1, int(rep.Width), int(rep.Height)).Because(err)
	}
	if err != nil {
		return true, err
	}
	if _, _, err = p.pixels(rep); err != nil {
		return false, err
	}
	p.memory, p.scans, p.header = int64(min(rep.Memory, 1<<62)), int(rep.Scans), rep
	return true, nil
}

// tooCostly refuses an image whose header says that decoding it takes too much.
func (p *picture) tooCostly() *document.Problem {
	const mib = 1 << 20
	switch {
	case p.scans > maxScans:
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image is drawn in %d scans and the limit is %d: save it in another way", p.kind, p.scans, maxScans)
	case p.memory > p.cfg.ChildMemory:
		problem := document.Problemf(document.CodeTooManyPixels, document.PhaseRaster,
			"decoding the %s image takes %d MiB of memory and the limit is %d: send it smaller, or not progressive, interlaced or in CMYK",
			p.kind, p.memory/mib, p.cfg.ChildMemory/mib)
		problem.Limit = "raster.child_memory"
		return problem
	}
	return nil
}

// page decodes the image when it is wanted. The result is what Seq yields.
func (p *picture) page(ctx context.Context, permit func(context.Context, int) error) (page *document.Page, err error) {
	if err := permit(ctx, 1); err != nil {
		return nil, err
	}
	uncharge, err := p.pool.Decoders.Charge(ctx, p.memory, p.scans)
	if err != nil {
		return nil, err
	}
	defer uncharge()
	err = p.withChild(ctx, func(ctx context.Context, c *pool.Child, again bool) (clean bool, err error) {
		page, clean, err = p.decode(ctx, c, again)
		return clean, err
	})
	switch problem := p.pageProblem(1, err); {
	case err == nil:
		return page, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case problem != nil:
		return failedPage(1), problem
	}
	return nil, p.openProblem(err)
}

// decode has a child decode the image, and reserves its memory only then: an image that cannot be
// decoded holds none.
func (p *picture) decode(ctx context.Context, c *pool.Child, again bool) (page *document.Page, clean bool, err error) {
	began := time.Now()
	rep, clean, err := p.draw(ctx, c, again)
	p.spent += c.Spent()
	if err != nil {
		return nil, clean, err
	}
	took := time.Since(began)
	width, height, err := p.pixels(rep)
	if err != nil {
		return nil, false, err
	}
	page, err = p.newPage(ctx, 1, width, height)
	if err != nil {
		return nil, clean, err
	}
	began = time.Now()
	if err := p.copyPixels(c, rep, page); err != nil {
		page.Release()
		return nil, false, err
	}
	page.Took, page.Spent = took+time.Since(began), p.spent
	page.Faults = faultTexts(mupdf.Faults(rep.Faults))
	return page, clean && p.memory <= keptMemory, nil
}

// draw decodes with Go's decoder, and what that refuses with the lenient one. An image that has
// killed a child goes to the lenient one at once.
func (p *picture) draw(ctx context.Context, c *pool.Child, again bool) (rep wire.Reply, clean bool, err error) {
	began := time.Now()
	var failed *pool.CallError
	if !again {
		rep, err = p.pool.Call(ctx, c, p.cfg.PageTimeout, wire.Request{Op: wire.OpRender}, "", nil)
		if !errors.As(err, &failed) || failed.Status == wire.StatusTooManyPixels {
			return rep, true, p.drawProblem(rep, err)
		}
	}
	timeout := max(p.cfg.PageTimeout-time.Since(began), shortest)
	rep, err = p.pool.Call(ctx, c, timeout, wire.Request{Op: wire.OpRender, Lenient: 1}, "", nil)
	return rep, false, p.drawProblem(rep, err)
}

// drawProblem names the size of an image that proved to be larger than it had said.
func (p *picture) drawProblem(rep wire.Reply, err error) error {
	var failed *pool.CallError
	if errors.As(err, &failed) && failed.Status == wire.StatusTooManyPixels {
		return p.tooManyPixels(1, int(rep.Width), int(rep.Height)).Because(err)
	}
	return err
}
