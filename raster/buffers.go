package raster

import (
	"image"
	"runtime"
	"slices"
	"sync"

	"ocr-gateway/document"
)

const (
	// keptBuffers is how many bytes of free buffers are kept for the next pages: one A4 page in
	// color at 300 dpi, or several smaller ones.
	keptBuffers = 36 << 20
	// deadBuffers is how many bytes of dropped buffers may be garbage before the collector is
	// called. By itself it runs only when the heap has grown by a share of what is live, and with a
	// large page that is another large page.
	deadBuffers = 16 << 20
)

// buffers keeps the pixels of finished pages for the next ones: a fresh buffer is several MB to
// clear and to collect. What it keeps, and the garbage it causes, is limited, because the memory
// budget does not count it.
type buffers struct {
	mu   sync.Mutex
	free [][]byte // longest unused first
	kept int      // bytes of free
	dead int      // bytes dropped since the collector was called
}

// get returns n bytes of any content.
func (b *buffers) get(n int) []byte {
	b.mu.Lock()
	for i, pix := range slices.Backward(b.free) {
		if cap(pix) >= n && cap(pix) <= 2*n {
			b.take(i)
			b.mu.Unlock()
			return pix[:n]
		}
	}
	collect := b.dead > deadBuffers
	if collect {
		b.dead = 0
	}
	b.mu.Unlock()
	if collect {
		runtime.GC()
	}
	return make([]byte, n)
}

// put takes a buffer back. If one has to be dropped for it, that is the one unused longest.
func (b *buffers) put(pix []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, pix)
	b.kept += cap(pix)
	for b.kept > keptBuffers {
		b.dead += cap(b.free[0])
		b.take(0)
	}
}

// take removes a free buffer. b.mu is held.
func (b *buffers) take(i int) {
	b.kept -= cap(b.free[i])
	b.free = slices.Delete(b.free, i, i+1)
}

// pixelBuffer returns room for the pixels of a page.
func (r *Rasterizer) pixelBuffer(page *document.Page, gray bool) []byte {
	if gray {
		return r.buffers.get(page.Width * page.Height)
	}
	return r.buffers.get(4 * page.Width * page.Height)
}

// adopt makes pix, from pixelBuffer, the image of a page whose memory was reserved; it is freed
// with the page. A gray one returns the memory that it does not need.
func (r *Rasterizer) adopt(page *document.Page, pix []byte, gray bool) image.Image {
	rect, free := image.Rect(0, 0, page.Width, page.Height), page.Free
	put := sync.OnceFunc(func() { r.buffers.put(pix) })
	page.Free = func(rest int64) { put(); free(rest) }
	if gray {
		free(int64(len(pix)))
		return &image.Gray{Pix: pix, Stride: page.Width, Rect: rect}
	}
	return &image.RGBA{Pix: pix, Stride: 4 * page.Width, Rect: rect}
}
