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
// between two rulings, at frames, at headings and at rulings where other columns begin.
func sections(page *upright.Page, a area, found rulings.Rulings, rows []upright.Row) [][]upright.Row {
	across := found.Across(a.Box)
	ruledBetween := func(above, below upright.Row) bool {
		y0, y1 := above.Box().CenterY(), below.Box().CenterY()
		return slices.ContainsFunc(across, func(h rulings.Ruling) bool { return h.At > y0 && h.At < y1 })
	}
	var parts [][]upright.Row
	start := 0
	for i := 1; i < len(rows); i++ {
		end := i // rows[i:end] are running text
		for end < len(rows) && isRunning(page, a.Box, rows[end]) && !dividedByRuling(found, rows[end], page.Size) {
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
			for _, p := range whereRulingsChange(found, p, across, page.Size) {
				if i := reversedHead(page, p); i > 0 {
					tables, p = append(tables, whereColumnsChange(page, found, p[:i], across)...), p[i:]
				}
				if a.evidence == fromTask {
					tables = append(tables, whereColumnsChange(page, found, p, across)...)
					continue
				}
				for _, p := range byHeadings(page, a.Box, found, p) {
					tables = append(tables, whereColumnsChange(page, found, p, across)...)
				}
			}
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

// isRunning reports whether a row is one wide piece of text. One that only ends at the right
// edge is the heads of columns that stand close together.
func isRunning(page *upright.Page, area plane.Box, r upright.Row) bool {
	b, edge := r.Box(), headIndent*page.Size
	return pieces(page, r) == 1 && b.Width() > betweenTables*area.Width() && (b.X0-area.X0 < edge || area.X1-b.X1 > edge)
}

// reversedHead returns the first row in light print on a dark ground, with which a table in dark
// print begins; 0 where there is none of several pieces.
func reversedHead(page *upright.Page, rows []upright.Row) int {
	i := slices.IndexFunc(rows, func(r upright.Row) bool { return isReversed(page, r) })
	if i < 0 || len(rows[i]) < 2 || !slices.ContainsFunc(rows[i:], func(r upright.Row) bool { return !isReversed(page, r) }) {
		return 0
	}
	return i
}

// isReversed reports whether a row is light print on a dark ground.
func isReversed(page *upright.Page, r upright.Row) bool {
	return !slices.ContainsFunc(r, func(it *upright.Item) bool { return !page.Reversed(it) })
}

// dividedByRuling reports whether a vertical ruling stands between the words of a row.
func dividedByRuling(found rulings.Rulings, r upright.Row, size float64) bool {
	b := r.Box()
	return slices.ContainsFunc(found.Vertical, func(v rulings.Ruling) bool {
		return v.At > b.X0+size && v.At < b.X1-size && v.From < b.CenterY() && v.To > b.CenterY()
	})
}

// whereRulingsChange divides rows at the rulings across above and below which vertical
// rulings stand, but not one at the same place: the boxes of a form above a list of goods.
func whereRulingsChange(found rulings.Rulings, rows []upright.Row, across []rulings.Ruling, size float64) [][]upright.Row {
	if len(rows) == 0 {
		return nil
	}
	area := upright.Bounds(slices.Concat(rows...))
	// dividers are the vertical rulings that run between two heights.
	dividers := func(y0, y1 float64) []float64 {
		var at []float64
		for _, v := range found.Vertical {
			if v.Overlap(plane.Span{From: y0, To: y1}) > dividerRuns*(y1-y0) && v.At > area.X0+interiorInset*size && v.At < area.X1-interiorInset*size {
				at = append(at, v.At)
			}
		}
		return at
	}
	var parts [][]upright.Row
	start := 0
	above := dividers(area.Y0, edgeBelow(across, -1, area))
	for k, h := range across {
		below := dividers(h.At, edgeBelow(across, k, area))
		if len(below) == 0 { // the white between two frames
			continue
		}
		shared := slices.ContainsFunc(above, func(x float64) bool {
			return slices.ContainsFunc(below, func(y float64) bool { return math.Abs(x-y) < size/2 })
		})
		i := start
		for i < len(rows) && rows[i].Box().CenterY() < h.At {
			i++
		}
		if i > start && i < len(rows) && len(above) > 0 && !shared {
			parts = append(parts, rows[start:i])
			start = i
		}
		above = below
	}
	return append(parts, rows[start:])
}

// edgeBelow returns the height of the ruling below the k-th one, or of the area's end.
func edgeBelow(across []rulings.Ruling, k int, area plane.Box) float64 {
	if k+1 < len(across) {
		return across[k+1].At
	}
	return area.Y1
}

// byHeadings divides rows at headings below which no table goes on: other columns begin,
// or text. The headings and the text are of no table.
func byHeadings(page *upright.Page, area plane.Box, found rulings.Rulings, rows []upright.Row) [][]upright.Row {
	var headings []int
	for i := 1; i+1 < len(rows); i++ {
		if isHeading(page, area, rows, i) && !isFramed(found, rows[i]) {
			headings = append(headings, i)
		}
	}
	var parts [][]upright.Row
	start := 0
	for k, i := range headings {
		above, end := rows[start:i], len(rows)
		for _, next := range headings[k+1:] { // up to the heading before which a table has begun
			if isTabular(page, rows[i+1:next]) {
				end = next
				break
			}
		}
		below := rows[i+1 : end]
		switch {
		case !isTabular(page, above):
		case isFramed(found, rows[i-1]) != isFramed(found, rows[i+1]):
			parts, start = append(parts, above), i+1
		case !isApart(rows, i): // a cell that goes on
		case !isTabular(page, below):
			if len(found.In(upright.Bounds(slices.Concat(above...)), rulingMargin*page.Size).Across(area)) >= leastRulings {
				return append(parts, above)
			}
		case countColumns(page, slices.Concat(above, below)) < max(countColumns(page, above), countColumns(page, below)):
			if headsBelow(page, above, below) { // the name of the first group below a head
				parts, start = append(parts, rows[start:i-1]), i-1
			} else {
				parts, start = append(parts, above), i+1
			}
		}
	}
	return append(parts, rows[start:])
}

// headsBelow reports whether the last row above a heading is the head of the columns below it.
func headsBelow(page *upright.Page, above, below []upright.Row) bool {
	last := len(above) - 1
	return last >= leastRows && pieces(page, above[last]) > leastColumns &&
		countColumns(page, slices.Concat(above[last:], below)) == countColumns(page, below)
}

// isHeading reports whether row i is a short text at the left edge of an area.
func isHeading(page *upright.Page, area plane.Box, rows []upright.Row, i int) bool {
	b := rows[i].Box()
	return pieces(page, rows[i]) == 1 && b.Width() < betweenTables*area.Width() && b.X0 < upright.Bounds(slices.Concat(rows...)).X0+headIndent*page.Size
}

// isFramed reports whether vertical rulings stand beside a row or between its pieces.
func isFramed(found rulings.Rulings, r upright.Row) bool {
	cy := r.Box().CenterY()
	return slices.ContainsFunc(found.Vertical, func(v rulings.Ruling) bool { return v.From < cy && v.To > cy })
}

// isApart reports whether row i is further from the row above it than rows usually are.
func isApart(rows []upright.Row, i int) bool {
	pitches := make([]float64, len(rows)-1)
	for k := range pitches {
		pitches[k] = rows[k+1].Box().CenterY() - rows[k].Box().CenterY()
	}
	return pitches[i-1] > headingApart*upright.Median(slices.Clone(pitches))
}

// isTabular reports whether most rows have several pieces.
func isTabular(page *upright.Page, rows []upright.Row) bool {
	n := 0
	for _, r := range rows {
		if pieces(page, r) > 1 {
			n++
		}
	}
	return n >= leastFilledRows && 2*n >= len(rows)
}

// whereColumnsChange divides rows at a ruling when the columns above and below it differ. Where
// rulings divide most rows, none of them closes a head.
func whereColumnsChange(page *upright.Page, found rulings.Rulings, rows []upright.Row, across []rulings.Ruling) [][]upright.Row {
	if dividesRows(across, rows) {
		return [][]upright.Row{rows}
	}
	for _, h := range across {
		i := 0
		for i < len(rows) && rows[i].Box().CenterY() < h.At {
			i++
		}
		if i < sectionRows || len(rows)-i < sectionRows || goesThrough(found, h, page.Size) {
			continue
		}
		headed := slices.ContainsFunc(across, func(o rulings.Ruling) bool { // the part below has a head of its own
			return o.At > h.At && o.At < rows[min(i+sectionHead, len(rows)-1)].Box().CenterY()
		})
		if !headed {
			continue
		}
		above, below, both := countColumns(page, rows[:i]), countColumns(page, rows[i:]), countColumns(page, rows)
		if both != max(above, below) {
			end := i
			if pieces(page, rows[i-1]) > 1 && pieces(page, rows[i-2]) == 1 && isApart(rows, i-2) { // a heading and the head below it
				end, i = i-2, i-1
			}
			return append([][]upright.Row{rows[:end]}, whereColumnsChange(page, found, rows[i:], across)...)
		}
	}
	return [][]upright.Row{rows}
}

// goesThrough reports whether a vertical ruling between the ends of a horizontal one goes on
// above and below it.
func goesThrough(found rulings.Rulings, h rulings.Ruling, size float64) bool {
	return slices.ContainsFunc(found.Vertical, func(v rulings.Ruling) bool {
		return v.From < h.At-size && v.To > h.At+size && v.At > h.From+interiorInset*size && v.At < h.To-interiorInset*size
	})
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
