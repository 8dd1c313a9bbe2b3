package decode

import (
	"errors"
	"image"

	"ocr-gateway/raster/wire"
)

// ErrTooManyPixels refuses an image by its size.
var ErrTooManyPixels = errors.New("too many pixels")

// Size is what is known of a page before it is rendered.
type Size struct {
	Width, Height float64 // see wire.Reply
	DPI           float64
	Memory        int64 // of images: bytes that decoding takes
	Scans         int   // of a JPEG: how often it goes over its pixels
	// Components is 1 or 3 for a JPEG that can stand in a PDF as it is, on a page that is turned
	// by Turn degrees clockwise, and 0 for other images.
	Components, Turn int
}

// Drawn is what a page looks like in the shared memory.
type Drawn struct {
	Width, Height int
	Format        wire.PixelFormat
}

// putPicture writes a decoded image to the shared memory, upright and opaque.
func putPicture(img image.Image, o orientation, maxPixels int, pix []byte) (Drawn, error) {
	bounds := img.Bounds()
	if !wire.Fits(bounds.Dx(), bounds.Dy(), min(maxPixels, len(pix)/4)) {
		return Drawn{Width: bounds.Dx(), Height: bounds.Dy()}, ErrTooManyPixels
	}
	room := pix
	if o != upright {
		room = nil
	}
	img = turn(flatten(img, room), o)
	d := Drawn{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	switch img := img.(type) {
	case *image.Gray:
		d.Format = wire.FormatGray
		copyRows(pix, img.Pix, d.Width, d.Height, img.Stride)
	case *image.RGBA:
		d.Format = wire.FormatOpaque
		if &img.Pix[0] != &pix[0] {
			copyRows(pix, img.Pix, 4*d.Width, d.Height, img.Stride)
		}
	}
	return d, nil
}

// copyRows copies rows of n bytes and leaves out what pads them.
func copyRows(dst, src []byte, n, rows, stride int) {
	for y := range rows {
		copy(dst[y*n:(y+1)*n], src[y*stride:])
	}
}
