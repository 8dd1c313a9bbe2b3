package gutters

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// The columns of a newspaper begin again below a ruling, and below level headings over several columns;
// those of a bill at boxes level with each other. The gutter continues there, but what lies above is
// read first.

const (
	bandRuled  = 0.9  // of the width of a part, at least, that a ruling across it runs
	bandSlack  = 0.3  // text heights by which a box may reach over the end of a band
	bandCross  = 4.0  // text heights on both sides from which a vertical ruling passes it
	bandWhite  = 0.8  // text heights of white, at least, above level headings
	bandLevel  = 0.5  // text heights between the tops of level headings, at most
	bandHeader = 1.18 // of the body's text height, from which a line is a heading
)

// Bands divides the items of a part of the page that a gutter runs through where the columns on both
// sides of it end and others begin. It is false if they run on.
func (s *Search) Bands(items []*upright.Item, g Gutter) (above, below []*upright.Item, ok bool) {
	y, ok := s.bandEnd(items, g)
	if !ok {
		return nil, nil, false
	}
	for _, it := range items {
		if it.CenterY() < y {
			above = append(above, it)
		} else {
			below = append(below, it)
		}
	}
	return above, below, len(above) > 0 && len(below) > 0
}

// bandEnd finds the height at which columns end.
func (s *Search) bandEnd(items []*upright.Item, g Gutter) (y float64, ok bool) {
	p, part := s.page, upright.Bounds(items)
	for _, h := range s.rulings.Horizontal {
		inside := h.At > g.top && h.At < g.end
		if inside && h.From < g.X && h.To > g.X && h.Overlap(plane.Span{From: part.X0, To: part.X1}) > bandRuled*part.Width() &&
			!passed(s.rulings, h, p.Size) && free(items, h.At, bandSlack*p.Size) {
			return h.At, true
		}
		if inside && s.levelFrames(h, g) && free(items, h.At, bandSlack*p.Size) {
			return h.At, true
		}
	}
	for _, a := range items[g.From:g.To] {
		if SideOf(a, g.X) != -1 || !isHeading(p, a) || a.Y0 <= g.top || a.Y0 >= g.end {
			continue
		}
		for _, b := range items[g.From:g.To] {
			if SideOf(b, g.X) != 1 || !isHeading(p, b) || math.Abs(a.Y0-b.Y0) > bandLevel*p.Size {
				continue
			}
			top := min(a.Y0, b.Y0)
			if middle := top - bandWhite*p.Size/2; middle > g.top && free(items, middle, -bandWhite*p.Size/2) && ends(items, g, middle) {
				return middle, true
			}
		}
	}
	return 0, false
}

// levelFrames reports whether a ruling left of a gutter and one right of it are the tops of two frames
// level with each other.
func (s *Search) levelFrames(left rulings.Ruling, g Gutter) bool {
	size := s.page.Size
	return left.To < g.X && s.topsFrame(left) && slices.ContainsFunc(s.rulings.Horizontal, func(right rulings.Ruling) bool {
		return right.From > g.X && math.Abs(right.At-left.At) < bandLevel*size && s.topsFrame(right)
	})
}

// topsFrame reports whether vertical rulings run down from both ends of a horizontal one.
func (s *Search) topsFrame(h rulings.Ruling) bool {
	down := func(x float64) bool {
		return slices.ContainsFunc(s.rulings.Vertical, func(v rulings.Ruling) bool {
			return math.Abs(v.At-x) < bandLevel*s.page.Size && math.Abs(v.From-h.At) < bandLevel*s.page.Size
		})
	}
	return down(h.From) && down(h.To)
}

// ends reports whether columns end at a height: on a side of a gutter, more than one line stands above
// it. One line would be the heading of what is below.
func ends(items []*upright.Item, g Gutter, y float64) bool {
	left, right := 0, 0
	for _, it := range items[g.From:g.To] {
		if it.CenterY() > y || it.Y1 < g.top {
			continue
		}
		switch SideOf(it, g.X) {
		case -1:
			left++
		case 1:
			right++
		}
	}
	return max(left, right) > 1
}

// isHeading reports whether an item is large enough for the heading of a column.
func isHeading(p *upright.Page, it *upright.Item) bool {
	return it.Object == nil && it.Size > bandHeader*p.Size && it.Width() > upright.NumberWidth*p.Size
}

// passed reports whether a vertical ruling, such as that between two columns, runs past a
// horizontal one.
func passed(found rulings.Rulings, h rulings.Ruling, size float64) bool {
	return slices.ContainsFunc(found.Vertical, func(v rulings.Ruling) bool {
		return v.At > h.From+size && v.At < h.To-size && v.From < h.At-bandCross*size && v.To > h.At+bandCross*size
	})
}

// free reports whether no item reaches over a height by more than slack. A negative slack asks for white
// on both sides.
func free(items []*upright.Item, y, slack float64) bool {
	return !slices.ContainsFunc(items, func(it *upright.Item) bool { return it.Y0 < y-slack && it.Y1 > y+slack })
}
