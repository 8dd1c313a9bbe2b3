package areas

import (
	"slices"

	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// byHeadings divides rows at headings below which the table does not go on, because other columns
// begin, or text. It leaves out those headings and the text.
func (d *divider) byHeadings(rows []upright.Row) [][]upright.Row {
	var headings []int
	for i := 1; i+1 < len(rows); i++ {
		if d.isHeading(rows, i) && !d.isFramed(rows[i]) {
			headings = append(headings, i)
		}
	}
	var parts [][]upright.Row
	start := 0
	for k, i := range headings {
		above, end := rows[start:i], len(rows)
		for _, next := range headings[k+1:] { // up to the heading before which a table has begun
			if d.isTabular(rows[i+1 : next]) {
				end = next
				break
			}
		}
		below := rows[i+1 : end]
		switch {
		case !d.isTabular(above):
		case d.isFramed(rows[i-1]) != d.isFramed(rows[i+1]):
			parts, start = append(parts, above), i+1
		case !isApart(rows, i): // a cell that goes on
		case !d.isTabular(below):
			if d.isRuled(above) {
				return append(parts, above)
			}
		case d.countColumns(above, below) < max(d.countColumns(above), d.countColumns(below)):
			if d.headsBelow(above, below) { // the name of the first group below a head
				parts, start = append(parts, rows[start:i-1]), i-1
			} else {
				parts, start = append(parts, above), i+1
			}
		}
	}
	return append(parts, rows[start:])
}

// headsBelow reports whether the last row above a heading is the head of the columns below it.
func (d *divider) headsBelow(above, below []upright.Row) bool {
	last := len(above) - 1
	return last >= LeastRows && columns.Pieces(d.page, above[last]) > columns.Least && d.countColumns(above[last:], below) == d.countColumns(below)
}

// countColumns returns the number of columns that the text of some parts shows together.
func (d *divider) countColumns(parts ...[]upright.Row) int {
	return columns.Count(d.page, slices.Concat(parts...))
}

// isHeading reports whether row i is a short text at the left edge of the rows.
func (d *divider) isHeading(rows []upright.Row, i int) bool {
	b := rows[i].Box()
	return columns.Pieces(d.page, rows[i]) == 1 && b.Width() < betweenTables*d.area.Width() && b.X0 < boundsOf(rows).X0+columns.Indent*d.size
}

// isFramed reports whether vertical rulings stand beside a row or between its pieces.
func (d *divider) isFramed(r upright.Row) bool {
	cy := r.Box().CenterY()
	return slices.ContainsFunc(d.rulings.Vertical, func(v rulings.Ruling) bool { return v.From < cy && v.To > cy })
}

// isRuled reports whether several rulings run across the area among rows.
func (d *divider) isRuled(rows []upright.Row) bool {
	return len(d.rulings.In(boundsOf(rows), columns.RulingMargin*d.size).Across(d.area.Box)) >= columns.LeastRulings
}

// isTabular reports whether most rows have several pieces.
func (d *divider) isTabular(rows []upright.Row) bool {
	n := 0
	for _, r := range rows {
		if columns.Pieces(d.page, r) > 1 {
			n++
		}
	}
	return n >= columns.LeastFilledRows && 2*n >= len(rows)
}

// isApart reports whether row i is further from the row above it than rows usually are.
func isApart(rows []upright.Row, i int) bool {
	pitches := make([]float64, len(rows)-1)
	for k := range pitches {
		pitches[k] = rows[k+1].Box().CenterY() - rows[k].Box().CenterY()
	}
	return pitches[i-1] > headingApart*upright.Median(slices.Clone(pitches))
}
