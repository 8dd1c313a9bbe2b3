package raster

import (
	"image"
	"sync"

	"ocr-gateway/document"
)

// buffers holds the pixels of pages that are done, for the next ones: a fresh one
// is several MB to clear and to collect.
type buffers struct{ pool sync.Pool }

// get gives n bytes of any content.
func (b *buffers) get(n int) []byte {
	if old, ok := b.pool.Get().(*[]byte); ok && cap(*old) >= n && cap(*old) <= 2*n {
		return (*old)[:n]
	}
	return make([]byte, n)
}

func (b *buffers) put(pix []byte) { b.pool.Put(&pix) }

// pixelBuffer gives room for the pixels of a page.
func (r *Rasterizer) pixelBuffer(page *document.Page, gray bool) []byte {
	if gray {
		return r.gray.get(page.Width * page.Height)
	}
	return r.rgba.get(4 * page.Width * page.Height)
}

// adopt makes pix, from pixelBuffer, the picture of a page that has its memory; it
// goes with the page. A gray one gives back what it does not need.
func (r *Rasterizer) adopt(page *document.Page, pix []byte, gray bool) image.Image {
	rect, free := image.Rect(0, 0, page.Width, page.Height), page.Free
	if gray {
		free(int64(len(pix)))
		put := sync.OnceFunc(func() { r.gray.put(pix) })
		page.Free = func(rest int64) { put(); free(rest) }
		return &image.Gray{Pix: pix, Stride: page.Width, Rect: rect}
	}
	put := sync.OnceFunc(func() { r.rgba.put(pix) })
	page.Free = func(rest int64) { put(); free(rest) }
	return &image.RGBA{Pix: pix, Stride: 4 * page.Width, Rect: rect}
}
