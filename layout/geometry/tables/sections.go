package tables

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// An area often holds more than one table, and more than tables. This file finds
// where each begins and ends.

// sections divides the rows of an area into tables: at rows of running text
// between two rulings, and at rulings where other columns begin.
func sections(page *upright.Page, area plane.Box, found rulings.Rulings, rows []upright.Row) [][]upright.Row {
	across := found.Across(area)
	ruledBetween := func(above, below upright.Row) bool {
		y0, y1 := above.Box().CenterY(), below.Box().CenterY()
		return slices.ContainsFunc(across, func(h rulings.Ruling) bool { return h.At > y0 && h.At < y1 })
	}
	var parts [][]upright.Row
	start := 0
	for i := 1; i < len(rows); i++ {
		end := i // rows[i:end] are running text
		for end < len(rows) && pieces(page, rows[end]) == 1 && rows[end].Box().Width() > betweenTables*area.Width() {
			end++
		}
		if end == i || end == len(rows) {
			continue
		}
		if ruledBetween(rows[i-1], rows[i]) && ruledBetween(rows[end-1], rows[end]) {
			parts = append(parts, rows[start:i])
			start = end
		}
		i = end
	}
	parts = append(parts, rows[start:])
	var tables [][]upright.Row
	for _, p := range parts {
		for _, p := range byFrames(found, p, page.Size) {
			tables = append(tables, whereColumnsChange(page, p, across)...)
		}
	}
	return tables
}

// byFrames divides rows where closed frames with other columns stand above each other: the
// number of an invoice, its items and its totals.
func byFrames(found rulings.Rulings, rows []upright.Row, size float64) [][]upright.Row {
	frames := crossing(found, size, frameGap, frameRulings, frameRulings)
	slices.SortFunc(frames, func(a, b plane.Box) int { return cmp.Compare(a.Y0, b.Y0) })
	differ := false
	for i := 1; i < len(frames); i++ {
		if frames[i].Y0 < frames[i-1].Y1 { // beside each other, as in a form
			return [][]upright.Row{rows}
		}
		differ = differ || !sameColumns(found.In(frames[i-1], size/2), found.In(frames[i], size/2), size)
	}
	if !differ {
		return [][]upright.Row{rows}
	}
	// at is the frame that a row stands in, as odd numbers, or the space between two.
	at := func(r upright.Row) int {
		n := 0
		for _, f := range frames {
			switch y := r.Box().CenterY(); {
			case y > f.Y1:
				n += 2
			case y > f.Y0:
				n++
			}
		}
		return n
	}
	var parts [][]upright.Row
	for i, r := range rows {
		if i == 0 || at(r) != at(rows[i-1]) {
			parts = append(parts, nil)
		}
		last := &parts[len(parts)-1]
		*last = append(*last, r)
	}
	return parts
}

// sameColumns reports whether the vertical rulings of two frames stand above each other.
func sameColumns(a, b rulings.Rulings, size float64) bool {
	return slices.EqualFunc(a.Vertical, b.Vertical, func(v, w rulings.Ruling) bool { return math.Abs(v.At-w.At) < size })
}

// whereColumnsChange divides rows at a ruling when the columns above and below it differ. Where
// rulings divide most rows, none of them closes a head.
func whereColumnsChange(page *upright.Page, rows []upright.Row, across []rulings.Ruling) [][]upright.Row {
	if dividesRows(across, rows) {
		return [][]upright.Row{rows}
	}
	for _, h := range across {
		i := 0
		for i < len(rows) && rows[i].Box().CenterY() < h.At {
			i++
		}
		if i < sectionRows || len(rows)-i < sectionRows {
			continue
		}
		headed := slices.ContainsFunc(across, func(o rulings.Ruling) bool { // the part below has a head of its own
			return o.At > h.At && o.At < rows[min(i+sectionHead, len(rows)-1)].Box().CenterY()
		})
		if !headed {
			continue
		}
		above, below, both := countColumns(page, rows[:i]), countColumns(page, rows[i:]), countColumns(page, rows)
		if both < max(above, below) {
			return append([][]upright.Row{rows[:i]}, whereColumnsChange(page, rows[i:], across)...)
		}
	}
	return [][]upright.Row{rows}
}

// dividesRows reports whether there are rulings between most rows.
func dividesRows(across []rulings.Ruling, rows []upright.Row) bool {
	divided := 0
	for i := 1; i < len(rows); i++ {
		above, below := rows[i-1].Box().CenterY(), rows[i].Box().CenterY()
		if slices.ContainsFunc(across, func(h rulings.Ruling) bool { return h.At > above && h.At < below }) {
			divided++
		}
	}
	return 2*divided >= len(rows)
}

// countColumns returns the number of columns that the text of some rows shows.
func countColumns(page *upright.Page, rows []upright.Row) int {
	part := table{page: page, size: page.Size, box: upright.Bounds(slices.Concat(rows...))}
	return len(part.findColumns(rows)) - 1
}

// trim leaves out caption and notes, and what else stands above the first or
// below the last ruling of a ruled table.
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

// outside reports whether a row at the top or bottom is not of the table, whose
// columns no rulings divide. below is the number of rows below the last ruling.
func (t *table) outside(r upright.Row, top bool, below int) bool {
	across := t.across()
	b := r.Box()
	if pieces(t.page, r) > 1 {
		// Top, head and bottom ruled: what follows is another thing, unless it is a total.
		return !top && len(across) >= closingRulings && b.CenterY() > across[len(across)-1].At && below > totalRows
	}
	if len(across) >= 2 && (b.CenterY() < across[0].At || b.CenterY() > across[len(across)-1].At) {
		// A head over some columns stands right on the ruling.
		head := top && across[0].At-b.Y1 < headAboveGap*t.size && b.Width() < headAboveWidth*t.box.Width() && b.X0 > t.box.X0+headIndent*t.size
		return !head
	}
	return b.Width() > captionWidth*t.box.Width()
}
