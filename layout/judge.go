package layout

import (
	"cmp"
	"math"
	"slices"
)

// White between columns and white between the cells of a row look the same from
// close by. This file tells them apart by what stands on both sides: running text
// makes columns; short pieces that face each other row by row make a form, a list
// of contents or a table that nothing else betrayed.

const (
	proseWidth = 8   // text heights, about 16 Latin letters or 8 Chinese ones
	tinyWidth  = 2.5 // text heights: numbers, bullets, currency signs
	floatWhite = 1.8 // text heights: so much white in
	floatRows  = 5   // so many rows is no chance
)

// separates says whether the two sides of a gutter are columns.
func (s *sheet) separates(items []*item, g gutter) bool {
	var left, right []*item
	for _, it := range items[g.from:g.to] {
		if it.y1 < g.top || it.y0 > g.end {
			continue // stands beside nothing
		}
		switch it.side(g.x) {
		case -1:
			left = append(left, it)
		case 1:
			right = append(right, it)
		}
	}
	if len(left) == 0 || len(right) == 0 {
		return false
	}
	l, r := s.look(left), s.look(right)
	width := r.left - l.right
	facing := g.height() / (1.2 * s.size) // rows of text, about
	if !(width > floatWhite*s.size && facing > floatRows) && s.midText(items, g, facing) {
		return false
	}
	switch {
	case l.atoms || r.atoms:
		return facing >= 1.5 && width > 0
	case l.tiny || r.tiny:
		return false
	case l.prose && r.prose:
		return facing >= 4 && width > 0 || facing >= 2.2 && width > s.size
	case (l.prose || r.prose) && facing >= 8 && width > 0.25*s.size:
		// Long enough to need no wide gutter.
	case width < 0.8*s.size || facing < 1.8:
		return false
	}
	switch {
	case s.boxedApart(left, right), s.addresses(l, r, width):
		return true
	case l.prose:
		return s.besideProse(r, l)
	case r.prose:
		return s.besideProse(l, r)
	default:
		return max(matched(l, r), matched(r, l)) < 0.75 && min(len(l.rows), len(r.rows)) >= 2
	}
}

// midText says whether a short gutter lies in the middle of text that runs on across
// it above or below: chance has put some word spaces under each other.
func (s *sheet) midText(items []*item, g gutter, facing float64) bool {
	joined := 0
	for _, i := range []int{g.from - 1, g.to} {
		if i < 0 || i >= len(items) {
			continue
		}
		it := items[i]
		if it.atom == nil && max(it.y0-g.end, g.top-it.y1) < 0.5*s.size && it.size < 1.2*s.size && it.width() > proseWidth*it.size/2 {
			joined++
		}
	}
	return joined == 1 && facing < 6 || joined == 2 && facing < 10
}

// besideProse tells a sidebar from the labels of long values: labels face a row of
// text each, and either stand apart or begin and end with the text.
func (s *sheet) besideProse(short, long look) bool {
	if len(short.rows) < 3 {
		return false
	}
	if matched(short, long) < 0.8 {
		return true
	}
	sparse := short.pitch > 1.6*long.pitch
	level := math.Abs(short.y0-long.y0) < 1.5*s.size && math.Abs(short.y1-long.y1) < 1.5*s.size
	return !sparse && !level && len(short.rows) >= 4
}

// addresses recognises short paragraphs side by side, such as sender and
// receiver of a letter: lines close together on both sides, far from each other.
func (s *sheet) addresses(l, r look, width float64) bool {
	wide := 4.0
	if l.grid || r.grid { // three or more beside each other
		wide = 2
	}
	return width > wide*s.size && min(len(l.rows), len(r.rows)) >= 3 &&
		l.pitch < 1.5*s.size && r.pitch < 1.5*s.size && l.width > 4 && r.width > 4
}

// boxedApart says whether the model drew boxes of text on both sides that keep
// to their side.
func (s *sheet) boxedApart(left, right []*item) bool {
	return s.boxed(left, right) && s.boxed(right, left)
}

