// Package preview draws pages again for people to look at: turned as they were read, and as
// wide as asked. Boxes of regions fit them when they are scaled alike.
package preview

import (
	"context"
	"image"
	"math"

	"golang.org/x/image/draw"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/picture"
)

// Rasterizer opens documents.
type Rasterizer interface {
	Open(ctx context.Context, src *document.Source, opts document.Options) (*document.Pages, error)
}

// Previews draws pages. It is safe for concurrent use.
type Previews struct {
	raster Rasterizer
	slots  chan struct{} // pages that are drawn and encoded at the same time
}

// most bounds how many pages are drawn at the same time; others wait. The pixels of one
// are held twice or three times while it is turned, scaled and encoded.
const most = 2

// New draws with a rasterizer.
func New(raster Rasterizer) *Previews {
	return &Previews{raster, make(chan struct{}, most)}
}

// Original gives the document that a page is of, which is then closed, and the options with which
// it was read.
type Original = func(context.Context) (*document.Source, document.Options, error)

// Draw draws a page that was read, at most width pixels wide. It is never enlarged: images have
// the pixels that they have.
func (p *Previews) Draw(ctx context.Context, original Original, page document.PageResult, width int) (mediaType string, encoded []byte, err error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return "", nil, document.EndProblem(context.Cause(ctx), document.PhaseRaster)
	}
	src, opts, err := original(ctx)
	if err != nil {
		return "", nil, err
	}
	defer src.Close()
	pages, err := p.raster.Open(ctx, src, document.Options{
		Pages: document.PagesOf([]int{page.Number}), Password: opts.Password, DPI: dpiFor(page, width),
	})
	if err != nil {
		return "", nil, err
	}
	defer pages.Close()
	for drawn, err := range pages.Seq {
		if err != nil {
			return "", nil, err
		}
		defer drawn.Release()
		if ctx.Err() != nil { // nobody waits for what comes now, which cannot be interrupted
			return "", nil, document.EndProblem(context.Cause(ctx), document.PhaseRaster)
		}
		img := turned(scaled(drawn.Image, page.Rotation, width), page.Rotation)
		b, kind, err := picture.Encode(img, document.BoxOf(img.Bounds().Sub(img.Bounds().Min)))
		return kind.MediaType, b, err
	}
	return "", nil, document.Problemf(document.CodeNotFound, document.PhaseRaster, "the document has no page %d", page.Number)
}

// dpiFor is the resolution at which a page of a PDF comes out as wide as is asked for; 0 where
// the page had none.
func dpiFor(page document.PageResult, width int) int {
	if page.DPI <= 0 || page.Width <= 0 {
		return 0
	}
	dpi := math.Ceil(page.DPI * float64(width) / float64(page.Width))
	return int(max(document.MinDPI, min(dpi, document.MaxDPI)))
}

// scaled makes an image that is turned later fit a width.
func scaled(img image.Image, rotation, width int) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	across := w
	if rotation%180 != 0 {
		across = h
	}
	if across <= width {
		return img
	}
	fit := func(n int) int { return max(1, n*width/across) }
	var out draw.Image = image.NewRGBA(image.Rect(0, 0, fit(w), fit(h)))
	if _, gray := img.(*image.Gray); gray {
		out = image.NewGray(out.Bounds())
	}
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// turned is an image turned clockwise by degrees, a multiple of 90.
func turned(img image.Image, degrees int) image.Image {
	if degrees == 0 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	size, from := image.Rect(0, 0, h, w), func(x, y int) (int, int) { return y, h - 1 - x }
	switch degrees {
	case 180:
		size, from = image.Rect(0, 0, w, h), func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 270:
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	}
	var out draw.Image = image.NewRGBA(size)
	if _, gray := img.(*image.Gray); gray {
		out = image.NewGray(size)
	}
	pix, stride, n, _ := picture.Bytes(img)
	to, toStride, _, _ := picture.Bytes(out)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := from(x, y)
			copy(to[y*toStride+x*n:][:n], pix[fromY*stride+fromX*n:])
		}
	}
	return out
}
