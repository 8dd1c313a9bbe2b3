package raster

import (
	"context"
	"errors"
	"fmt"
	"math"

	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

// size asks a child for the size of a page, and adapts it to what can be rendered.
func (d *paged) size(ctx context.Context, c *pool.Child, number int) (renderSize, error) {
	rep, err := d.pool.Call(ctx, c, d.cfg.PageTimeout, wire.Request{Op: wire.OpSize, Page: uint32(number - 1)}, "", nil)
	var failed *pool.CallError
	if errors.As(err, &failed) && failed.Status == wire.StatusTooManyPixels {
		return renderSize{}, d.tooManyPixels(number, int(rep.Width), int(rep.Height)).Because(err)
	}
	if err != nil {
		return renderSize{}, err
	}
	if d.kind == kind.PDF {
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
func (d *paged) resolution(rep wire.Reply) int {
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
		return renderSize{}, fmt.Errorf("%w: page of %g x %g points", pool.ErrGone, width, height)
	}
	scale := float64(dpi) / pointsPerInch
	largest := min(wire.MaxSide/width, wire.MaxSide/height, math.Sqrt(float64(maxPixels)/width/height))
	size := renderSize{scaled: scale > largest}
	scale = min(scale, largest)
	// Rounding down keeps what was scaled to the limit within it.
	size.width, size.height = max(int(width*scale), 1), max(int(height*scale), 1)
	size.dpi = scale * pointsPerInch
	return size, nil
}

// pictureSize checks the size of an image that a child reports.
func (d *paged) pictureSize(rep wire.Reply) (renderSize, error) {
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

// pixels checks the size in pixels that a child reports.
func (r *Rasterizer) pixels(rep wire.Reply) (width, height int, err error) {
	if rep.Width >= 1 && rep.Width <= wire.MaxSide && rep.Height >= 1 && rep.Height <= wire.MaxSide {
		width, height = int(rep.Width), int(rep.Height)
		if wire.Fits(width, height, r.cfg.MaxPixels) {
			return width, height, nil
		}
	}
	return 0, 0, fmt.Errorf("%w: image of %g x %g pixels", pool.ErrGone, rep.Width, rep.Height)
}
