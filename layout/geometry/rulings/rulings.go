// Package rulings finds the straight lines drawn on a page, such as those around the cells of a table.
package rulings

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// Thresholds, in heights of the page's text.
const (
	pixelsPerText  = 24   // pixels of the reduced page: rulings need no more
	shortestStroke = 0.4  // along one row of pixels, at least
	thickestStroke = 0.25 // at most; thicker ink is a letter or an image
	shortestRuling = 1.5  // at least
	slant          = 0.2  // from end to end, at most, beside slantShare
	samePosition   = 0.3  // across: the two edges of a thick ruling
	textureApart   = 0.8  // between rows of dots that are a pattern, at most
	gapAlong       = 0.7  // along: pieces of one ruling, at most
	blankGap       = 1.0  // between a text and the blank that goes on with it, at most
	wholeLength    = 20   // longer than a piece of a ruling that is found in pieces
	wholeAlike     = 3    // rulings with the same ends, to half of wholeEnds, at least, to exclude chance
	wholeEnds      = 1.0  // between the end of a ruling and the place where it should end, at most
	surelyRuling   = 12   // longer than any underline or stroke of a letter
)

const (
	slantShare   = 0.03 // of a ruling's length by which it may slant, beside slant
	textureOneIn = 3    // one row of dots in so many, at most, may be so close to another without being a pattern
	minSide      = 16   // pixels of a page, at least, on which rulings are looked for
)

// Rulings are the rulings of a page or of an area. Blanks are horizontal ones to be filled in, which
// continue a line of text and divide nothing.
type Rulings struct{ Horizontal, Vertical, Blanks []Ruling }

// Ruling is a straight line in the upright frame. At is its position across, the span its extent along:
// a horizontal ruling lies at y = At from x = From to x = To.
type Ruling struct {
	At float64
	plane.Span
	dotted bool
}

// Find returns the rulings of a page, from left to right and from the top. It uses
// the page's lines of text to tell rulings from underlines.
func Find(page *upright.Page) Rulings {
	if page.Gray == nil || page.Unruled || page.Width < minSide || page.Height < minSide {
		return Rulings{}
	}
	m := maskOf(page, max(1, int(page.Size/pixelsPerText+0.5)))
	least := int(max(6, shortestStroke*page.Size/float64(m.step)))
	thick := int(max(4, thickestStroke*page.Size/float64(m.step)))
	size := page.Size / float64(m.step)
	level := m.inFrame(page, strokes(m, least, thick, size), false)
	plumb := m.inFrame(page, strokes(m.transposed(), least, thick, size), true)
	horizontal := outsideText(page, withoutTexture(joined(level, page.Size), page.Size))
	vertical := besideText(page, withoutTexture(joined(plumb, page.Size), page.Size))
	if m.level {
		horizontal = whole(horizontal, vertical, page.Size)
		vertical = whole(vertical, horizontal, page.Size)
		horizontal = whole(horizontal, vertical, page.Size)
	}
	found := Rulings{Vertical: vertical}
	for _, r := range horizontal {
		if r.isBlank(page) {
			found.Blanks = append(found.Blanks, r)
		} else {
			found.Horizontal = append(found.Horizontal, r)
		}
	}
	return found
}

// HasBlank reports whether a blank stands on a row of text.
func (r Rulings) HasBlank(row plane.Box) bool {
	return slices.ContainsFunc(r.Blanks, func(blank Ruling) bool {
		return blank.At > row.Y0 && blank.At < row.Y1+0.5*row.Height() && blank.Overlap(plane.Span{From: row.X0, To: row.X1}) > 0
	})
}

