package embedded

import (
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
)

// How large an image is shown to the line detector.
const (
	detStep    = 32  // the network halves its input five times
	detMinSide = 736 // smaller images are enlarged until the shorter side has this

	// A view larger than tilePixels is looked at in tiles: the network takes
	// about 350 bytes a pixel. Tiles overlap, since it sees less at an edge.
	tilePixels  = 1280 * 960
	tileOverlap = 64
	maxTiles    = 8

	// When the small lines of a page (the lower quartile) are less than
	// smallText pixels high in a view, many are missed; at goodText none are.
	smallText = 17
	goodText  = 20
)

// view is an image as the detector sees it: scaled to w x h less a margin on
// each side, which is filled with the colour of the image's border.
type view struct {
	w, h, margin   int
	scaleX, scaleY float64 // source pixels per view pixel
}

// firstView fits a w x h image into maxSide.
func firstView(w, h, maxSide int) view {
	long, short := float64(max(w, h)), float64(min(w, h))
	scale := min(1, float64(maxSide)/long)
	if short*scale < detMinSide {
		scale = min(detMinSide/short, max(1, float64(maxSide)/long), 3)
	}
	return newView(w, h, scale)
}

// newView scales a w x h image, less than asked for when it is too large.
func newView(w, h int, scale float64) view {
	scale = min(scale, math.Sqrt(tilePixels*maxTiles/(float64(w)*float64(h))))
	round := func(v int) int { return max(detStep, int(math.Round(float64(v)*scale/detStep))*detStep) }
	v := view{w: round(w), h: round(h)}
	v.scaleX, v.scaleY = float64(w)/float64(v.w), float64(h)/float64(v.h)
	return v
}

// closer is the view that shows small lines, found in v, at a good size. It is
// not ok when v does, or when the source has no more detail.
func (v view) closer(lines []document.Line) (closer view, ok bool) {
	if len(lines) == 0 || v.scaleY <= 1 {
		return view{}, false
	}
	heights := make([]float64, len(lines))
	for i, l := range lines {
		w, h := quadSize(l.Quad)
		heights[i] = min(w, h) / v.scaleY
	}
	slices.Sort(heights)
	small := heights[len(heights)/4]
	if small >= smallText {
		return view{}, false
	}
	w, h := int(float64(v.w)*v.scaleX+.5), int(float64(v.h)*v.scaleY+.5)
	return newView(w, h, min(goodText/small/v.scaleY, 1)), true
}

// toSource maps a position in the view, where integers are pixel centres,
// to one in the source image, where they are pixel corners.
func (v view) toSource(p document.Point) document.Point {
	return document.Point{
		X: (p.X + .5 - float64(v.margin)) * v.scaleX,
		Y: (p.Y + .5 - float64(v.margin)) * v.scaleY,
	}
}

// draw puts the part of the view inside area onto dst.
func (v view) draw(dst planes, src raster, area image.Rectangle) {
	x := span{float64(area.Min.X) * v.scaleX, float64(area.Max.X) * v.scaleX}
	y := span{float64(area.Min.Y) * v.scaleY, float64(area.Max.Y) * v.scaleY}
	resample(dst, area.Dx(), area.Dy(), src, x, y, symmetric)
}

// tile is a part of a view: the network sees area, and core is kept.
type tile struct{ area, core image.Rectangle }

// tiles divides the view.
func (v view) tiles() []tile {
	nx, ny := 1, 1
	for (v.w/nx+tileOverlap)*(v.h/ny+tileOverlap) > tilePixels && v.w*v.h > tilePixels {
		if v.w/nx > v.h/ny {
			nx++
		} else {
			ny++
		}
	}
	all := image.Rect(0, 0, v.w, v.h)
	var tiles []tile
	for iy := range ny {
		for ix := range nx {
			core := image.Rect(cut(v.w, ix, nx), cut(v.h, iy, ny), cut(v.w, ix+1, nx), cut(v.h, iy+1, ny))
			tiles = append(tiles, tile{core.Inset(-tileOverlap).Intersect(all), core})
		}
	}
	return tiles
}

// cut is where part i of n begins, a multiple of detStep.
func cut(length, i, n int) int { return length / detStep * i / n * detStep }

// borderColour is the mean colour B, G, R along the edges of src.
func borderColour(src raster) [3]float32 {
	var sum [3]float32
	n := 0
	add := func(x, y int) {
		p := src.pix[y*src.stride+x*src.bpp:]
		for c := range 3 {
			sum[2-c] += float32(p[min(c, src.bpp-1)])
		}
		n++
	}
	for x := range src.w {
		add(x, 0)
		add(x, src.h-1)
	}
	for y := range src.h {
		add(0, y)
		add(src.w-1, y)
	}
	for c := range sum {
		sum[c] /= float32(n)
	}
	return sum
}

