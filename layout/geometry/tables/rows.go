package tables

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// fill divides the rows of text among the rows of the table.
func (t *table) fill(rows []upright.Row) {
	t.columnText = t.findColumnText(rows)
	levels := t.withReversedHead(t.ruledLevels(), rows)
	bands := len(levels) - 1
	interior := 0
	for _, x := range t.columns[1 : len(t.columns)-1] {
		if t.rulings.HasVertical(x) {
			interior++
		}
	}
	t.partly = t.missesRulings(rows, levels)
	switch {
	case t.partly:
	case interior > 0 && bands >= 2 && len(rows) < ruledRows*bands:
		t.ruled = true
	case interior == 1 && bands >= 2 && t.isBoxes(rows):
		t.ruled = true
	case bands >= ruledBands && (2*len(rows) <= 3*bands || t.wrapsBetween(rows, levels)):
		t.ruled = true
	}
	if t.ruled {
		t.byRulings(rows, levels)
	} else {
		t.byText(rows)
	}
}

// isBoxes reports whether the two columns of a form hold texts, such as addresses, rather than short
// entries.
func (t *table) isBoxes(rows []upright.Row) bool {
	widths := make([][]float64, len(t.columns)-1)
	for _, r := range rows {
		for c, it := range t.byColumn(r) {
			if it != nil {
				widths[c] = append(widths[c], it.Width()/it.Size)
			}
		}
	}
	return len(widths) == 2 && upright.Median(widths[0]) > boxEntry && upright.Median(widths[1]) > boxEntry
}

// missesRulings reports whether rulings of a crooked page were not found: one band between rulings
// holds several rows that begin in the first column and have other cells, as rows of a table do.
func (t *table) missesRulings(rows []upright.Row, levels []float64) bool {
	if !t.page.Deskew.Askew() {
		return false
	}
	band, last := 0, math.Inf(-1)
	for _, r := range rows {
		y := r.Box().CenterY()
		for band < len(levels)-2 && y > levels[band+1] {
			band, last = band+1, math.Inf(-1)
		}
		if cells := t.byColumn(r); cells[0] != nil && countItems(cells) > 1 {
			if y-last > ruledPitch*t.size && !math.IsInf(last, -1) {
				return true
			}
			last = y
		}
	}
	return false
}

// wrapsBetween reports whether the bands between rulings are rows whose cells wrap: below the first
// row of text in a band, only a few of its cells have text.
func (t *table) wrapsBetween(rows []upright.Row, levels []float64) bool {
	first, further, rest := 0, 0, 0 // filled cells of the first rows; further rows and their cells
	i, bands := 0, 0
	for _, end := range levels[1:] {
		filled := 0
		for n := 0; i < len(rows) && rows[i].Box().CenterY() < end; i, n = i+1, n+1 {
			cells := countItems(t.byColumn(rows[i]))
			switch {
			case n == 0:
				filled = cells
				first += cells
				bands++
			case cells > filled || rows[i].Box().CenterY()-rows[i-1].Box().CenterY() > wrappedPitch*t.size:
				return false
			default:
				rest += cells
				further++
			}
		}
	}
	return further > 0 && bands == len(levels)-1 && float64(rest*bands) <= wrappedFilled*float64(first*further)
}

// ruledLevels returns the heights of the horizontal rulings that bound rows, and of the table's own
// edges.
func (t *table) ruledLevels() []float64 {
	near := sameRuling * t.size
	levels := []float64{t.box.Y0}
	for _, h := range t.rulings.Horizontal {
		if h.Length() < shortestLevel*t.size || h.At < t.box.Y0+near || h.At > t.box.Y1-near {
			continue
		}
		if h.At-levels[len(levels)-1] > near {
			levels = append(levels, h.At)
		}
	}
	return append(levels, t.box.Y1)
}

// withReversedHead adds the lower edge of a head in light print on a dark ground.
func (t *table) withReversedHead(levels []float64, rows []upright.Row) []float64 {
	n := 0
	for n < len(rows) && t.page.ReversedRow(rows[n]) {
		n++
	}
	if n == 0 || 2*n > len(rows) {
		return levels
	}
	edge := (rows[n-1].Box().Y1 + rows[n].Box().Y0) / 2
	if slices.ContainsFunc(levels, func(y float64) bool { return y > rows[n-1].Box().CenterY() && y < rows[n].Box().CenterY() }) {
		return levels
	}
	t.headEdge = edge
	at, _ := slices.BinarySearch(levels, edge)
	return slices.Insert(levels, at, edge)
}

