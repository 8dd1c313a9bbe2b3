package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/searchable"
)

// mostImages is how many bytes a PDF of images may have: a TIFF of JPEGs becomes ten times as
// large and more, and answers are made in memory.
const mostImages = 512 << 20

// imagesAsPDF makes a PDF of an image, or of the pages of a TIFF, of no more than so many bytes.
// A page that cannot be drawn says so in it, unless it is one of those that were read, and was
// drawn then. It is to be closed.
func (r *Rasterizer) imagesAsPDF(ctx context.Context, k kind.Kind, src *document.Source, read []document.PageResult, most int64) (*document.Source, error) {
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		images := searchable.NewImages(in)
		err := r.writeImages(ctx, k, src, read, images)
		if err == nil {
			err = images.Close()
		}
		in.CloseWithError(err)
	}()
	pdf, err := document.ReadSource(src.Name, out, most, "")
	out.CloseWithError(err)
	<-done
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeTooLarge {
		p = document.Problemf(document.CodeTooLarge, document.PhaseFormat,
			"as a PDF this image would be larger than %d MiB: send its pages in several files, or ask for another format", most>>20)
		return nil, p
	}
	return pdf, err
}

// writeImages writes images that a PDF can hold unchanged, and the pixels of all others.
func (r *Rasterizer) writeImages(ctx context.Context, k kind.Kind, src *document.Source, read []document.PageResult, to *searchable.Images) error {
	if k == kind.JPEG {
		if as, err := r.jpegAsItIs(ctx, src, to); as || err != nil {
			return err
		}
	}
	pages, err := r.Open(ctx, src, document.Options{})
	if err != nil {
		return err
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		switch {
		case page == nil:
			return err
		case err == nil:
			err = to.Add(page.Image, page.DPI)
		case wasDrawn(read, page.Number):
			err = document.Problemf(document.CodeOverloaded, document.PhaseFormat,
				"page %d was drawn when it was read, and could not be drawn again for the PDF: try again later", page.Number).Retry().Because(err)
		case isDamage(err):
			to.Missing(fmt.Sprintf("Page %d could not be drawn.", page.Number))
			err = nil
		}
		page.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// wasDrawn reports whether a page has been drawn before, to be read.
func wasDrawn(read []document.PageResult, number int) bool {
	return slices.ContainsFunc(read, func(p document.PageResult) bool { return p.Number == number && p.Width > 0 })
}

// isDamage reports whether a page cannot be drawn because it is damaged.
func isDamage(err error) bool {
	p, ok := errors.AsType[*document.Problem](err)
	return ok && !p.Retryable && p.Code != document.CodeOverloaded
}

// jpegAsItIs writes a JPEG if a child says that a PDF can hold it unchanged.
func (r *Rasterizer) jpegAsItIs(ctx context.Context, src *document.Source, to *searchable.Images) (done bool, err error) {
	file, err := pool.ReadOnly(src)
	if err != nil {
		return false, openFailed(err)
	}
	defer file.Close()
	p := &picture{paged: &paged{Rasterizer: r, kind: kind.JPEG, file: file}}
	if err := p.withChild(ctx, p.look); err != nil {
		return false, p.openProblem(err)
	}
	h := p.header
	if h.Components != 1 && h.Components != 3 || h.Turn%90 != 0 || h.Turn >= 360 {
		return false, nil
	}
	to.JPEG(src.Reader(), src.Size, int(h.Width), int(h.Height), int(h.Components), int(h.Turn))
	return true, nil
}
