package upright

import (
	"cmp"
	"slices"

	"ocr-gateway/internal/plane"
)

// Text detectors draw boxes that begin within the previous line, or end within the next one. The letters
// there would be read twice.

const (
	trespass  = 1.5 // heights of a line, at most, that its box reaches into another's
	whole     = 0.2 // heights that a letter may stick out of the box of its line
	sameLevel = 0.6 // of the lower one's height that both share
	nearby    = 64  // lines that one is compared with, on either side
	likeSizes = 2   // the higher of two lines by the lower, at most: a small sign before a large price is not its, though its box holds both
)

// trimTrespass cuts what belongs to the line beside it off the ends of a line's box, where
// the white tells them apart.
func (p *Page) trimTrespass() {
	items := slices.Clone(p.Items)
	slices.SortStableFunc(items, func(a, b *Item) int { return cmp.Compare(a.CenterY(), b.CenterY()) })
	for i, a := range items {
		for _, b := range items[i+1 : min(len(items), i+1+nearby)] {
			if b.CenterY()-a.CenterY() > a.Height() {
				break
			}
			if max(a.Size, b.Size) > likeSizes*min(a.Size, b.Size) || a.OverlapX(b.Box) <= 0 || a.OverlapY(b.Box) < sameLevel*min(a.Height(), b.Height()) {
				continue
			}
			left, right := a, b
			if b.X0 < a.X0 {
				left, right = b, a
			}
			if left.X1 < right.X1 && p.found(left) && p.found(right) && left.OverlapX(right.Box) <= trespass*min(a.Size, b.Size) {
				p.part(left, right)
			}
		}
	}
}

// part cuts one of two lines that share a stretch: the one in which a blank parts what lies
// there from the rest.
func (p *Page) part(left, right *Item) {
	if blank, ok := p.blankBy(right, plane.Span{From: right.X0, To: left.X1}); ok {
		p.cut(right, blank.To-pad(right, blank), right.X1)
	} else if blank, ok := p.blankBy(left, plane.Span{From: right.X0, To: left.X1}); ok {
		p.cut(left, left.X0, blank.From+pad(left, blank))
	}
}

// found reports whether a line is a level box of a detector: neither bent, nor a line of the document
// with its own text.
func (p *Page) found(it *Item) bool {
	line := p.lines[it.line]
	return line.Spine == nil && line.Source == ""
}

// blankBy finds the blank of a line that bounds the ink in a stretch at one of its ends.
func (p *Page) blankBy(it *Item, stretch plane.Span) (plane.Span, bool) {
	blanks := p.Blanks(it)
	if len(blanks) == 0 {
		return plane.Span{}, false
	}
	if stretch.From == it.X0 {
		return blanks[0], blanks[0].From <= stretch.To+whole*it.Size
	}
	last := blanks[len(blanks)-1]
	return last, last.To >= stretch.From-whole*it.Size
}

// cut reduces a line to the part between two places.
func (p *Page) cut(it *Item, from, to float64) {
	line := &p.lines[it.line]
	line.Quad = quadBetween(line.Quad, (from-it.X0)/it.Width(), (to-it.X0)/it.Width())
	line.BBox = p.clip(boundsOf(line.Quad))
	line.Text, line.Confidence = "", nil
	it.X0, it.X1 = from, to
	it.spaces, it.blanks, it.measured = nil, nil, false
}
