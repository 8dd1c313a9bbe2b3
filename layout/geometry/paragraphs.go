package geometry

import (
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// paragraphs groups the rows of one column into blocks of text. A new block begins where rows are
// further apart than elsewhere in the column, where the height of the text changes, after a line that
// had room for another word, and at an indent.
func paragraphs(p *upright.Page, items []*upright.Item) []block {
	caps, items := takeDropCaps(items)
	rows := upright.RowsOf(items)
	c := columnOf(p, rows)
	var blocks []block
	for i, r := range rows {
		if i == 0 || c.breaks(rows, i) {
			blocks = append(blocks, block{kind: document.RegionText})
		}
		last := &blocks[len(blocks)-1]
		last.rows = append(last.rows, r)
	}
	return withDropCaps(blocks, caps)
}

// column is what the rows of one column have in common.
type column struct {
	page        *upright.Page
	left, right float64 // margins
	pitch, size float64 // usual distance of rows and height of text
	pitches     []pitch // of successive rows
	filled      bool    // most rows end near the right margin
	running     bool    // most rows are wide and end in the right part of the column
	justified   bool    // most rows end at it
}

// pitch is the distance of two rows, with the text height of the smaller one.
type pitch struct{ size, distance float64 }

func columnOf(p *upright.Page, rows []upright.Row) column {
	var pitches []pitch
	var text []*upright.Item
	for i, r := range rows {
		if r[0].Object != nil {
			continue
		}
		text = append(text, &upright.Item{Box: r.Box(), Size: r.Size()})
		if i > 0 && rows[i-1][0].Object == nil {
			// More than three lines are a gap, not a pitch.
			if d := r.Box().CenterY() - rows[i-1].Box().CenterY(); d < 3*r.Size() {
				pitches = append(pitches, pitch{min(r.Size(), rows[i-1].Size()), d})
			}
		}
	}
	if len(text) == 0 {
		return column{}
	}
	c := column{page: p, left: math.Inf(1), right: math.Inf(-1), pitches: pitches}
	c.pitch, _ = usual(pitches)
	for _, t := range text {
		c.left, c.right = min(c.left, t.X0), max(c.right, t.X1)
	}
	near, at, wide := 0, 0, 0
	var sizes []float64
	for _, t := range text {
		sizes = append(sizes, t.Size)
		if c.right-t.X1 < 1.5*t.Size {
			near++
		}
		if c.right-t.X1 < runningEnd*(c.right-c.left) && t.Width() > 2*upright.ProseWidth*t.Size {
			wide++
		}
		if c.right-t.X1 < 0.4*t.Size {
			at++
		}
	}
	c.size = upright.Median(sizes)
	c.filled = len(text) >= 4 && 10*near >= 6*len(text)
	c.running = len(text) >= 4 && 4*wide >= 3*len(text)
	c.justified = c.filled && 10*at >= 6*len(text)
	return c
}

// usual returns the distance of most rows that are not apart. even reports whether nearly all have it.
func usual(pitches []pitch) (distance float64, even bool) {
	distances := make([]float64, len(pitches))
	for i, p := range pitches {
		distances[i] = p.distance
	}
	slices.Sort(distances)
	distance = upright.Quantile(distances, 0.35)
	return distance, upright.Quantile(distances, 0.8) < evenRows*upright.Quantile(distances, 0.2)
}

// pitchOf returns the usual distance of rows of one text height, if they are evenly spaced: notes below
// a text are set closer.
func (c column) pitchOf(size float64) float64 {
	alike := slices.DeleteFunc(slices.Clone(c.pitches), func(p pitch) bool { return p.size > alikeSize*size || size > alikeSize*p.size })
	if d, even := usual(alike); even && len(alike) >= alikeRows && d > evenRows*c.pitch {
		return d
	}
	return c.pitch
}

const (
	alikeSize = 1.1 // between sizes that count as one, at most
	evenRows  = 1.1 // between distances of evenly spaced rows, at most
	alikeRows = 5   // pairs of rows of one size, at least, to know their pitch
)

// apart reports whether rows are further from each other than rows of their size usually are. Their own
// pitch is at least the column's, so it is looked for only where that does not keep them together.
func (c column) apart(distance, size float64) bool {
	beyond := func(pitch float64) bool { return distance > max(1.3*pitch, pitch+0.3*size) }
	return distance > 1.2*size && beyond(c.pitch) && beyond(c.pitchOf(size))
}

// breaks reports whether a block of text begins with rows[i].
func (c column) breaks(rows []upright.Row, i int) bool {
	above, r := rows[i-1], rows[i]
	if above[0].Object != nil || r[0].Object != nil {
		return true
	}
	a, b := above.Box(), r.Box()
	small, large := above.Size(), r.Size()
	if small > large {
		small, large = large, small
	}
	distance := b.CenterY() - a.CenterY()
	switch {
	case large > 1.35*small:
		return true
	case c.apart(distance, small):
		return true
	case large > 1.2*small && distance > 1.4*small: // a heading of its own, or a note
		return true
	case distance > looseRows*c.size && c.running && distance < 1.15*c.pitch:
		// Double-spaced typescript: no row stands by itself.
	case distance > looseRows*c.size && (large > 1.12*small || a.Width() < 1.5*upright.ProseWidth*small || c.hadRoom(a, r)):
		return true
	case c.centered(a, small) != c.centered(b, small) && (len(above) == 1 && len(r) == 1):
		return true
	case !c.filled && !c.running:
		return false
	}
	indent := (b.X0 - c.left) / r.Size()
	atLeft := func(b plane.Box) bool { return b.X0-c.left < 0.4*r.Size() }
	first := indent > 0.4 && indent < 4 && atLeft(a) && i+1 < len(rows) && atLeft(rows[i+1].Box())
	ended := c.right-a.X1 > 0.12*(c.right-c.left) && indent < 4 && a.X0-c.left < 4*r.Size()
	if !c.filled {
		ended = c.right-a.X1 > 2*runningEnd*(c.right-c.left)
	}
	// Rows beside a picture that reaches into the column end early, but all at the same place.
	beside := math.Abs(a.X1-b.X1) < alikeEnds*r.Size() && a.Width() > besideWidth*r.Size()
	return first || ended && !beside && (c.justified || c.hadRoom(a, r))
}

const (
	alikeEnds   = 0.5 // text heights between the right edges of rows that end alike, at most
	besideWidth = 5   // text heights, at least, of a row beside a picture
)

// runningEnd is the part of a column at its right in which rows of running text end.
const runningEnd = 0.15

// looseRows is the distance, in text heights, above which rows that are not running text stand by
// themselves: print is set at 0.9 to 1.3, typescript at up to 2.
const looseRows = 1.6

// hadRoom reports whether the first word of a row would have fit at the end of the row above it.
func (c column) hadRoom(above plane.Box, r upright.Row) bool {
	return c.right-above.X1 > c.page.FirstWord(r[0])+0.35*r.Size()
}

// centered reports whether a row is centered in a wider column.
func (c column) centered(b plane.Box, size float64) bool {
	left, right := b.X0-c.left, c.right-b.X1
	return c.filled && left > 2*size && right > 2*size && math.Abs(left-right) < 1.5*size
}
