package raster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
	gwebp "github.com/gen2brain/webp"
	"golang.org/x/image/bmp"
	"golang.org/x/sys/unix"

	"ocr-gateway/raster/mupdf"
)

// What is here and in reckon.go, exif.go, flatten.go and turn.go runs in a child only.

// goDecoders are written in Go, whose memory an image cannot take over. Of an animated
// GIF the first frame is decoded, of an MPO the first image.
var goDecoders = map[kind]func(io.Reader) (image.Image, error){
	kindPNG:  png.Decode,
	kindJPEG: jpeg.Decode,
	kindGIF:  gif.Decode,
	kindBMP:  bmp.Decode,
	kindWebP: decodeWebP,
}

// pictureReader decodes one image.
type pictureReader struct {
	kind      kind
	data      []byte
	maxPixels int
}

func (r *pictureReader) pages() (int, error) { return 1, nil }

func (r *pictureReader) faults() mupdf.Faults {
	if hasFrames(r.kind, r.data) {
		return faultFrames
	}
	return 0
}

// size reads the header only.
func (r *pictureReader) size(page int) (pageSize, error) {
	if page != 0 {
		return pageSize{}, errors.New("no such page")
	}
	need, err := reckon(r.kind, r.data)
	size := pageSize{width: float64(need.width), height: float64(need.height), memory: need.memory, scans: need.scans}
	switch {
	case err != nil:
		return size, err
	case !fits(need.width, need.height, r.maxPixels):
		return size, errTooManyPixels
	}
	return size, nil
}

func (r *pictureReader) render(page, _, _ int, pix []byte) (drawn, error) {
	if page != 0 {
		return drawn{}, errors.New("no such page")
	}
	img, err := decodeSafely(r.kind, r.data)
	if err != nil {
		return drawn{}, err
	}
	return putPicture(img, r.orientation(), r.maxPixels, pix)
}

// renderLenient uses the decoders written in C, which read more varieties and what is
// left of a damaged image.
func (r *pictureReader) renderLenient(pix []byte) (drawn, error) {
	img, err := decodeLenient(r.kind, r.data)
	if err != nil {
		return drawn{}, err
	}
	return putPicture(img, r.orientation(), r.maxPixels, pix)
}

// orientation is how the decoded image is still to be turned.
func (r *pictureReader) orientation() orientation {
	switch r.kind {
	case kindHEIC: // libheif turns images
		return upright
	case kindAVIF:
		return readHEIF(r.data).orientation
	}
	return findOrientation(r.kind, bytes.NewReader(r.data))
}

// close gives the document's bytes back.
func (r *pictureReader) close() error { return unix.Munmap(r.data) }

// decodeSafely turns a panic of a decoder into an error.
func decodeSafely(kind kind, data []byte) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panic: %v", p)
		}
	}()
	decode, ok := goDecoders[kind]
	if !ok {
		return nil, errors.New("no decoder in Go")
	}
	img, err = decode(bufio.NewReader(bytes.NewReader(data)))
	if err == nil && img.Bounds().Empty() {
		err = errors.New("image has no pixels")
	}
	return img, err
}

// decodeLenient uses the second decoder for a kind of image, or its only one.
func decodeLenient(kind kind, data []byte) (image.Image, error) {
	switch kind {
	case kindHEIC:
		return heic.Decode(bytes.NewReader(data))
	case kindAVIF:
		return avif.Decode(bytes.NewReader(data))
	case kindWebP:
		return gwebp.Decode(bytes.NewReader(data))
	case kindJPEG:
		return mupdf.Decode(mupdf.JPEG, data, 0)
	case kindPNG:
		return mupdf.Decode(mupdf.PNG, data, 0)
	case kindBMP:
		return mupdf.Decode(mupdf.BMP, data, 0)
	case kindGIF:
		return mupdf.Decode(mupdf.GIF, data, 0)
	}
	return nil, errPacket
}

// drawn is what a page looks like in the shared memory.
type drawn struct {
	width, height int
	format        pixelFormat
}

// putPicture writes a decoded image to the shared memory, upright and opaque.
func putPicture(img image.Image, o orientation, maxPixels int, pix []byte) (drawn, error) {
	bounds := img.Bounds()
	if !fits(bounds.Dx(), bounds.Dy(), min(maxPixels, len(pix)/4)) {
		return drawn{width: bounds.Dx(), height: bounds.Dy()}, errTooManyPixels
	}
	room := pix
	if o != upright {
		room = nil
	}
	img = turn(flatten(img, room), o)
	d := drawn{width: img.Bounds().Dx(), height: img.Bounds().Dy()}
	switch img := img.(type) {
	case *image.Gray:
		d.format = formatGray
		copyRows(pix, img.Pix, d.width, d.height, img.Stride)
	case *image.RGBA:
		d.format = formatOpaque
		if &img.Pix[0] != &pix[0] {
			copyRows(pix, img.Pix, 4*d.width, d.height, img.Stride)
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
