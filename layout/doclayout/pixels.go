package doclayout

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
)

// errPixelsClosed means that the page was released while it was being sent.
var errPixelsClosed = errors.New("pixels are closed")

// pixelReader reads an image in rows of red, green and blue or of gray, without a
// copy of the whole. After Close it does not touch the image.
type pixelReader struct {
	mu       sync.Mutex
	fill     func(row []byte, y int) // nil after Close
	rows     int
	channels int    // bytes a pixel: 3 or 1
	next     int    // row
	row      []byte // of the current row, the part not yet read
	whole    []byte // backs row
}

// newPixelReader accepts *image.RGBA, opaque, and *image.Gray.
func newPixelReader(img image.Image) (*pixelReader, error) {
	size := img.Bounds().Size()
	r := &pixelReader{rows: size.Y}
	switch img := img.(type) {
	case *image.RGBA:
		r.channels = 3
		r.fill = func(row []byte, y int) { dropAlpha(row, img.Pix[y*img.Stride:][:4*size.X]) }
	case *image.Gray:
		r.channels = 1
		r.fill = func(row []byte, y int) { copy(row, img.Pix[y*img.Stride:][:size.X]) }
	default:
		return nil, fmt.Errorf("page is a %T", img)
	}
	r.whole = make([]byte, r.channels*size.X)
	return r, nil
}

// dropAlpha copies red, green and blue. It takes four pixels at a time, because this
// is done to every pixel of every page.
func dropAlpha(rgb, rgba []byte) {
	for len(rgba) >= 16 && len(rgb) >= 12 {
		ab, cd := binary.LittleEndian.Uint64(rgba), binary.LittleEndian.Uint64(rgba[8:])
		c := cd & 0xffffff
		binary.LittleEndian.PutUint64(rgb, ab&0xffffff|ab>>32&0xffffff<<24|c<<48)
		binary.LittleEndian.PutUint32(rgb[8:], uint32(c>>16|cd>>32&0xffffff<<8))
		rgb, rgba = rgb[12:], rgba[16:]
	}
	for len(rgba) >= 4 && len(rgb) >= 3 {
		copy(rgb, rgba[:3])
		rgb, rgba = rgb[3:], rgba[4:]
	}
}

// size returns the number of bytes in all.
func (r *pixelReader) size() int64 { return int64(len(r.whole)) * int64(r.rows) }

func (r *pixelReader) mediaType() string {
	if r.channels == 1 {
		return "application/x-gray"
	}
	return "application/x-rgb"
}

// Read fills p with as many rows as fit.
func (r *pixelReader) Read(p []byte) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fill == nil {
		return 0, errPixelsClosed
	}
	for n < len(p) {
		if len(r.row) == 0 {
			if r.next == r.rows {
				break
			}
			r.fill(r.whole, r.next)
			r.next++
			r.row = r.whole
		}
		copied := copy(p[n:], r.row)
		r.row = r.row[copied:]
		n += copied
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close waits for a running Read; later ones fail.
func (r *pixelReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fill = nil
	return nil
}
