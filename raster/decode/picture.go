// Package decode turns images into pixels: it reads from the header what decoding takes,
// decodes, and makes the result upright and opaque. It reads foreign bytes: use it in a
// child process only.
package decode

import (
	"bytes"
	"errors"

	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/wire"
)

// Picture decodes one image.
type Picture struct {
	kind      kind.Kind
	data      []byte
	maxPixels int
}

// NewPicture has the image in data decoded, when it is asked for. Images of more than
// maxPixels are refused.
func NewPicture(k kind.Kind, data []byte, maxPixels int) *Picture {
	return &Picture{kind: k, data: data, maxPixels: maxPixels}
}

// Pages is 1.
func (r *Picture) Pages() (int, error) { return 1, nil }

// Faults says whether the image has further frames.
func (r *Picture) Faults(int) mupdf.Faults {
	if hasFrames(r.kind, r.data) {
		return mupdf.Faults(wire.FaultFrames)
	}
	return 0
}

// Size reads the header only.
func (r *Picture) Size(page int) (Size, error) {
	if page != 0 {
		return Size{}, errors.New("no such page")
	}
	need, err := reckon(r.kind, r.data)
	size := Size{Width: float64(need.width), Height: float64(need.height), Memory: need.memory, Scans: need.scans}
	switch {
	case err != nil:
		return size, err
	case !wire.Fits(need.width, need.height, r.maxPixels):
		return size, ErrTooManyPixels
	}
	if need.components == 1 || need.components == 3 {
		if turn, ok := turns[r.orientation()]; ok {
			size.Components, size.Turn = need.components, turn
		}
	}
	return size, nil
}

// turns are the orientations that are no mirror images, in degrees clockwise.
var turns = map[orientation]int{upright: 0, 3: 180, 6: 90, 8: 270}

// Render uses the decoders written in Go.
func (r *Picture) Render(page, _, _ int, pix []byte) (Drawn, error) {
	if page != 0 {
		return Drawn{}, errors.New("no such page")
	}
	img, err := decodeSafely(r.kind, r.data)
	if err != nil {
		return Drawn{}, err
	}
	return putPicture(img, r.orientation(), r.maxPixels, pix)
}

// RenderLenient uses the decoders written in C, which read more varieties and what is
// left of a damaged image.
func (r *Picture) RenderLenient(pix []byte) (Drawn, error) {
	img, err := decodeLenient(r.kind, r.data)
	if err != nil {
		return Drawn{}, err
	}
	return putPicture(img, r.orientation(), r.maxPixels, pix)
}

// orientation is how the decoded image is still to be turned.
func (r *Picture) orientation() orientation {
	switch r.kind {
	case kind.HEIC: // libheif turns images
		return upright
	case kind.AVIF:
		return readHEIF(r.data).orientation
	}
	return findOrientation(r.kind, bytes.NewReader(r.data))
}
