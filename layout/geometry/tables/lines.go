package tables

import (
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// divide splits lines that run across a boundary of columns, if they have a blank there.
func (t *table) divide(items []*upright.Item) []*upright.Item {
	var out []*upright.Item
	for _, it := range items {
		for _, x := range t.columns[1 : len(t.columns)-1] {
			if x < it.X0+divideInset*it.Size || x > it.X1-divideInset*it.Size {
				continue
			}
			for _, b := range t.page.Blanks(it) {
				if b.From-divideNear*it.Size < x && x < b.To+divideNear*it.Size && b.Length() > divideBlank*it.Size {
					var left *upright.Item
					left, it = t.page.Split(it, b)
					out = append(out, left)
					break
				}
			}
		}
		out = append(out, it)
	}
	return out
}

// findColumnText measures where the text of each column lies.
func (t *table) findColumnText(rows []upright.Row) []plane.Span {
	texts := make([]plane.Span, len(t.columns)-1)
	for c := range texts {
		texts[c] = plane.Span{From: t.columns[c+1], To: t.columns[c]}
	}
	for _, r := range rows {
		for _, it := range r {
			if first, last := t.columnsOf(it); first == last {
				texts[first] = plane.Span{From: min(texts[first].From, it.X0), To: max(texts[first].To, it.X1)}
			}
		}
	}
	for c := range texts {
		if texts[c].Length() <= 0 {
			texts[c] = plane.Span{From: t.columns[c], To: t.columns[c+1]}
		}
	}
	return texts
}
