package layout

import (
	"image"
	"math"

	"ocr-gateway/document"
)

// Text detectors draw one box over two columns, or over two cells, where the
// white between them is narrow. Such a line is split where its pixels are blank.

// blankAt finds the blank within a line that ends where a column begins at x.
func (s *sheet) blankAt(it *item, x float64) (span, bool) {
	if it.atom != nil || x-it.x0 < it.size || it.x1-x < it.size {
		return span{}, false
	}
	for _, g := range s.blanks(it) {
		if g.from < x && math.Abs(g.to-(x+0.2*it.size)) < 0.5*it.size {
			return g, true
		}
	}
	return span{}, false
}

// blanks lists the blanks of a line that may divide columns: clearly wider than
// the spaces between its words. They are measured once.
func (s *sheet) blanks(it *item) []span {
	if it.seen || it.atom != nil {
		return it.gaps
	}
	it.seen = true
	ink := stripOf(s.gray(), s.lines[it.line].Quad)
	if len(ink) == 0 {
		return nil
	}
	scale := it.width() / float64(len(ink))
	all := blanksOf(ink, 0.15*it.size/scale)
	widths := make([]float64, len(all))
	for i, g := range all {
		widths[i] = g.length()
	}
	words := median(widths)
	for _, g := range all {
		if w := g.length(); w*scale >= 0.35*it.size && w >= 1.3*words || len(all) == 1 {
			it.gaps = append(it.gaps, span{it.x0 + g.from*scale, it.x0 + g.to*scale})
		}
	}
	return it.gaps
}

// split divides a line at a blank. The line itself is given up for two new ones.
func (s *sheet) split(it *item, gap span) (left, right *item) {
	line := s.lines[it.line]
	pad := min(0.2*it.size, 0.4*gap.length())
	part := func(from, to float64) *item {
		a, b := (from-it.x0)/it.width(), (to-it.x0)/it.width()
		q := line.Quad
		quad := [4]document.Point{along(q[0], q[1], a), along(q[0], q[1], b), along(q[3], q[2], b), along(q[3], q[2], a)}
		s.lines = append(s.lines, document.Line{Quad: quad, BBox: s.clip(boundsOf(quad))})
		return &item{box: box{from, it.y0, to, it.y1}, size: it.size, line: len(s.lines) - 1}
	}
	return part(it.x0, gap.from+pad), part(gap.to-pad, it.x1)
}

// boundsOf is the smallest box around a quad.
func boundsOf(q [4]document.Point) document.BBox {
	x0, y0, x1, y1 := q[0].X, q[0].Y, q[0].X, q[0].Y
	for _, p := range q[1:] {
		x0, y0, x1, y1 = min(x0, p.X), min(y0, p.Y), max(x1, p.X), max(y1, p.Y)
	}
	return document.BBox{int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))}
}

// clip keeps a box within the page.
func (s *sheet) clip(b document.BBox) document.BBox {
	return document.BoxOf(b.Rect().Intersect(image.Rect(0, 0, s.width, s.height)))
}