// isBlank reports whether a ruling stands on the line of a text right beside it, with nothing written
// on it.
func (r Ruling) isBlank(page *upright.Page) bool {
	const (
		sinks  = 0.3 // of the text's height, at most, by which a blank lies below it
		lowest = 0.5 // of the text's height, below which a blank lies
		room   = 0.9 // text heights above it, at least, to write in
	)
	beside := false
	for _, it := range page.Items {
		if r.At < it.Y0+lowest*it.Height() || r.At > it.Y1+max(sinks*it.Height(), room*page.Size) || it.Object != nil {
			continue
		}
		if it.OverlapX(plane.Box{X0: r.From, X1: r.To}) > it.Size {
			return false
		}
		if r.At > it.Y1+sinks*it.Height() {
			continue
		}
		before, after := r.From-it.X1, it.X0-r.To
		beside = beside || before > -it.Size && before < blankGap*it.Size || after > -it.Size && after < blankGap*it.Size
	}
	return beside
}

// inFrame maps strokes to the upright frame and keeps those that are level, or plumb, there.
func (m mask) inFrame(page *upright.Page, strokes []stroke, vertical bool) []Ruling {
	var kept []Ruling
	step := float64(m.step)
	for _, g := range strokes {
		a := document.Point{X: float64(g.x0) * step, Y: float64(g.y0) * step}
		b := document.Point{X: float64(g.x1+1) * step, Y: float64(g.y1) * step}
		if vertical {
			a.X, a.Y, b.X, b.Y = a.Y, a.X, b.Y, b.X
		}
		if m.level {
			a.X, a.Y, b.X, b.Y = a.X+m.origin.X, a.Y+m.origin.Y, b.X+m.origin.X, b.Y+m.origin.Y
		} else {
			a, b = page.Deskew.Point(a), page.Deskew.Point(b)
		}
		along, across := b.X-a.X, b.Y-a.Y
		r := Ruling{(a.Y + b.Y) / 2, plane.Span{From: min(a.X, b.X), To: max(a.X, b.X)}, g.dotted}
		if vertical {
			along, across = across, along
			r = Ruling{(a.X + b.X) / 2, plane.Span{From: min(a.Y, b.Y), To: max(a.Y, b.Y)}, g.dotted}
		}
		if math.Abs(along) < shortestRuling*page.Size || math.Abs(across) > slantShare*math.Abs(along)+slant*page.Size {
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// joined makes one ruling of successive pieces, and of the two edges of a thick ruling.
func joined(rs []Ruling, size float64) []Ruling {
	slices.SortFunc(rs, func(a, b Ruling) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.From, b.From))
	})
	var out []Ruling
	for _, r := range rs {
		merged := false
		for i := len(out) - 1; i >= 0 && r.At-out[i].At < samePosition*size; i-- {
			if r.Overlap(out[i].Span) > -gapAlong*size {
				out[i].From, out[i].To = min(out[i].From, r.From), max(out[i].To, r.To)
				out[i].dotted = out[i].dotted && r.dotted
				merged = true
				break
			}
		}
		if !merged {
			out = append(out, r)
		}
	}
	return out
}

// withoutTexture leaves out rows of dots if they are a pattern in the paper: many of them are closer to
// each other than lines of text. rs are sorted by position.
func withoutTexture(rs []Ruling, size float64) []Ruling {
	dotted, near := 0, 0
	last := math.Inf(-1)
	for _, r := range rs {
		if !r.dotted {
			continue
		}
		if dotted++; r.At-last < textureApart*size {
			near++
		}
		last = r.At
	}
	if textureOneIn*near <= dotted {
		return rs
	}
	return slices.DeleteFunc(rs, func(r Ruling) bool { return r.dotted })
}