// byRulings makes a row of each band between rulings. Where all rows of text below the last ruling
// have several pieces, as the totals of a bill do, it makes a row of each.
func (t *table) byRulings(rows []upright.Row, levels []float64) {
	last := len(levels) - 2 // where the last band begins
	below := slices.IndexFunc(rows, func(r upright.Row) bool { return last > 0 && r.Box().CenterY() > levels[last] })
	if below >= 0 && !t.closed(levels[last]) && !slices.ContainsFunc(rows[below:], func(r upright.Row) bool { return len(r) < 2 }) {
		t.below = last
		levels = slices.Clone(levels[:last+1])
		for i := below + 1; i < len(rows); i++ {
			levels = append(levels, (rows[i-1].Box().CenterY()+rows[i].Box().CenterY())/2)
		}
		levels = append(levels, t.box.Y1)
	}
	t.levels = levels
	t.rows = make([][]upright.Row, len(levels)-1)
	i := 0
	for _, r := range rows {
		for i < len(t.rows)-1 && r.Box().CenterY() > levels[i+1] {
			i++
		}
		t.rows[i] = append(t.rows[i], r)
	}
}

// closed reports whether a ruling across the table stands below the last one inside it.
func (t *table) closed(last float64) bool {
	return slices.ContainsFunc(t.across(), func(h rulings.Ruling) bool { return h.At > last+sameRuling*t.size })
}

// byText makes a row of each row of text, except that it joins those that continue the cells above.
// The head's rows are made by rulings, if there are any within it.
func (t *table) byText(rows []upright.Row) {
	head, n := t.head(rows)
	if bands := t.headBands(head, rows[:n]); bands != nil && !t.partly {
		t.byRulings(rows[:n], bands)
		t.headRows, t.ruledHead = len(t.rows), true
		rows = rows[n:]
	}
	t.pitch = t.findPitch(rows)
	for i, r := range rows {
		if i > 0 && t.continues(rows, i) {
			last := len(t.rows) - 1
			t.rows[last] = append(t.rows[last], r)
			continue
		}
		switch {
		case len(t.rows) == 0:
			t.levels = append(t.levels, t.box.Y0)
		case i > 0:
			t.levels = append(t.levels, (rows[i-1].Box().Y1+r.Box().Y0)/2)
		}
		if !t.ruledHead && r.Box().CenterY() < head {
			t.headRows++
		}
		t.rows = append(t.rows, []upright.Row{r})
	}
	t.levels = append(t.levels, t.box.Y1)
}

// head returns the height of the ruling below the head and the number of rows above it; zero without
// one in the upper half of the table.
func (t *table) head(rows []upright.Row) (float64, int) {
	for _, h := range t.across() {
		n := 0
		for n < len(rows) && rows[n].Box().CenterY() < h.At {
			n++
		}
		if n > 0 && 2*n <= len(rows) {
			return h.At, n
		}
	}
	return 0, 0
}

// headBands returns the levels of the head's rows by rulings over some of the columns; nil without
// any.
func (t *table) headBands(head float64, rows []upright.Row) []float64 {
	if len(rows) < 2 {
		return nil
	}
	near := sameRuling * t.size
	levels := []float64{t.box.Y0}
	for _, h := range t.rulings.Horizontal {
		if h.At-levels[len(levels)-1] > near && head-h.At > near && h.Length() > shortestLevel*t.size {
			levels = append(levels, h.At)
		}
	}
	if len(levels) == 1 && !t.framesHeads(head, rows) {
		return nil
	}
	return append(levels, head)
}

// framesHeads reports whether vertical rulings divide the head at every column and each line of it
// stands between two of them. Then the heads are one row, however many lines they have.
func (t *table) framesHeads(head float64, rows []upright.Row) bool {
	band := plane.Span{From: rows[0].Box().Y0, To: head}
	for _, x := range t.columns[1 : len(t.columns)-1] {
		if !slices.ContainsFunc(t.rulings.Vertical, func(v rulings.Ruling) bool {
			return math.Abs(v.At-x) < sameRuling*t.size && v.Overlap(band) > framedHead*band.Length()
		}) {
			return false
		}
	}
	return !slices.ContainsFunc(rows, func(r upright.Row) bool {
		return slices.ContainsFunc(r, func(it *upright.Item) bool { first, last := t.columnsOf(it); return first != last })
	})
}

