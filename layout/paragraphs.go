package layout

import (
	"math"
	"slices"

	"ocr-gateway/document"
)

// paragraphs groups the rows of one column into blocks of text. A new block
// begins where the rows stand further apart than elsewhere in the column, where the
// height of the text changes, after a last line that had room for another word, and
// at an indent.
func (s *sheet) paragraphs(items []*item) []block {
	caps, items := dropCaps(items)
	rows := rowsOf(items)
	c := s.columnOf(rows)
	var blocks []block
	for i, r := range rows {
		if i == 0 || c.breaks(rows, i) {
			blocks = append(blocks, block{kind: document.RegionText})
		}
		last := &blocks[len(blocks)-1]
		last.rows = append(last.rows, r)
	}
	return withCaps(blocks, caps)
}

// column is what the rows of one column have in common.
type column struct {
	s           *sheet
	left, right float64 // margins
	pitch, size float64 // usual distance of rows and height of text
	filled      bool    // most rows end near the right margin
	justified   bool    // most rows end at it
}

func (s *sheet) columnOf(rows []row) column {
	var pitches []float64
	var text []*item
	for i, r := range rows {
		if r[0].atom != nil {
			continue
		}
		text = append(text, &item{box: r.box(), size: r.size()})
		if i > 0 && rows[i-1][0].atom == nil {
			// Beyond three lines it is a gap, not a pitch.
			if d := r.box().cy() - rows[i-1].box().cy(); d < 3*r.size() {
				pitches = append(pitches, d)
			}
		}
	}
	if len(text) == 0 {
		return column{}
	}
	slices.Sort(pitches)
	c := column{s: s, left: math.Inf(1), right: math.Inf(-1), pitch: quantile(pitches, 0.35)}
	for _, t := range text {
		c.left, c.right = min(c.left, t.x0), max(c.right, t.x1)
	}
	near, at := 0, 0
	var sizes []float64
	for _, t := range text {
		sizes = append(sizes, t.size)
		if c.right-t.x1 < 1.5*t.size {
			near++
		}
		if c.right-t.x1 < 0.4*t.size {
			at++
		}
	}
	c.size = median(sizes)
	c.filled = len(text) >= 4 && 10*near >= 6*len(text)
	c.justified = c.filled && 10*at >= 6*len(text)
	return c
}

// breaks says whether a block of text begins with rows[i].
func (c column) breaks(rows []row, i int) bool {
	above, r := rows[i-1], rows[i]
	if above[0].atom != nil || r[0].atom != nil {
		return true
	}
	a, b := above.box(), r.box()
	small, large := above.size(), r.size()
	if small > large {
		small, large = large, small
	}
	distance := b.cy() - a.cy()
	switch {
	case large > 1.35*small:
		return true
	case distance > max(1.3*c.pitch, c.pitch+0.3*small) && distance > 1.2*small:
		return true
	case large > 1.2*small && distance > 1.4*small: // a heading of its own, or a note
		return true
	case distance > looseRows*c.size && (large > 1.12*small || a.width() < 1.5*proseWidth*small || c.hadRoom(a, r)):
		return true
	case c.centred(a, small) != c.centred(b, small) && (len(above) == 1 && len(r) == 1):
		return true
	case !c.filled:
		return false
	}
	indent := (b.x0 - c.left) / r.size()
	atLeft := func(b box) bool { return b.x0-c.left < 0.4*r.size() }
	first := indent > 0.4 && indent < 4 && atLeft(a) && i+1 < len(rows) && atLeft(rows[i+1].box())
	ended := c.right-a.x1 > 0.12*(c.right-c.left) && indent < 4 && a.x0-c.left < 4*r.size()
	return first || ended && (c.justified || c.hadRoom(a, r))
}

// looseRows is the distance, in text heights, from which rows that are no running
// text stand by themselves: print is set at 0.9 to 1.3, typescript at up to 2.
const looseRows = 1.6

// hadRoom says whether the first word of a row would have had room at the end of
// the row above it.
func (c column) hadRoom(above box, r row) bool {
	return c.right-above.x1 > c.s.firstWord(r[0])+0.35*r.size()
}

// firstWord is the width of a line's first word: all of it where it is one word,
// zero without pixels.
func (s *sheet) firstWord(it *item) float64 {
	ink := stripOf(s.gray(), s.lines[it.line].Quad)
	if len(ink) == 0 {
		return 0
	}
	const space = 0.13 // text heights, at least; letters stand closer
	scale := it.width() / float64(len(ink))
	pad := 0.2 * it.size // around the ink, on either side
	if spaces := blanksOf(ink, space*it.size/scale); len(spaces) > 0 {
		return max(0, spaces[0].from*scale-pad)
	}
	return max(0, it.width()-2*pad)
}

// centred says whether a row stands in the middle of a wider column.
func (c column) centred(b box, size float64) bool {
	left, right := b.x0-c.left, c.right-b.x1
	return c.filled && left > 2*size && right > 2*size && abs(left-right) < 1.5*size
}
