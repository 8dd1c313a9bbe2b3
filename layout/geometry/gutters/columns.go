package gutters

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// White between columns and white between the cells of a row look alike. This file tells them apart by
// the text on both sides: running text makes columns; short pieces that face each other row by row make
// a form, a table of contents or a table without rulings or a box of the model.

const (
	tinyWidth = 2.5 // text heights: numbers, bullets, currency signs
	wideWhite = 1.8 // text heights: so much white in
	wideRows  = 5   // so many rows is not there by chance
	// smallPrint is the part of a column's text height, at most, of text that does not continue it.
	smallPrint = 0.7
	// dropCap is the width of a letter that begins a paragraph, in its own height, at most.
	dropCap = 1.5
	// Running text has at least runningRows lines, of which at most unevenShare end further from the
	// right edge of their column than unevenEnds of its width.
	runningRows = 6
	unevenShare = 0.4
	unevenEnds  = 0.15
)

// Find returns the tallest gutter between columns in items that are sorted by height.
func (s *Search) Find(items []*upright.Item) (Gutter, bool) {
	const most = 24 // strips looked at before a part is read as rows
	found := s.gutters(items)
	for _, g := range found[:min(len(found), most)] {
		if separatesColumns(s.page, items, g) {
			return trimmed(s.page, s.rulings.Vertical, items, g), true
		}
	}
	return Gutter{}, false
}

// separatesColumns reports whether the two sides of a gutter are columns.
func separatesColumns(p *upright.Page, items []*upright.Item, g Gutter) bool {
	left, right := bothSides(items, g)
	if len(left) == 0 || len(right) == 0 {
		return false
	}
	l, r := profileOf(left), profileOf(right)
	width := r.left - l.right
	facing := max(g.height()/(1.2*p.Size), float64(min(len(l.rows), len(r.rows)))) // rows of text, about
	if !(width > wideWhite*p.Size && facing > wideRows) && inMidText(p, items, g, facing) {
		return false
	}
	switch {
	case l.objects || r.objects:
		return facing >= 1.5 && width > 0
	case l.tiny || r.tiny:
		return false
	case l.prose && r.prose:
		return facing >= 4 && width > 0 || facing >= 2.2 && width > p.Size
	case (l.prose || r.prose) && facing >= 8 && width > 0.25*p.Size:
		// Long enough for a narrow gutter.
	case width < 0.8*p.Size || facing < 1.8:
		return false
	}
	switch {
	case boxedApart(p, left, right), addresses(l, r, width, p.Size):
		return true
	case l.prose:
		return standsBeside(r, l, p.Size)
	case r.prose:
		return standsBeside(l, r, p.Size)
	default:
		return max(matched(l, r), matched(r, l)) < 0.75 && min(len(l.rows), len(r.rows)) >= 2
	}
}

// bothSides returns the items on the two sides of a gutter that stand beside each other.
func bothSides(items []*upright.Item, g Gutter) (left, right []*upright.Item) {
	for _, it := range items[g.From:g.To] {
		if it.Y1 < g.top || it.Y0 > g.end {
			continue // stands beside nothing
		}
		switch SideOf(it, g.X) {
		case -1:
			left = append(left, it)
		case 1:
			right = append(right, it)
		}
	}
	return left, right
}

// inMidText reports whether a short gutter lies in the middle of text that continues across it above or
// below: some word spaces are under each other by chance.
func inMidText(p *upright.Page, items []*upright.Item, g Gutter, facing float64) bool {
	joined := 0
	for _, i := range []int{g.From - 1, g.To} {
		if i < 0 || i >= len(items) {
			continue
		}
		it := items[i]
		if it.Object == nil && max(it.Y0-g.end, g.top-it.Y1) < 0.5*p.Size && it.Size < 1.2*p.Size && it.Width() > upright.ProseWidth*it.Size/2 {
			joined++
		}
	}
	return joined == 1 && facing < 6 || joined == 2 && facing < 10
}

// standsBeside tells a sidebar from the labels of long values: each label faces a row of text, and labels
// either stand apart or begin and end with the text.
func standsBeside(short, long profile, size float64) bool {
	if len(short.rows) < 3 {
		return false
	}
	if matched(short, long) < 0.8 {
		return true
	}
	sparse := short.pitch > 1.6*long.pitch
	level := math.Abs(short.Y0-long.Y0) < 1.5*size && math.Abs(short.Y1-long.Y1) < 1.5*size
	return !sparse && !level && len(short.rows) >= 4
}

