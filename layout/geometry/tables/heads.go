package tables

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// The heads of narrow columns stand as close together as the words of a sentence, and are detected as
// one line. The text below shows what they are: each part of the line is aligned with one column.

// divideHeads splits lines at the top of a table that hold the heads of several columns.
func (t *table) divideHeads(items []*upright.Item) []*upright.Item {
	rows := upright.RowsOf(items)
	t.columnText = t.findColumnText(slices.DeleteFunc(slices.Clone(rows), func(r upright.Row) bool {
		return 2*len(r) <= len(t.columns)-1 // totals do not show where columns are
	}))
	var out []*upright.Item
	for i, r := range rows {
		spaces, ok := t.headsOf(r)
		if i >= headLines || !ok {
			out = append(out, r...)
			continue
		}
		for k, it := range r {
			for _, space := range spaces[k] {
				var left *upright.Item
				left, it = t.page.Split(it, space)
				out = append(out, left)
			}
			out = append(out, it)
		}
	}
	return out
}

// headsOf returns the spaces between heads in each line of a row with a head over every column, except
// perhaps the first. A row that stands over some columns only, such as the name of a bank over a
// statement, holds no heads.
func (t *table) headsOf(r upright.Row) (spaces [][]plane.Span, ok bool) {
	next := 0
	for i, it := range r {
		first, last := t.columnsOf(it)
		if i == 0 && first == 1 && len(t.columns) > stubColumns {
			next = 1
		}
		between := t.headSpaces(it, first, last)
		if first != next || len(between) != last-first {
			return nil, false
		}
		spaces, next = append(spaces, between), last+1
	}
	return spaces, next == len(t.columns)-1
}

// headSpaces returns the spaces between the heads of the columns first to last in one line; nil if the
// line does not hold them.
func (t *table) headSpaces(it *upright.Item, first, last int) []plane.Span {
	spaces := t.page.Spaces(it)
	if columns := last - first + 1; columns == 1 || len(spaces) < columns-1 || len(spaces) >= headWords*columns {
		return nil // among many words, some are aligned with columns by chance
	}
	found, _ := t.assign(it.X0, it.X1, spaces, first, last)
	return found
}

// assign divides the words from x to end among the columns first to last.
func (t *table) assign(x, end float64, spaces []plane.Span, first, last int) (between []plane.Span, ok bool) {
	if first == last {
		return nil, t.standsOver(plane.Span{From: x, To: end}, first)
	}
	for i, space := range spaces {
		if !t.standsOver(plane.Span{From: x, To: space.From}, first) {
			continue
		}
		if rest, ok := t.assign(space.To, end, spaces[i+1:], first+1, last); ok {
			return append([]plane.Span{space}, rest...), true
		}
	}
	return nil, false
}

// standsOver reports whether words are aligned with the text of a column, at an edge or in the middle.
func (t *table) standsOver(words plane.Span, column int) bool {
	text, near := t.columnText[column], headEdges*t.size
	return math.Abs(words.From-text.From) < near || math.Abs(words.To-text.To) < near || math.Abs(words.From+words.To-text.From-text.To) < 2*near
}
