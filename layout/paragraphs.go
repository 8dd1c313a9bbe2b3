package layout

import (
	"math"
	"slices"

	"ocr-gateway/document"
)

// paragraphs groups the rows of one column into blocks of text. A new block
// begins where the rows stand further apart than elsewhere in the column, where the
// height of the text changes, after a short last line, and at an indent.
func (s *sheet) paragraphs(items []*item) []block {
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
	return blocks
}

// column is what the rows of one column have in common.
type column struct {
	left, right float64 // margins
	pitch       float64 // usual distance of rows
	justified   bool    // most rows reach the right margin
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
	c := column{left: math.Inf(1), right: math.Inf(-1), pitch: quantile(pitches, 0.35)}
	for _, t := range text {
		c.left, c.right = min(c.left, t.x0), max(c.right, t.x1)
	}
	full := 0
	for _, t := range text {
		if c.right-t.x1 < 1.5*t.size {
			full++
		}
	}
	c.justified = len(text) >= 4 && 10*full >= 6*len(text)
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
	case c.centred(a, small) != c.centred(b, small) && (len(above) == 1 && len(r) == 1):
		return true
	case !c.justified:
		return false
	}
	indent := (b.x0 - c.left) / r.size()
	atLeft := func(b box) bool { return b.x0-c.left < 0.4*r.size() }
	first := indent > 0.4 && indent < 4 && atLeft(a) && i+1 < len(rows) && atLeft(rows[i+1].box())
	ended := c.right-a.x1 > 0.12*(c.right-c.left) && indent < 4 && a.x0-c.left < 4*r.size()
	return first || ended
}

// centred says whether a row stands in the middle of a wider column.
func (c column) centred(b box, size float64) bool {
	left, right := b.x0-c.left, c.right-b.x1
	return c.justified && left > 2*size && right > 2*size && abs(left-right) < 1.5*size
}
