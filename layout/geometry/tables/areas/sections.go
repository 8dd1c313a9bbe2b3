package areas

import (
	"slices"

	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// Tables returns the rows of each table that may be in the area. An area often holds more than one
// table, with captions and notes. found are the rulings in the area.
func (a Area) Tables(page *upright.Page, found rulings.Rulings) [][]upright.Row {
	items := widened(page, a, within(page, a.Box))
	across := found.Across(a.Box)
	if len(found.Vertical) < gridVertical && len(across) < fullRulings && a.Evidence != FromTask && IsProse(items) {
		return nil
	}
	if a.Evidence != FromTask {
		items = framed(page, found, items)
	}
	d := divider{page: page, area: a, size: page.Size, rulings: found, across: across}
	return d.tables(upright.RowsOf(items))
}

// tables divides rows at running text, at frames, where vertical rulings change, at heads in
// reverse print, at headings and where columns change. Rows above a head in reverse print are not
// divided at headings, nor is anything where the whole page is one table.
func (d *divider) tables(rows []upright.Row) [][]upright.Row {
	var parts [][]upright.Row
	for _, part := range each(each(d.byRunningText(rows), d.byFrames), d.byRulings) {
		if i := ReversedHead(d.page, part); i > 0 {
			parts, part = append(parts, part[:i]), part[i:]
		}
		if d.area.Evidence == FromTask {
			parts = append(parts, part)
		} else {
			parts = append(parts, d.byHeadings(part)...)
		}
	}
	return each(parts, d.byColumns)
}

// each divides each part further.
func each(parts [][]upright.Row, divide func([]upright.Row) [][]upright.Row) [][]upright.Row {
	var all [][]upright.Row
	for _, p := range parts {
		all = append(all, divide(p)...)
	}
	return all
}

// byRunningText divides rows at running text that stands between two rulings, and leaves it out.
func (d *divider) byRunningText(rows []upright.Row) [][]upright.Row {
	var parts [][]upright.Row
	start := 0
	for i := 1; i < len(rows); i++ {
		end := i // rows[i:end] are running text
		for end < len(rows) && d.isRunning(rows[end]) && !d.isDivided(rows[end]) {
			end++
		}
		if end == i || end == len(rows) {
			continue
		}
		if isRuledBetween(d.across, rows[i-1], rows[i]) && isRuledBetween(d.across, rows[end-1], rows[end]) {
			parts = append(parts, rows[start:i])
			start = end
		}
		i = end
	}
	return append(parts, rows[start:])
}

// isRunning reports whether a row is one wide piece of text. One that only ends at the right edge
// is the heads of columns that stand close together.
func (d *divider) isRunning(r upright.Row) bool {
	b, edge := r.Box(), columns.Indent*d.size
	return columns.Pieces(d.page, r) == 1 && b.Width() > betweenTables*d.area.Width() && (b.X0-d.area.X0 < edge || d.area.X1-b.X1 > edge)
}

// isDivided reports whether a vertical ruling stands between the words of a row.
func (d *divider) isDivided(r upright.Row) bool {
	b := r.Box()
	return slices.ContainsFunc(d.rulings.Vertical, func(v rulings.Ruling) bool {
		return v.At > b.X0+d.size && v.At < b.X1-d.size && v.From < b.CenterY() && v.To > b.CenterY()
	})
}

// ReversedHead returns the first row in light print on a dark ground, with which a table in dark
// print begins; 0 without one of several pieces.
func ReversedHead(page *upright.Page, rows []upright.Row) int {
	i := slices.IndexFunc(rows, page.ReversedRow)
	if i < 0 || len(rows[i]) < 2 || !slices.ContainsFunc(rows[i:], func(r upright.Row) bool { return !page.ReversedRow(r) }) {
		return 0
	}
	return i
}
