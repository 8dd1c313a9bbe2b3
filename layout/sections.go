package layout

import "slices"

// An area often holds more than one table, and more than tables. This file finds
// where each begins and ends.

// sections divides the rows of an area into tables: at rows of running text
// between two rulings, and at rulings where other columns begin.
func (s *sheet) sections(area tableArea, rules rulings, rows []row) [][]row {
	t := &table{s: s, box: area.box, lines: rules}
	full := fullWidth(rules, area.box)
	ruledBetween := func(y0, y1 float64) bool {
		return slices.ContainsFunc(full, func(h ruling) bool { return h.at > y0 && h.at < y1 })
	}
	var parts [][]row
	start := 0
	for i := 1; i < len(rows); i++ {
		end := i // rows[i:end] are running text
		for end < len(rows) && t.pieces(rows[end]) == 1 && rows[end].box().width() > 0.5*area.width() {
			end++
		}
		if end == i || end == len(rows) {
			continue
		}
		if ruledBetween(rows[i-1].box().cy(), rows[i].box().cy()) && ruledBetween(rows[end-1].box().cy(), rows[end].box().cy()) {
			parts = append(parts, rows[start:i])
			start = end
		}
		i = end
	}
	parts = append(parts, rows[start:])
	var tables [][]row
	for _, p := range parts {
		tables = append(tables, t.whereColumnsChange(p, full)...)
	}
	return tables
}

// whereColumnsChange divides rows at a ruling when the columns above and below it differ.
func (t *table) whereColumnsChange(rows []row, full []ruling) [][]row {
	const least = 4 // rows that show what the columns are
	for _, h := range full {
		i := 0
		for i < len(rows) && rows[i].box().cy() < h.at {
			i++
		}
		if i < least || len(rows)-i < least {
			continue
		}
		headed := slices.ContainsFunc(full, func(o ruling) bool { // the part below has a head of its own
			return o.at > h.at && o.at < rows[min(i+3, len(rows)-1)].box().cy()
		})
		if !headed {
			continue
		}
		above, below, both := t.count(rows[:i]), t.count(rows[i:]), t.count(rows)
		if both < max(above, below) {
			return append([][]row{rows[:i]}, t.whereColumnsChange(rows[i:], full)...)
		}
	}
	return [][]row{rows}
}

// count is the number of columns that some rows have.
func (t *table) count(rows []row) int {
	part := table{s: t.s, box: bounds(slices.Concat(rows...))}
	return len(part.columns(rows)) - 1
}

// trim leaves out caption and notes, and what else stands above the first or
// below the last ruling of a ruled table.
func (t *table) trim(rows []row) []row {
	full := t.full()
	inner := t.interior()
	below := 0 // rows below the last ruling
	for _, r := range rows {
		if len(full) > 0 && r.box().cy() > full[len(full)-1].at {
			below++
		}
	}
	outside := func(r row, top bool) bool {
		b := r.box()
		single := t.pieces(r) == 1
		if len(inner) >= 2 {
			from, to := inner[0].from, inner[0].to
			for _, v := range inner {
				from, to = min(from, v.from), max(to, v.to)
			}
			for _, h := range full {
				from, to = min(from, h.at), max(to, h.at)
			}
			return b.cy() < from || b.cy() > to
		}
		if !single {
			// Top, head and bottom ruled: what follows is another thing, unless it is a total.
			return !top && len(full) >= 3 && b.cy() > full[len(full)-1].at && below > 2
		}
		if len(full) >= 2 && (b.cy() < full[0].at || b.cy() > full[len(full)-1].at) {
			// A head over some columns stands right on the ruling.
			head := top && full[0].at-b.y1 < 0.7*t.s.size && b.width() < 0.5*t.box.width() && b.x0 > t.box.x0+3*t.s.size
			return !head
		}
		return b.width() > 0.6*t.box.width()
	}
	for len(rows) > 0 && outside(rows[0], true) {
		rows = rows[1:]
	}
	for len(rows) > 0 && outside(rows[len(rows)-1], false) {
		rows = rows[:len(rows)-1]
	}
	return rows
}
