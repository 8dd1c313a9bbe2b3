package raster

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// size asks a child for the size of a page, and makes it one that can be rendered.
func (d *paged) size(ctx context.Context, c *child, number int) (renderSize, error) {
	rep, err := d.call(ctx, c, d.cfg.PageTimeout, request{Op: opSize, Page: uint32(number - 1)}, "", nil)
	var failed *childError
	if errors.As(err, &failed) && failed.status == statusTooManyPixels {
		return renderSize{}, d.tooManyPixels(number, int(rep.Width), int(rep.Height)).Because(err)
	}
	if err != nil {
		return renderSize{}, err
	}
	if d.kind == kindPDF {
		return scaledSize(rep.Width, rep.Height, d.resolution(rep), d.cfg.MaxPixels)
	}
	return d.pictureSize(rep)
}

const pointsPerInch = 72

// scanSide is how many pixels the longer side of a page of unlikely size gets at most,
// where the image on it has as many: those of a letter at 150 dpi, and then some.
const scanSide = 2000

// resolution is the resolution for a page. Where a scan is laid onto a page that is too
// small for it, unless the request asks for a resolution, it is that of the scan.
func (d *paged) resolution(rep reply) int {
	most := scanSide * pointsPerInch / max(rep.Width, rep.Height)
	if dpi := min(rep.DPI, most); !d.asked && dpi > float64(d.dpi) {
		return int(dpi)
	}
	return d.dpi
}

// renderSize is how a page is to be rendered.
type renderSize struct {
	width, height int
	dpi           float64
	scaled        bool
}

// scaledSize is the size in pixels of a PDF page of width x height points, smaller
// than asked for when it would not fit the limits.
func scaledSize(width, height float64, dpi, maxPixels int) (renderSize, error) {
	if !(width > 0 && height > 0) || width > math.MaxFloat32 || height > math.MaxFloat32 {
		return renderSize{}, fmt.Errorf("%w: page of %g x %g points", errChildGone, width, height)
	}
	scale := float64(dpi) / pointsPerInch
	largest := min(maxSide/width, maxSide/height, math.Sqrt(float64(maxPixels)/width/height))
	size := renderSize{scaled: scale > largest}
	scale = min(scale, largest)
	// Rounding down keeps what was scaled to the limit within it.
	size.width, size.height = max(int(width*scale), 1), max(int(height*scale), 1)
	size.dpi = scale * pointsPerInch
	return size, nil
}

// pictureSize checks the size of an image as a child says it is.
func (d *paged) pictureSize(rep reply) (renderSize, error) {
	var size renderSize
	width, height, err := d.pixels(rep)
	if err != nil {
		return size, err
	}
	size.width, size.height = width, height
	if rep.DPI >= 1 && rep.DPI <= 10_000 {
		size.dpi = rep.DPI
	}
	return size, nil
}

// pixels checks the size in pixels that a child says.
func (r *Rasterizer) pixels(rep reply) (width, height int, err error) {
	if rep.Width >= 1 && rep.Width <= maxSide && rep.Height >= 1 && rep.Height <= maxSide {
		width, height = int(rep.Width), int(rep.Height)
		if fits(width, height, r.cfg.MaxPixels) {
			return width, height, nil
		}
	}
	return 0, 0, fmt.Errorf("%w: image of %g x %g pixels", errChildGone, rep.Width, rep.Height)
}
