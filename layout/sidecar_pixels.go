package layout

import (
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
)

// errPixelsClosed means that the page was given back while it was being sent.
var errPixelsClosed = errors.New("pixels are closed")

// pixelReader reads a picture as rows of red, green and blue, without a copy of
// the whole. After Close it does not touch the picture.
type pixelReader struct {
	mu    sync.Mutex
	fill  func(row []byte, y int) // nil after Close
	rows  int
	next  int    // row
	row   []byte // of the current row, the part not yet read
	whole []byte // backs row
}

// newPixelReader takes *image.RGBA, opaque, and *image.Gray.
func newPixelReader(img image.Image) (*pixelReader, error) {
	size := img.Bounds().Size()
	r := &pixelReader{rows: size.Y, whole: make([]byte, 3*size.X)}
	switch img := img.(type) {
	case *image.RGBA:
		r.fill = func(row []byte, y int) {
			pix := img.Pix[y*img.Stride : y*img.Stride+4*size.X]
			for i, j := 0, 0; i+4 <= len(pix) && j+3 <= len(row); i, j = i+4, j+3 {
				row[j], row[j+1], row[j+2] = pix[i], pix[i+1], pix[i+2]
			}
		}
	case *image.Gray:
		r.fill = func(row []byte, y int) {
			for x, v := range img.Pix[y*img.Stride : y*img.Stride+size.X] {
				row[3*x], row[3*x+1], row[3*x+2] = v, v, v
			}
		}
	default:
		return nil, fmt.Errorf("page is a %T", img)
	}
	return r, nil
}

// size is the number of bytes in all.
func (r *pixelReader) size() int64 { return int64(len(r.whole)) * int64(r.rows) }

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
