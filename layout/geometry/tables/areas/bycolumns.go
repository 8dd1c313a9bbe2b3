package areas

import (
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// byColumns divides rows at a ruling across when the columns above and below it differ and what is
// below has a head of its own. Where rulings divide most rows, no ruling shows a head.
func (d *divider) byColumns(rows []upright.Row) [][]upright.Row {
	if d.mostRuled(rows) {
		return [][]upright.Row{rows}
	}
	for _, h := range d.across {
		i := firstBelow(rows, 0, h.At)
		if i < sectionRows || len(rows)-i < sectionRows || d.goesThrough(h) || !d.isHeaded(h, rows[i:]) {
			continue
		}
		if d.countColumns(rows) == max(d.countColumns(rows[:i]), d.countColumns(rows[i:])) {
			continue
		}
		end := i
		if columns.Pieces(d.page, rows[i-1]) > 1 && columns.Pieces(d.page, rows[i-2]) == 1 && isApart(rows, i-2) { // a heading and the head below it
			end, i = i-2, i-1
		}
		return append([][]upright.Row{rows[:end]}, d.byColumns(rows[i:])...)
	}
	return [][]upright.Row{rows}
}

// isHeaded reports whether rows below ruling h have a head, which another ruling closes.
func (d *divider) isHeaded(h rulings.Ruling, rows []upright.Row) bool {
	end := rows[min(sectionHead, len(rows)-1)].Box().CenterY()
	return slices.ContainsFunc(d.across, func(o rulings.Ruling) bool { return o.At > h.At && o.At < end })
}

// goesThrough reports whether a vertical ruling between the ends of a horizontal one goes on above
// and below it.
func (d *divider) goesThrough(h rulings.Ruling) bool {
	between := columns.Interior(d.rulings, plane.Box{X0: h.From, X1: h.To}, d.size)
	return slices.ContainsFunc(between, func(v rulings.Ruling) bool { return v.From < h.At-d.size && v.To > h.At+d.size })
}

// mostRuled reports whether there are rulings between most rows.
func (d *divider) mostRuled(rows []upright.Row) bool {
	divided := 0
	for i := 1; i < len(rows); i++ {
		if isRuledBetween(d.across, rows[i-1], rows[i]) {
			divided++
		}
	}
	return 2*divided >= len(rows)
}
