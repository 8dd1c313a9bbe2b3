package crops

import (
	"bytes"
	"cmp"
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
)

// maskPoints is the resolution, per width and per height of a page, of the detector's masks, from which
// outlines are drawn.
const maskPoints = 200

// doubt is by how much the outlines of a page may miss their regions: half a point of the mask. That margin
// stays, or letters would be cut.
func doubt(page *document.Page) document.Point {
	return document.Point{X: max(0.5, float64(page.Width)/maskPoints/2), Y: max(0.5, float64(page.Height)/maskPoints/2)}
}

const (
	// maxShare is the share of its box, less one mask point on each side, from which an outline is treated as
	// the box: the rest contains nothing of a neighbor.
	maxShare = 0.9
	// minReach is the share of the box's width and height that an outline must span. One that does not is the
	// largest piece of a mask that fell apart.
	minReach = 0.9
)

// isShape reports whether the outline can be trusted and says more than box does.
func isShape(outline []document.Point, box document.BBox, doubt document.Point) bool {
	if len(outline) < 3 {
		return false
	}
	twice := 0.0 // the area, by the shoelace formula
	before := outline[len(outline)-1]
	low, high := before, before
	for _, p := range outline {
		twice += before.X*p.Y - p.X*before.Y
		low = document.Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
		high = document.Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
		before = p
	}
	w, h := float64(box[2]-box[0]), float64(box[3]-box[1])
	core := max(0, w-4*doubt.X) * max(0, h-4*doubt.Y)
	return math.Abs(twice)/2 < maxShare*core && high.X-low.X+1 >= minReach*w && high.Y-low.Y+1 >= minReach*h
}

// inside returns img, an *image.RGBA or *image.Gray, with white outside the outline and the doubt around it,
// as the model's own pipeline shows regions (use_polygon). It is a copy: img shares the page's pixels. The
// outline's points are pixel centers, counted from origin.
func inside(img image.Image, outline []document.Point, doubt document.Point, origin image.Point) image.Image {
	b := img.Bounds()
	dx, dy := float64(b.Min.X-origin.X), float64(b.Min.Y-origin.Y)
	moved := make([]document.Point, len(outline))
	for i, p := range outline {
		moved[i] = document.Point{X: p.X - dx, Y: p.Y - dy}
	}
	switch img := img.(type) {
	case *image.Gray:
		out := image.NewGray(b)
		keep(raster{img.Pix, img.Stride, b.Dx(), b.Dy()}, raster{out.Pix, out.Stride, b.Dx(), b.Dy()}, 1, moved, doubt)
		return out
	case *image.RGBA:
		out := image.NewRGBA(b)
		keep(raster{img.Pix, img.Stride, b.Dx(), b.Dy()}, raster{out.Pix, out.Stride, b.Dx(), b.Dy()}, 4, moved, doubt)
		return out
	}
	return img
}

// keep copies what of src is inside the outline, by the even-odd rule, or in doubt, and makes the rest of dst
// white. In each row that is what the outline covers there and within the doubt above and below.
func keep(src, dst raster, channels int, outline []document.Point, doubt document.Point) {
	white := bytes.Repeat([]byte{0xff}, src.w*channels)
	var cuts []float64
	var spans [][2]int
	for y := range src.h {
		spans = spans[:0]
		for _, at := range [3]float64{float64(y) - doubt.Y, float64(y), float64(y) + doubt.Y} {
			cuts = crossings(cuts[:0], outline, at)
			for i := 0; i+1 < len(cuts); i += 2 {
				spans = append(spans, [2]int{int(math.Floor(cuts[i] - doubt.X)), int(math.Ceil(cuts[i+1]+doubt.X)) + 1})
			}
		}
		slices.SortFunc(spans, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
		from, to := src.pix[y*src.stride:], dst.pix[y*dst.stride:]
		done := 0 // pixels of the row
		for _, s := range spans {
			left, right := min(max(s[0], done), src.w), min(s[1], src.w)
			if left < right {
				copy(to[done*channels:left*channels], white)
				copy(to[left*channels:right*channels], from[left*channels:right*channels])
				done = right
			}
		}
		copy(to[done*channels:src.w*channels], white)
	}
}

// crossings appends where the outline crosses the horizontal line at y, in ascending order; there is always
// an even number.
func crossings(cuts []float64, outline []document.Point, y float64) []float64 {
	a := outline[len(outline)-1]
	for _, b := range outline {
		if (a.Y <= y) != (b.Y <= y) {
			cuts = append(cuts, a.X+(y-a.Y)/(b.Y-a.Y)*(b.X-a.X))
		}
		a = b
	}
	slices.Sort(cuts)
	return cuts
}