// outsideText leaves out the strokes of letters and underlines: short pieces within a line of text or
// right below it.
func outsideText(page *upright.Page, rs []Ruling) []Ruling {
	lines := slices.Clone(page.Items)
	slices.SortFunc(lines, func(a, b *upright.Item) int { return cmp.Compare(a.Y0, b.Y0) })
	tallest := 0.0
	for _, it := range lines {
		tallest = max(tallest, it.Height())
	}
	return slices.DeleteFunc(rs, func(r Ruling) bool {
		if r.Length() > surelyRuling*page.Size && !r.dotted {
			return false
		}
		from, _ := slices.BinarySearchFunc(lines, r.At-tallest, func(it *upright.Item, y float64) int { return cmp.Compare(it.Y0, y) })
		for _, it := range lines[from:] {
			if it.Y0 > r.At {
				break
			}
			if r.dotted && r.leads(it) {
				return true
			}
			if r.At > it.Y0+0.15*it.Height() && r.At < it.Y1+0.1*it.Height() && r.From > it.X0-page.Size/2 && r.To < it.X1+page.Size/2 {
				return true
			}
		}
		return false
	})
}

// whole leaves out pieces of rulings that were mostly not found, as happens on photographs: those whose
// ends neither lie on a ruling across nor agree with those of other rulings.
func whole(rs, across []Ruling, size float64) []Ruling {
	near := wholeEnds * size
	met := func(end float64, r Ruling) bool {
		return slices.ContainsFunc(across, func(o Ruling) bool {
			return math.Abs(o.At-end) < near && r.At > o.From-near && r.At < o.To+near
		})
	}
	return slices.DeleteFunc(slices.Clone(rs), func(r Ruling) bool {
		if r.Length() > wholeLength*size || met(r.From, r) && met(r.To, r) {
			return false
		}
		alike := 0
		for _, o := range rs {
			if math.Abs(o.From-r.From) < near/2 && math.Abs(o.To-r.To) < near/2 {
				alike++
			}
		}
		return alike < wholeAlike
	})
}

// besideText leaves out vertical strokes that run through text for most of their length: letters below
// each other.
func besideText(page *upright.Page, rs []Ruling) []Ruling {
	const inset = 0.3 // text heights from the ends of a text, beyond which a stroke runs through it
	return slices.DeleteFunc(rs, func(r Ruling) bool {
		through := 0.0
		for _, it := range page.Items {
			if it.Object == nil && r.At > it.X0+inset*it.Size && r.At < it.X1-inset*it.Size {
				through += max(0, r.Overlap(plane.Span{From: it.Y0, To: it.Y1}))
			}
		}
		return 2*through > r.Length()
	})
}

// leads reports whether a row of dots lies on the line of a text beside it, as in a table of contents.
func (r Ruling) leads(it *upright.Item) bool {
	const beside = 2.0 // text heights, at most, from the text to the dots
	return r.At > it.Y0+0.3*it.Height() && r.At < it.Y1-0.12*it.Height() && r.From < it.X1+beside*it.Size && r.To > it.X0-beside*it.Size
}

// In returns the rulings that lie for more than half within an area, or up to margin beside it.
func (r Rulings) In(area plane.Box, margin float64) Rulings {
	const share = 0.5
	var out Rulings
	for _, h := range r.Horizontal {
		if h.At > area.Y0-margin && h.At < area.Y1+margin && h.Overlap(plane.Span{From: area.X0, To: area.X1}) > share*h.Length() {
			out.Horizontal = append(out.Horizontal, h)
		}
	}
	for _, v := range r.Vertical {
		if v.At > area.X0-margin && v.At < area.X1+margin && v.Overlap(plane.Span{From: area.Y0, To: area.Y1}) > share*v.Length() {
			out.Vertical = append(out.Vertical, v)
		}
	}
	return out
}

// Across returns the horizontal rulings that run across most of an area's width.
func (r Rulings) Across(area plane.Box) []Ruling {
	const share = 0.7
	var across []Ruling
	for _, h := range r.Horizontal {
		if h.Overlap(plane.Span{From: area.X0, To: area.X1}) > share*area.Width() {
			across = append(across, h)
		}
	}
	return across
}

// HasVertical reports whether a vertical ruling stands at x, to the pixel.
func (r Rulings) HasVertical(x float64) bool {
	return slices.ContainsFunc(r.Vertical, func(v Ruling) bool { return math.Abs(v.At-x) < 1 })
}
