package tables

import (
	"math"
	"slices"

	"ocr-gateway/layout/geometry/tables/areas"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// credible weighs the evidence: the weaker that of the task, the model and the rulings, the more rows
// must have text in several columns.
func (t *table) credible(e areas.Evidence) bool {
	share := float64(t.filledRows()) / float64(len(t.rows))
	switch {
	case e == areas.FromTask:
		return true
	case e == areas.FromModel:
		return share >= filledInZone && !t.isColumns() && t.aligned() && !t.isAddresses()
	case t.ruled && len(t.interior()) > 0:
		return share >= filledRuled && t.filledRows() >= columns.LeastFilledRows
	default:
		return share >= filledElse && !t.isAllProse() && (t.ruled || !t.hasProse()) && t.aligned()
	}
}

// hasProse reports whether a column is running text.
func (t *table) hasProse() bool {
	return slices.Contains(t.proseColumns(upright.ProseWidth, proseRows, false), true)
}

// isAllProse reports whether all columns are running text, with the lines of wrapped cells counted
// too: in a table cells wrap in some columns only.
func (t *table) isAllProse() bool {
	return !slices.Contains(t.proseColumns(upright.ProseWidth, proseRows, true), false)
}

// isColumns reports whether most columns are running text that no rulings divide into rows: a page of
// a newspaper, not a table.
func (t *table) isColumns() bool {
	prose := 0
	for _, is := range t.proseColumns(pagedWidth, pagedLines, false) {
		if is {
			prose++
		}
	}
	return prose >= columns.Least && 3*prose >= 2*(len(t.columns)-1) && len(t.across()) < len(t.rows)/pagedRows
}

// proseColumns tells which columns are running text: they have at least the given width, in text
// heights, and number of lines, and most lines end near the right edge, as entries of a table do not.
// Only the first line of a wrapped cell counts, unless wrapped is set.
func (t *table) proseColumns(width float64, lines int, wrapped bool) []bool {
	widths := make([][]float64, len(t.columns)-1)
	for _, rows := range t.rows {
		if !wrapped {
			rows = rows[:min(len(rows), 1)]
		}
		for _, row := range rows {
			for c, it := range t.byColumn(row) {
				if it != nil {
					widths[c] = append(widths[c], it.Width()/t.size)
				}
			}
		}
	}
	prose := make([]bool, len(widths))
	for c, w := range widths {
		slices.Sort(w)
		full := upright.Quantile(w, proseFull)
		prose[c] = len(w) >= lines && full > width && upright.Quantile(w, proseMost) > proseNearly*full
	}
	return prose
}

// aligned reports whether rulings divide columns, or most rows are alike. Questions with the answers
// to choose from in rows are not.
func (t *table) aligned() bool {
	if len(t.interior()) > 0 {
		return true
	}
	var rows []upright.Row
	for _, r := range upright.RowsOf(t.items) {
		if len(r) > 1 {
			rows = append(rows, r)
		}
	}
	group := upright.NewGroups(len(rows))
	for i := range rows {
		for j := i + 1; j < min(len(rows), i+1+alignedReach); j++ {
			if alike(rows[i], rows[j], alignedEdges*t.size) {
				group.Join(i, j)
			}
		}
	}
	sizes := make([]int, len(rows))
	most := 0
	for i := range rows {
		root := group.Root(i)
		sizes[root]++
		most = max(most, sizes[root])
	}
	return len(rows) < alignedRows || alignedOneIn*(len(rows)-most) < len(rows)
}

// alike reports whether most pieces of the shorter of two rows are aligned with one of the other, by
// an edge or the middle.
func alike(a, b upright.Row, near float64) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for _, it := range a {
		if slices.ContainsFunc(b, func(o *upright.Item) bool {
			return math.Abs(it.X0-o.X0) < near || math.Abs(it.X1-o.X1) < near || math.Abs(it.CenterX()-o.CenterX()) < near
		}) {
			n++
		}
	}
	return 2*n > len(a)
}

// dense reports whether most cells of most columns are filled.
func (t *table) dense() bool {
	columns := len(t.columns) - 1
	filled := make([]int, columns)
	for _, rows := range t.rows {
		for c, it := range t.byColumn(slices.Concat(rows...)) {
			if it != nil {
				filled[c]++
			}
		}
	}
	good := 0
	for _, n := range filled {
		if 2*n >= len(t.rows) {
			good++
		}
	}
	return good >= denseColumns && 3*good >= 2*columns
}

// sparse reports whether rows are nearly all white, as those of a chart's labels are.
func (t *table) sparse() bool {
	var shares []float64
	for _, rows := range t.rows {
		text := 0.0
		for _, it := range slices.Concat(rows...) {
			text += it.Width()
		}
		shares = append(shares, text/t.box.Width())
	}
	return upright.Median(shares) < sparseText
}

// isAddresses reports whether two columns without rulings are addresses at the top of a letter.
func (t *table) isAddresses() bool {
	return len(t.columns) == 3 && len(t.across()) == 0 && t.isParagraphs()
}

// isParagraphs reports whether the columns are paragraphs side by side, such as the addresses at the
// foot of a letter, rather than columns of a table: the rows are close together and no column has
// short entries.
func (t *table) isParagraphs() bool {
	widths := make([][]float64, len(t.columns)-1)
	var pitches []float64
	last := 0.0
	for i, rows := range t.rows {
		row := slices.Concat(rows...)
		for c, it := range t.byColumn(row) {
			if it != nil {
				widths[c] = append(widths[c], it.Width()/it.Size)
			}
		}
		cy := row.Box().CenterY()
		if i > 0 {
			pitches = append(pitches, cy-last)
		}
		last = cy
	}
	for _, w := range widths {
		if upright.Median(w) < shortEntry {
			return false
		}
	}
	return upright.Median(pitches) < paragraphPitch*t.size
}
