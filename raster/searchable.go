package raster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/searchable"
	"ocr-gateway/raster/wire"
)

// Searchable writes a document as a PDF to w with the words that were read on its pages as
// invisible text at their places: those that its own text does not say there already. The bytes
// of a PDF come first as they are, and the text behind them, unless they are damaged; then the
// whole file is written anew. What encrypts it stays. Images become pages. Errors are
// *document.Problem where the document is at fault.
func (r *Rasterizer) Searchable(ctx context.Context, src *document.Source, opts document.Options, pages []document.PageResult, w io.Writer) error {
	head := make([]byte, min(kind.HeadLen, src.Size))
	if _, err := io.ReadFull(src.Reader(), head); err != nil {
		return fmt.Errorf("raster: read upload: %w", err)
	}
	k, offset := kind.Sniff(head)
	if k != kind.PDF {
		images, err := r.imagesAsPDF(ctx, k, src, pages, mostImages)
		if err != nil {
			return err
		}
		defer images.Close()
		src, offset = images, 0
	}
	file, err := pool.ReadOnly(src)
	if err != nil {
		return openFailed(err)
	}
	defer file.Close()
	d := &paged{Rasterizer: r, kind: kind.PDF, offset: offset, password: opts.Password, file: file}
	c, _, err := d.acquire(ctx, true)
	if err == nil {
		defer r.pool.Release(c)
		err = ctx.Err() // a free child is handed out even after ctx has ended
	}
	if err == nil {
		err = d.writeSearchable(ctx, c, src, pages, w)
	}
	return d.writeProblem(ctx, err)
}

// writeSearchable has a child add the text of each page, and writes the result.
func (d *paged) writeSearchable(ctx context.Context, c *pool.Child, src *document.Source, pages []document.PageResult, w io.Writer) error {
	added := false
	for i := range pages {
		words := layerOf(&pages[i])
		if len(words.Words) == 0 {
			continue
		}
		more, err := d.addWords(ctx, c, pages[i].Number, words)
		if err != nil {
			return err
		}
		added = added || more
	}
	own := io.NewSectionReader(src.Reader(), int64(d.offset), src.Size-int64(d.offset))
	if !added {
		_, err := io.Copy(w, own)
		return err
	}
	rep, err := d.pool.Call(ctx, c, d.cfg.PageTimeout, wire.Request{Op: wire.OpSave}, "", nil)
	if err != nil {
		return err
	}
	written, err := c.Bytes(rep.Bytes)
	if err != nil {
		return err
	}
	if rep.Appended == 1 {
		if _, err := io.Copy(w, own); err != nil {
			return err
		}
	}
	_, err = io.Copy(w, written)
	return err
}

// addWords has a child add the missing words of a page. It reports whether there were any.
func (d *paged) addWords(ctx context.Context, c *pool.Child, number int, words searchable.Page) (added bool, err error) {
	packed, err := json.Marshal(words)
	if err != nil {
		return false, err
	}
	if err := c.Write(packed); err != nil {
		return false, err
	}
	rep, err := d.pool.Call(ctx, c, d.cfg.PageTimeout, wire.Request{Op: wire.OpWords, Page: uint32(number - 1), Bytes: uint64(len(packed))}, "", nil)
	return rep.Added == 1, err
}

// layerOf returns the words of a page, with its lines numbered consecutively.
func layerOf(page *document.PageResult) searchable.Page {
	out := searchable.Page{Width: page.Width, Height: page.Height, Rotation: page.Rotation}
	line := 0
	for i := range page.Regions {
		last := -1
		for _, w := range page.Regions[i].Words {
			if w.Line != last {
				last = w.Line
				line++
			}
			w.Line = line
			out.Words = append(out.Words, w)
		}
	}
	return out
}

// writeProblem explains why a document could not be written.
func (d *paged) writeProblem(ctx context.Context, err error) error {
	var failed *pool.CallError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &failed) && failed.Status == wire.StatusForbidden:
		return document.Problemf(document.CodeUnreadable, document.PhaseFormat,
			"the PDF forbids changes, so no text can be added to it: send its owner's password in the field password")
	case errors.Is(err, pool.ErrTimeout), errors.Is(err, pool.ErrTooLarge),
		errors.As(err, &failed) && failed.Status == wire.StatusFailed, errors.Is(err, pool.ErrGone):
		return document.Problemf(document.CodeUnreadable, document.PhaseFormat,
			"no text can be added to this PDF: it is damaged, or too large to hold in memory").Because(err)
	}
	return d.openProblem(err)
}
