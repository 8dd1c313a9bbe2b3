// Package upright holds the lines of text of a page in an upright frame, in which they are level. All
// steps of package geometry work on it. Lengths are pixels; thresholds are mostly in text heights.
package upright

import (
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// Page is one page whose layout is being analyzed. It is for one goroutine.
type Page struct {
	Width, Height int     // pixels
	Items         []*Item // lines of text not yet placed elsewhere, and tables and figures
	Zones         []Zone  // the model's boxes
	Size          float64 // height of body text in pixels, at least 1
	Deskew        Deskew
	Gray          *image.Gray // nil for a page without pixels
	Unruled       bool        // there is nothing but running text on the page

	lines []document.Line // those found, and the parts of those that were split
}

// Tilt returns the angle between an item and the lines of the page, in degrees; 0 for text that runs up or
// down the page.
func (p *Page) Tilt(it *Item) float64 {
	if it.Object != nil {
		return 0
	}
	q := p.soundQuad(p.lines[it.line])
	a, b := p.Deskew.Point(midpoint(q[0], q[3])), p.Deskew.Point(midpoint(q[1], q[2]))
	degrees := math.Atan2(b.Y-a.Y, b.X-a.X) * 180 / math.Pi
	return degrees - 90*math.Round(degrees/90)
}

// Place puts a table or figure into the reading order in place of the items that are in it.
func (p *Page) Place(o *Object, b plane.Box, taken []*Item) {
	gone := make(map[*Item]bool, len(taken))
	for _, it := range taken {
		gone[it] = true
		b = b.Union(it.Box)
	}
	var kept []*Item
	for _, it := range p.Items {
		if !gone[it] {
			kept = append(kept, it)
		}
	}
	p.Items = append(kept, ObjectItem(o, b, p.Size))
}

// Lines returns the lines of text of items, none of which is a table or figure.
func (p *Page) Lines(items []*Item) []document.Line {
	lines := make([]document.Line, len(items))
	for i, it := range items {
		lines[i] = p.lines[it.line]
	}
	return lines
}

// ItemsBBox returns the extent of some items in page pixels.
func (p *Page) ItemsBBox(items []*Item) document.BBox {
	var r image.Rectangle
	for _, it := range items {
		r = r.Union(p.itemBBox(it).Rect())
	}
	return document.BoxOf(r)
}

func (p *Page) itemBBox(it *Item) document.BBox {
	if it.Object != nil {
		return it.Object.BBox
	}
	b := p.clip(p.lines[it.line].BBox)
	if b.Rect().Empty() {
		b = p.clip(boundsOf(p.soundQuad(p.lines[it.line])))
	}
	return b
}

// BBox returns the smallest box of page pixels around an upright one.
func (p *Page) BBox(b plane.Box) document.BBox {
	return p.clip(boundsOf([4]document.Point{
		p.Deskew.Back(document.Point{X: b.X0, Y: b.Y0}), p.Deskew.Back(document.Point{X: b.X1, Y: b.Y0}),
		p.Deskew.Back(document.Point{X: b.X1, Y: b.Y1}), p.Deskew.Back(document.Point{X: b.X0, Y: b.Y1}),
	}))
}

// Extent returns the upright box that the page's own corners and the middles of its sides lie in.
func (p *Page) Extent() plane.Box {
	const half = 2
	var b plane.Box
	for i := range half + 1 {
		for j := range half + 1 {
			c := p.Deskew.Point(document.Point{X: float64(i*p.Width) / half, Y: float64(j*p.Height) / half})
			if i+j == 0 {
				b = plane.Box{X0: c.X, Y0: c.Y, X1: c.X, Y1: c.Y}
			}
			b = plane.Box{X0: min(b.X0, c.X), Y0: min(b.Y0, c.Y), X1: max(b.X1, c.X), Y1: max(b.Y1, c.Y)}
		}
	}
	return b
}

// soundQuad returns the line's quad, or its box if the quad is degenerate: not finite, empty, or far
// outside the page.
func (p *Page) soundQuad(l document.Line) [4]document.Point {
	limit := 4 * float64(p.Width+p.Height)
	sound := true
	for _, c := range l.Quad {
		sound = sound && math.Abs(c.X) <= limit && math.Abs(c.Y) <= limit // false for NaN
	}
	q := l.Quad
	if !sound || math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y) < 1 || math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y) < 1 {
		b := p.clip(l.BBox)
		x0, y0, x1, y1 := float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])
		x1, y1 = max(x1, x0+1), max(y1, y0+1)
		return [4]document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	}
	return q
}

// clip keeps a box within the page.
func (p *Page) clip(b document.BBox) document.BBox {
	return document.BoxOf(b.Rect().Intersect(image.Rect(0, 0, p.Width, p.Height)))
}

// boundsOf returns the smallest box around a quad.
func boundsOf(q [4]document.Point) document.BBox {
	x0, y0, x1, y1 := q[0].X, q[0].Y, q[0].X, q[0].Y
	for _, p := range q[1:] {
		x0, y0, x1, y1 = min(x0, p.X), min(y0, p.Y), max(x1, p.X), max(y1, p.Y)
	}
	return document.BBox{int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))}
}

// Zone is a coarse box of the layout model, in the upright frame.
type Zone struct {
	plane.Box
	Label string
	Score float64
}

// zoneScore is the least score of a zone that counts.
const zoneScore = 0.5

// Labeled reports whether the model gave the zone that label with a sufficient score.
func (z Zone) Labeled(label string) bool { return z.Label == label && z.Score >= zoneScore }

// Text reports whether the zone is one block of text with a sufficient score.
func (z Zone) Text() bool {
	return z.Score >= zoneScore && slices.Contains([]string{"text", "title", "reference", "figure_caption", "table_caption"}, z.Label)
}

// ZoneAround returns the zone with the highest score that a block lies in.
func (p *Page) ZoneAround(b plane.Box) (z Zone, found bool) {
	const most = 0.6 // of the block's area lies in its zone
	for _, candidate := range p.Zones {
		if candidate.Score >= zoneScore && candidate.Score > z.Score && b.ShareIn(candidate.Box) > most {
			z = candidate
		}
	}
	return z, z.Score > 0
}
