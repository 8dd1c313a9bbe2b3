package columns

import (
	"slices"

	"ocr-gateway/internal/plane"
)

// withoutMarks joins columns of currency signs, brackets and the like to the column of what they
// belong to.
func (t *table) withoutMarks(columns []float64, rows [][]plane.Span) []float64 {
	for c := 0; c+1 < len(columns) && len(columns) > 3; c++ {
		if !t.isMarks(plane.Span{From: columns[c], To: columns[c+1]}, rows) {
			continue
		}
		drop := c + 1 // to the right, as a currency sign
		if c+1 == len(columns)-1 {
			drop = c
		}
		columns = slices.Delete(columns, drop, drop+1)
		c--
	}
	return columns
}

// isMarks reports whether a column that no rulings bound holds nothing but marks, in few of the
// rows. A column with an entry in most rows of several pieces is one of numbers that count them.
func (t *table) isMarks(column plane.Span, rows [][]plane.Span) bool {
	whole, filled := 0, 0 // rows of several pieces; pieces in the column
	for _, r := range rows {
		if len(r) > Least {
			whole++
		}
		for _, p := range r {
			m := (p.From + p.To) / 2
			if m < column.From || m >= column.To {
				continue
			}
			if p.Length() >= markWidth*t.size {
				return false
			}
			filled++
		}
	}
	return 2*filled <= len(rows) && countedRows*float64(filled) < float64(whole) && !t.rulings.HasVertical(column.From) && !t.rulings.HasVertical(column.To)
}
