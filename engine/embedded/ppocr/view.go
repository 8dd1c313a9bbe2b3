package ppocr

import (
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/heatmap"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stages"
)

// SideStep divides the sides of what the line detector sees, which halves them five times.
const SideStep = 32

// How large an image is shown to the line detector.
const (
	detMinSide = 736 // smaller images are enlarged until the shorter side has this
	maxEnlarge = 3   // at most: single lines and words are found as well, at lower cost

	// A view larger than tilePixels is processed in tiles: the network takes about 150 bytes per pixel. Tiles
	// overlap, since it sees less at an edge.
	tilePixels  = 1280 * 960
	tileOverlap = 64
	maxTiles    = 8

	// If the small lines of a page (the lower quartile) are less than smallText pixels high in a view, many
	// are missed; at goodText none are.
	smallText = 17
	goodText  = 20

	// blankCloser is how much closer to look where no line was seen.
	blankCloser = 1.6

	// Small print is examined more closely with this margin, in pixels of the view, around its lines; if that
	// is mostCloser of the image, all of it is.
	closerMargin = 32
	mostCloser   = 0.75
)

// view is an image as the detector sees it: scaled to w x h.
type view struct {
	w, h           int
	scaleX, scaleY float64 // source pixels per view pixel
}

// firstView fits a w x h image into maxSide.
func firstView(w, h, maxSide int) view {
	long, short := float64(max(w, h)), float64(min(w, h))
	scale := min(1, float64(maxSide)/long)
	if short*scale < detMinSide {
		scale = min(detMinSide/short, max(1, float64(maxSide)/long), maxEnlarge)
	}
	return newView(w, h, scale)
}

// newView scales a w x h image, by less than asked for if it would be too large.
func newView(w, h int, scale float64) view {
	scale = min(scale, math.Sqrt(tilePixels*maxTiles/(float64(w)*float64(h))))
	round := func(v int) int { return max(SideStep, int(math.Round(float64(v)*scale/SideStep))*SideStep) }
	v := view{w: round(w), h: round(h)}
	v.scaleX, v.scaleY = float64(w)/float64(v.w), float64(h)/float64(v.h)
	return v
}

// look is a part of an image as the detector sees it.
type look struct {
	part image.Rectangle
	view
}

// lookAt shows a part of an image at a scale.
func lookAt(part image.Rectangle, scale float64) look {
	return look{part, newView(part.Dx(), part.Dy(), scale)}
}

// closer returns the look that shows small lines, found in l, at a good size. It is not ok if l already does,
// or the source has no more detail.
func (l look) closer(lines []document.Line) (closer look, ok bool) {
	if l.scaleY <= 1 {
		return look{}, false
	}
	if len(lines) == 0 { // or all were too small to be seen
		return lookAt(l.part, min(blankCloser/l.scaleY, 1)), true
	}
	heights := make([]float64, len(lines))
	var around image.Rectangle
	for i, line := range lines {
		width, height := pixels.QuadSize(line.Quad)
		heights[i] = min(width, height) / l.scaleY
		around = around.Union(line.BBox.Rect())
	}
	slices.Sort(heights)
	small := heights[len(heights)/4]
	if small >= smallText {
		return look{}, false
	}
	scale := min(goodText/small/l.scaleY, 1)
	part := around.Inset(-int(closerMargin / scale)).Intersect(l.part)
	if float64(part.Dx()*part.Dy()) > mostCloser*float64(l.part.Dx()*l.part.Dy()) {
		part = l.part
	}
	return lookAt(part, scale), true
}

// cuts reports whether a line found in the part reaches an edge where the part was cut out of the image, so
// that the line may continue beyond.
func (l look) cuts(line document.Line, whole image.Rectangle) bool {
	box, p := line.BBox.Rect(), l.part
	return p.Min.X > whole.Min.X && box.Min.X <= p.Min.X || p.Max.X < whole.Max.X && box.Max.X >= p.Max.X ||
		p.Min.Y > whole.Min.Y && box.Min.Y <= p.Min.Y || p.Max.Y < whole.Max.Y && box.Max.Y >= p.Max.Y
}

// toSource maps a position in the view, where integers are pixel centres,
// to one in the source image, where they are pixel corners.
func (v view) toSource(p document.Point) document.Point {
	return document.Point{
		X: (p.X + .5) * v.scaleX,
		Y: (p.Y + .5) * v.scaleY,
	}
}

// line is a line that was found in the view, in pixels of the source.
func (v view) line(l heatmap.Line, src pixels.Raster) document.Line {
	line := document.Line{Quad: l.Quad}
	for i, p := range l.Quad {
		line.Quad[i] = v.toSource(p)
	}
	line.BBox = pixels.BBoxOf(line.Quad, src.W, src.H)
	if l.Spine == nil {
		return line
	}
	box, r := line.BBox.Rect(), l.Height/2*v.scaleY
	for _, p := range l.Spine {
		p = v.toSource(p)
		line.Spine = append(line.Spine, p)
		around := [4]document.Point{{X: p.X - r, Y: p.Y - r}, {X: p.X + r, Y: p.Y + r}, p, p}
		box = box.Union(pixels.BBoxOf(around, src.W, src.H).Rect())
	}
	line.BBox = document.BoxOf(box)
	return line
}

// draw draws the part of the view inside area, which has the size of dst.
func (v view) draw(dst pixels.Planes, src pixels.Raster, area image.Rectangle) {
	x := pixels.Span{From: float64(area.Min.X) * v.scaleX, To: float64(area.Max.X) * v.scaleX}
	y := pixels.Span{From: float64(area.Min.Y) * v.scaleY, To: float64(area.Max.Y) * v.scaleY}
	pixels.Resample(dst, src, x, y, pixels.Symmetric)
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

// work is how much the detector multiplies for the view.
func (v view) work() stages.Work {
	var seen float64
	for _, t := range v.tiles() {
		seen += float64(t.area.Dx() * t.area.Dy())
	}
	return stages.Work{Full: detectorWork * seen}
}

// cut is where part i of n begins, a multiple of SideStep.
func cut(length, i, n int) int { return length / SideStep * i / n * SideStep }
