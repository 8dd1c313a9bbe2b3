package raster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

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

// tryPage renders a page with one child, and reads its text as far as it is wanted, unless text is
// false. page is what an earlier try has reserved memory for, nil for none. With an error, too, it
// returns the page if that has memory.
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
	err = w.render(ctx, timeout, page, size, text)
	page.Took += sizing + time.Since(began)
	return page, err
}

// shortest is the least time for rendering, when finding the size took all of it.
const shortest = 100 * time.Millisecond

// dead reports whether an error means that the child cannot be used any more.
func dead(err error) bool {
	var failed *pool.CallError
	return err != nil && !errors.As(err, &failed)
}

// render has the child draw a page, and copies the pixels and the text that is wanted; no text if
// text is false.
func (w *pageWorker) render(ctx context.Context, timeout time.Duration, page *document.Page, size renderSize, text bool) error {
	req := wire.Request{Op: wire.OpRender, Page: uint32(page.Number - 1), Width: uint32(size.width), Height: uint32(size.height)}
	if text && w.words {
		req.Words = 1
	}
	if text && w.layer {
		req.Drawn = 1
	}
	c := w.child
	rep, err := w.pool.Call(ctx, c, timeout, req, "", nil)
	if err != nil {
		return err
	}
	page.Spent += c.Spent()
	if req.Words == 1 { // otherwise the child has not filled them in
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

// copyPixels copies the pixels that a child has drawn. The page's memory is reserved; width and
// height may have been swapped, where the child turned it upright.
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