// boxed says whether a box of text holds two or more of the items and none of the others.
func (s *sheet) boxed(items, others []*item) bool {
	for _, z := range s.zones {
		if z.score < 0.5 || !z.text() {
			continue
		}
		n := 0
		for _, it := range items {
			if z.holds(it.box) {
				n++
			}
		}
		if n >= 2 && !slices.ContainsFunc(others, func(it *item) bool { return z.holds(it.box) }) {
			return true
		}
	}
	return false
}

// look is what one side of a gutter looks like.
type look struct {
	box
	left, right float64   // edges, leaving out one box in ten that sticks out
	rows        []float64 // centres, top to bottom
	pitch       float64   // between rows
	width       float64   // of the median line, in text heights
	prose       bool      // lines of running text
	tiny        bool      // numbers, bullets
	atoms       bool      // nothing but tables or figures
	grid        bool      // several cells a row
}

func (s *sheet) look(items []*item) look {
	k := look{box: bounds(items), atoms: true}
	var lefts, rights, widths []float64
	var wide, all float64
	for _, it := range items {
		lefts = append(lefts, it.x0)
		rights = append(rights, it.x1)
		if it.atom != nil {
			continue
		}
		k.atoms = false
		w := it.width() / max(1, it.size)
		widths = append(widths, w)
		all += w
		if w >= proseWidth {
			wide += w
		}
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	k.left, k.right = quantile(lefts, 0.1), quantile(rights, 0.9)

	rows := rowsOf(items)
	var pitches []float64
	for i, r := range rows {
		k.rows = append(k.rows, r.box().cy())
		if i > 0 {
			pitches = append(pitches, k.rows[i]-k.rows[i-1])
		}
	}
	slices.SortFunc(k.rows, cmp.Compare)
	k.pitch = median(pitches)
	k.width = median(widths)
	k.prose = !k.atoms && wide >= 0.6*all && k.width >= 0.6*proseWidth
	k.tiny = !k.atoms && k.width < tinyWidth
	k.grid = 2*len(items) > 3*len(rows)
	return k
}

// matched is the share of the rows of a that have a row of b beside them, among
// those that are level with b at all.
func matched(a, b look) float64 {
	if len(b.rows) == 0 {
		return 0
	}
	near := 0.25 * min(a.pitch, b.pitch)
	n, hits, j := 0, 0, 0
	for _, y := range a.rows {
		if y < b.rows[0]-near || y > b.rows[len(b.rows)-1]+near {
			continue
		}
		n++
		for j < len(b.rows)-1 && math.Abs(b.rows[j+1]-y) <= math.Abs(b.rows[j]-y) {
			j++
		}
		if math.Abs(b.rows[j]-y) <= near {
			hits++
		}
	}
	return float64(hits) / float64(max(1, n))
}

// trim gives back what only seems to belong to a gutter's columns: rows above
// them on the right, or below them on the left, that a gap sets apart. Left in,
// they would be read in the wrong turn.
func (s *sheet) trim(items []*item, g gutter) gutter {
	first, last := g.from, g.to
	for first < g.to && items[first].y1 < g.top {
		first++
	}
	for last > first && items[last-1].y0 > g.end {
		last--
	}
	apart := 1.2 * s.size
	edge := g.top
	for i := first; i > g.from; i-- {
		it := items[i-1]
		if it.side(g.x) > 0 && (edge-it.y1 > apart || it.size > 1.3*s.size) {
			g.from = i
			break
		}
		edge = min(edge, it.y0)
	}
	edge = g.end
	for i := last; i < g.to; i++ {
		it := items[i]
		prose := it.atom != nil || it.width() >= proseWidth*it.size
		if it.side(g.x) < 0 && it.y0-edge > apart && !prose {
			g.to = i
			break
		}
		edge = max(edge, it.y1)
	}
	return g
}