// continues reports whether a row of text continues the cells of the row above: it has few cells,
// and those above them are full, so that their text had to wrap. Where most rows begin in the first
// column, a row whose only cell is in another column is a continuation, too.
func (t *table) continues(rows []upright.Row, i int) bool {
	above, r := rows[i-1], rows[i]
	if t.ruledBetween(above.Box().CenterY(), r.Box().CenterY()) {
		return false
	}
	if r.Box().CenterY()-above.Box().CenterY() > wrappedPitch*t.size {
		return false
	}
	upper, lower := t.byColumn(above), t.byColumn(r)
	if t.leads(rows, i) {
		return false
	}
	if t.isTight(upper, lower) {
		return true
	}
	if t.between(rows, i) {
		return len(t.rows[len(t.rows)-1]) == 1 || countItems(upper) >= countItems(lower)
	}
	whole := t.byColumn(slices.Concat(t.rows[len(t.rows)-1]...)) // with the rows that continue it so far
	n, full := 0, true
	for c, it := range lower {
		if it == nil {
			continue
		}
		n++
		if upper[c] == nil || math.Abs(upper[c].X0-it.X0) > wrappedIndent*t.size && math.Abs(upper[c].CenterX()-it.CenterX()) > wrappedIndent*t.size {
			return false
		}
		full = full && upper[c].Width() >= min(wrappedFull*t.columnWidth(c), wrappedText*t.columnText[c].Length())
	}
	if n == 0 || n >= countItems(whole) {
		return false
	}
	return full && 3*n <= len(lower)+1 || n == 1 && lower[0] == nil && whole[0] != nil && t.keyed(rows)
}

// leads reports whether row i of text is the name of a group of rows: it has only an entry in the
// first column, which begins where the one above it does, and the next row is indented under it.
func (t *table) leads(rows []upright.Row, i int) bool {
	if i+1 == len(rows) {
		return false
	}
	above, name, next := t.byColumn(rows[i-1]), t.byColumn(rows[i]), t.byColumn(rows[i+1])
	return countItems(name) == 1 && isIndented(name, next, t.size) &&
		above[0] != nil && math.Abs(above[0].X0-name[0].X0) < groupIndent*t.size
}

// isIndented reports whether a row of several cells begins further to the right than the one above
// it.
func isIndented(above, r []*upright.Item, size float64) bool {
	return above[0] != nil && r[0] != nil && countItems(r) > 1 && r[0].X0-above[0].X0 > groupIndent*size
}

// isTight reports whether two rows of text, of which one has nothing but an entry in the first
// column, stand so much closer than rows of the table that those entries are lines of one.
func (t *table) isTight(upper, lower []*upright.Item) bool {
	if t.pitch == 0 || upper[0] == nil || lower[0] == nil || countItems(upper) > 1 && countItems(lower) > 1 {
		return false
	}
	return lower[0].CenterY()-upper[0].CenterY() < tightPitch*t.pitch
}

// findPitch returns the usual distance between entries in the first column, by rows that have others
// too; 0 if there are too few such rows.
func (t *table) findPitch(rows []upright.Row) float64 {
	var pitches []float64
	for i := 1; i < len(rows); i++ {
		upper, lower := t.byColumn(rows[i-1]), t.byColumn(rows[i])
		if upper[0] != nil && lower[0] != nil && countItems(upper) > 1 && countItems(lower) > 1 {
			pitches = append(pitches, lower[0].CenterY()-upper[0].CenterY())
		}
	}
	if len(pitches) < pitchedRows {
		return 0
	}
	return upright.Median(pitches)
}

// between reports whether row i of text and the one above it belong to one row of the table, where
// cells of fewer lines are centered beside cells of more: together with the row before or after them
// they are three rows that overlap, of which the middle one has text in other columns.
func (t *table) between(rows []upright.Row, i int) bool {
	around := func(k int) bool {
		return k > 0 && k+1 < len(rows) && t.beside(rows[k-1], rows[k]) && t.beside(rows[k], rows[k+1]) && !t.beside(rows[k-1], rows[k+1])
	}
	return around(i) || around(i-1)
}

// beside reports whether two rows of text overlap and no column has text in both.
func (t *table) beside(above, r upright.Row) bool {
	upper := t.byColumn(above)
	for c, it := range t.byColumn(r) {
		if it != nil && upper[c] != nil {
			return false
		}
	}
	return r.Box().CenterY()-above.Box().CenterY() < betweenPitch*t.size
}

// keyed reports whether most rows have an entry in the first column.
func (t *table) keyed(rows []upright.Row) bool {
	n := 0
	for _, r := range rows {
		if t.byColumn(r)[0] != nil {
			n++
		}
	}
	return keyedShare*len(rows) < n*10
}

// ruledBetween reports whether a ruling runs across the table between two heights.
func (t *table) ruledBetween(y0, y1 float64) bool {
	return slices.ContainsFunc(t.across(), func(h rulings.Ruling) bool { return h.At > y0 && h.At < y1 })
}
