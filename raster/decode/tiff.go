package decode

import (
	"errors"

	"github.com/disintegration/imaging"

	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/wire"
)

// TIFF reads the images of a TIFF file, which are pages: it walks the directories in Go and has MuPDF decode the images.
type TIFF struct {
	data      []byte
	dirs      []tiffDirectory
	index     []int // MuPDF's number of each image
	broken    bool  // others may follow, which cannot be found
	maxPixels int
}

// OpenTIFF reads the directories. Images of more than maxPixels are refused.
func OpenTIFF(data []byte, maxPixels int) (*TIFF, error) {
	t, err := openTIFF(data)
	if err != nil {
		return nil, err
	}
	r := &TIFF{data: data, maxPixels: maxPixels}
	r.dirs, r.index, r.broken = t.pictures()
	return r, nil
}

// Faults says of the last page whether others are missing behind it.
func (r *TIFF) Faults(page int) mupdf.Faults {
	if r.broken && page == len(r.dirs)-1 {
		return mupdf.Faults(wire.FaultPages)
	}
	return 0
}

// Pages counts the images.
func (r *TIFF) Pages() (int, error) { return len(r.dirs), nil }

// Size reads the directory only.
func (r *TIFF) Size(page int) (Size, error) {
	if page >= len(r.dirs) {
		return Size{}, errors.New("no such page")
	}
	dir := r.dirs[page]
	size := Size{DPI: dir.dpi()}
	size.Width, size.Height = dir.square()
	switch {
	case size.Width < 1 || size.Height < 1:
		return Size{}, errors.New("image has no area")
	case !wire.Fits(int(size.Width), int(size.Height), r.maxPixels):
		return size, ErrTooManyPixels
	}
	return size, nil
}

// Render decodes an image.
func (r *TIFF) Render(page, width, height int, pix []byte) (Drawn, error) {
	if _, err := r.Size(page); err != nil {
		return Drawn{}, err
	}
	img, err := mupdf.Decode(mupdf.TIFF, r.data, r.index[page])
	if err != nil {
		return Drawn{}, err
	}
	dir := r.dirs[page]
	if float64(img.Bounds().Dx()) != dir[tagWidth] || float64(img.Bounds().Dy()) != dir[tagHeight] {
		return Drawn{}, errors.New("image is not of the size it said")
	}
	if img.Bounds().Dx() != width || img.Bounds().Dy() != height {
		img = imaging.Resize(img, width, height, imaging.Linear)
	}
	return putPicture(img, dir.orientation(), r.maxPixels, pix)
}
