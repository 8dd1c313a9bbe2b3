package upright

import (
	"math"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// Text detectors draw one box over two columns, or over two cells, if the white between them is narrow.
// Such a line is split where its pixels are blank.

// The spaces in a heading are as wide as the white between columns of the text.
const (
	headingSize  = 1.25 // of the body's text height, from which a line is a heading
	headingBlank = 0.8  // of its own height: blank, at least, that divides one
)

// Blanks returns the blanks of a line that may divide columns: those clearly wider than the spaces
// between its words. They are measured once.
func (p *Page) Blanks(it *Item) []plane.Span {
	if it.measured || it.Object != nil {
		return it.blanks
	}
	it.measured = true
	if p.lines[it.line].Spine != nil { // bent: the ink does not lie within its quad
		return nil
	}
	ink := inkAlong(p.Gray, p.lines[it.line].Quad)
	if len(ink) == 0 {
		return nil
	}
	scale := it.Width() / float64(len(ink))
	all := blanksOf(ink, 0.15*it.Size/scale)
	widths := make([]float64, len(all))
	for i, b := range all {
		widths[i] = b.Length()
	}
	words := Median(widths)
	for _, b := range all {
		space := plane.Span{From: it.X0 + b.From*scale, To: it.X0 + b.To*scale}
		it.spaces = append(it.spaces, space)
		if w := b.Length(); w*scale >= 0.35*it.Size && w >= 1.3*words || len(all) == 1 {
			it.blanks = append(it.blanks, space)
		}
	}
	return it.blanks
}

// Spaces returns the spaces between the words of a line; nil if they are not known.
func (p *Page) Spaces(it *Item) []plane.Span {
	p.Blanks(it)
	return it.spaces
}

// BlankAt finds the blank within a line that ends where a column begins at x.
func (p *Page) BlankAt(it *Item, x float64) (plane.Span, bool) {
	if it.Object != nil || x-it.X0 < it.Size || it.X1-x < it.Size {
		return plane.Span{}, false
	}
	least := 0.0
	if it.Size > headingSize*p.Size {
		least = headingBlank * it.Size
	}
	return endsAt(it, p.Blanks(it), x, least)
}

// SpaceAt finds the space within a line of running text that ends where a column begins at x. It may be
// one between words, so it only counts if the lines around it end there.
func (p *Page) SpaceAt(it *Item, x float64) (plane.Span, bool) {
	if it.Object != nil || it.Size > headingSize*p.Size || x-it.X0 < it.Size || it.X1-x < it.Size {
		return plane.Span{}, false
	}
	p.Blanks(it)
	return endsAt(it, it.spaces, x, 0)
}

// endsAt finds the widest span, longer than least, that ends where a column begins at x.
func endsAt(it *Item, spans []plane.Span, x, least float64) (widest plane.Span, ok bool) {
	for _, b := range spans {
		if b.Length() > max(least, widest.Length()) && b.From < x && math.Abs(b.To-(x+0.2*it.Size)) < 0.5*it.Size {
			widest, ok = b, true
		}
	}
	return widest, ok
}

// Split divides a line at a blank into two new items.
func (p *Page) Split(it *Item, blank plane.Span) (left, right *Item) {
	line := p.lines[it.line]
	part := func(from, to float64) *Item {
		quad := quadBetween(line.Quad, (from-it.X0)/it.Width(), (to-it.X0)/it.Width())
		p.lines = append(p.lines, document.Line{Quad: quad, BBox: p.clip(boundsOf(quad))})
		return &Item{Box: plane.Box{X0: from, Y0: it.Y0, X1: to, Y1: it.Y1}, Size: it.Size, line: len(p.lines) - 1}
	}
	white := pad(it, blank)
	return part(it.X0, blank.From+white), part(blank.To-white, it.X1)
}

// pad returns how much of a blank's white each part of a line keeps.
func pad(it *Item, blank plane.Span) float64 { return min(0.2*it.Size, 0.4*blank.Length()) }

// quadBetween returns the part of a quad between two shares of its length.
func quadBetween(q [4]document.Point, a, b float64) [4]document.Point {
	return [4]document.Point{along(q[0], q[1], a), along(q[0], q[1], b), along(q[3], q[2], b), along(q[3], q[2], a)}
}

// FirstWord returns the width of a line's first word: that of the whole line if it is one word, 0 without
// pixels.
func (p *Page) FirstWord(it *Item) float64 {
	ink := inkAlong(p.Gray, p.lines[it.line].Quad)
	if len(ink) == 0 {
		return 0
	}
	const space = 0.13 // text heights, at least; letters stand closer
	scale := it.Width() / float64(len(ink))
	pad := 0.2 * it.Size // around the ink, on either side
	if spaces := blanksOf(ink, space*it.Size/scale); len(spaces) > 0 {
		return max(0, spaces[0].From*scale-pad)
	}
	return max(0, it.Width()-2*pad)
}
