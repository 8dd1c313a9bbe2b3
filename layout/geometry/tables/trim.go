package tables

import (
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// trim leaves out caption and notes, and whatever else stands above the first or below the last
// ruling of a ruled table.
func (t *table) trim(rows []upright.Row) []upright.Row {
	across := t.across()
	below := 0 // rows below the last ruling
	for _, r := range rows {
		if len(across) > 0 && r.Box().CenterY() > across[len(across)-1].At {
			below++
		}
	}
	outside := func(r upright.Row, top bool) bool { return t.outside(r, top, below) }
	if inner := t.interior(); len(inner) >= captionInterior {
		ruled := ruledHeight(inner, across)
		outside = func(r upright.Row, _ bool) bool {
			cy := r.Box().CenterY()
			return cy < ruled.From || cy > ruled.To
		}
	}
	for len(rows) > 0 && outside(rows[0], true) {
		rows = rows[1:]
	}
	for len(rows) > 0 && outside(rows[len(rows)-1], false) {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// ruledHeight returns the height over which rulings run.
func ruledHeight(interior, across []rulings.Ruling) plane.Span {
	ruled := interior[0].Span
	for _, v := range interior {
		ruled = plane.Span{From: min(ruled.From, v.From), To: max(ruled.To, v.To)}
	}
	for _, h := range across {
		ruled = plane.Span{From: min(ruled.From, h.At), To: max(ruled.To, h.At)}
	}
	return ruled
}

// outside reports whether a row at the top or bottom is not part of the table, if no rulings divide
// its columns. below is the number of rows below the last ruling.
func (t *table) outside(r upright.Row, top bool, below int) bool {
	across := t.across()
	b := r.Box()
	if columns.Pieces(t.page, r) > 1 {
		// Top, head and bottom are ruled: what follows is something else, unless it is a total.
		return !top && len(across) >= closingRulings && b.CenterY() > across[len(across)-1].At && below > totalRows
	}
	if len(across) >= 2 && (b.CenterY() < across[0].At || b.CenterY() > across[len(across)-1].At) {
		// A head over some columns stands right on the ruling.
		head := top && across[0].At-b.Y1 < headAboveGap*t.size && b.Width() < headAboveWidth*t.box.Width() && b.X0 > t.box.X0+columns.Indent*t.size
		return !head
	}
	return b.Width() > captionWidth*t.box.Width()
}