// addresses recognizes short paragraphs side by side, such as sender and receiver of a letter: lines
// close together on both sides, and the sides far apart.
func addresses(l, r profile, width, size float64) bool {
	wide := 4.0
	if l.grid || r.grid { // three or more beside each other
		wide = 2
	}
	return width > wide*size && min(len(l.rows), len(r.rows)) >= 3 &&
		l.pitch < 1.5*size && r.pitch < 1.5*size && l.width > 4 && r.width > 4
}

// boxedApart reports whether the model found boxes of text on both sides, none of which crosses the
// gutter.
func boxedApart(p *upright.Page, left, right []*upright.Item) bool {
	return boxed(p, left, right) && boxed(p, right, left)
}

// boxed reports whether a box of text holds two or more of the items and none of the others.
func boxed(p *upright.Page, items, others []*upright.Item) bool {
	for _, z := range p.Zones {
		if !z.Text() {
			continue
		}
		n := 0
		for _, it := range items {
			if z.HoldsCenter(it.Box) {
				n++
			}
		}
		if n >= 2 && !slices.ContainsFunc(others, func(it *upright.Item) bool { return z.HoldsCenter(it.Box) }) {
			return true
		}
	}
	return false
}

// profile is what one side of a gutter looks like.
type profile struct {
	plane.Box
	left, right float64   // edges, leaving out one box in ten that sticks out
	rows        []float64 // centers, top to bottom
	pitch       float64   // between rows
	width       float64   // of the median line, in text heights
	size        float64   // text height of the median line
	prose       bool      // lines of running text
	running     bool      // and enough of them end near the right edge, as those of addresses do not
	tiny        bool      // numbers, bullets
	objects     bool      // nothing but tables or figures
	grid        bool      // several cells a row
}

func profileOf(items []*upright.Item) profile {
	k := profile{Box: upright.Bounds(items), objects: true}
	var lefts, rights, widths, sizes []float64
	var wide, all float64
	for _, it := range items {
		lefts = append(lefts, it.X0)
		rights = append(rights, it.X1)
		if it.Object != nil {
			continue
		}
		k.objects = false
		w := it.Width() / max(1, it.Size)
		widths = append(widths, w)
		sizes = append(sizes, it.Size)
		all += w
		if w >= upright.ProseWidth {
			wide += w
		}
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	k.left, k.right = upright.Quantile(lefts, 0.1), upright.Quantile(rights, 0.9)

	rows := upright.RowsOf(items)
	var pitches []float64
	for i, r := range rows {
		k.rows = append(k.rows, r.Box().CenterY())
		if i > 0 {
			pitches = append(pitches, k.rows[i]-k.rows[i-1])
		}
	}
	slices.SortFunc(k.rows, cmp.Compare)
	k.pitch = upright.Median(pitches)
	k.width, k.size = upright.Median(widths), upright.Median(sizes)
	k.prose = !k.objects && wide >= 0.6*all && k.width >= 0.6*upright.ProseWidth
	k.running = k.prose && len(k.rows) >= runningRows && k.right-upright.Quantile(rights, unevenShare) < unevenEnds*(k.right-k.left)
	k.tiny = !k.objects && k.width < tinyWidth
	k.grid = 2*len(items) > 3*len(rows)
	return k
}

// matched returns the share of the rows of a with a row of b beside them, among those within the height
// of b.
func matched(a, b profile) float64 {
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

// trimmed leaves out rows that only seem to belong to a gutter's columns: those above them on the right,
// or below them on the left, that a gap sets apart, unless a ruling between the columns continues beside
// them. Otherwise they would be read in the wrong order. Running text below a column of running text
// continues it; below an address it is the letter, and in much smaller print the foot of a slide.
func trimmed(p *upright.Page, vertical []rulings.Ruling, items []*upright.Item, g Gutter) Gutter {
	first, last := g.From, g.To
	for first < g.To && items[first].Y1 < g.top {
		first++
	}
	for last > first && items[last-1].Y0 > g.end {
		last--
	}
	apart := 1.2 * p.Size
	edge := g.top
	for i := first; i > g.From; i-- {
		it := items[i-1]
		heads := it.Size > 1.3*p.Size && it.Width() > dropCap*it.Size
		if SideOf(it, g.X) > 0 && (edge-it.Y1 > apart || heads) && !g.ruled(vertical, it.Box) {
			g.From = i
			break
		}
		edge = min(edge, it.Y0)
	}
	edge = g.end
	left, _ := bothSides(items, g)
	column := profileOf(left)
	for i := last; i < g.To; i++ {
		it := items[i]
		rest := it.Object != nil || it.Width() >= upright.ProseWidth*it.Size && column.running && it.Size > smallPrint*column.size
		if SideOf(it, g.X) < 0 && it.Y0-edge > apart && !rest && !g.ruled(vertical, it.Box) {
			g.To = i
			break
		}
		edge = max(edge, it.Y1)
	}
	return g
}
