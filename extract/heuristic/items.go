package heuristic

import (
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
	"ocr-gateway/internal/lazyregexp"
)

// fillList takes the items of a list from the rows of the table whose headings match the most fields, and
// of tables that match the same fields, as those that continue on other pages do. An item needs two
// fields, unless the schema has only one.
func (s *search) fillList(v *values.Tree) {
	if v.Field.Item.Kind != schema.Group {
		return
	}
	w := itemFieldsOf(v.Field.Item)
	var best heading
	headings := make([]heading, len(s.tables))
	for i := range s.tables {
		headings[i] = s.heading(&s.tables[i], w)
		if headings[i].better(best) {
			best = headings[i]
		}
	}
	if best.found < min(2, len(w.targets)) {
		return
	}
	for i := range s.tables {
		if headings[i].sameFields(best) {
			s.items(v, &s.tables[i], headings[i], w)
		}
	}
}

// items adds the rows under the heading that hold an item, down to the total.
func (s *search) items(v *values.Tree, t *pagetext.Table, h heading, w *itemFields) {
	before := len(v.Items)
	for _, row := range t.Rows[h.row+1:] {
		switch sum := sumOf(row); {
		case sum == "total" && len(v.Items) > before:
			return
		case sum != "", w.headingOf(row, anyColumn).found >= min(2, h.found):
			continue // or the headings repeated
		}
		item, found := values.New(v.Field.Item), 0
		for i, col := range h.columns {
			if col < 0 || col >= len(row) || row[col].Text == "" {
				continue
			}
			if got, ok := s.accept(w.targets[i], numberOf(w.targets[i], row[col].Text), false); ok {
				item.Fields[i].Readings = []values.Reading{{Page: t.Page, Value: got, Score: 1, At: row[col].At}}
				found++
			}
		}
		if found >= min(2, h.found) {
			v.Items = append(v.Items, item)
		}
	}
}

func anyColumn(_, _ int) bool { return true }

// counted is a number with its unit.
var counted = lazyregexp.New(`^(\d[\d.,]*)\s*(?:x|×|\p{L}{1,10}\.?)$`)

// numberOf leaves out the unit of a quantity if the field is a number.
func numberOf(t labels.Target, text string) string {
	if m := counted().FindStringSubmatch(text); m != nil && t.Field.Kind.Numeric() && t.Is("quantity") {
		return m[1]
	}
	return text
}

// sums are the concepts of the rows below the items.
var sums = map[string]bool{"total": true, "net": true, "tax": true}

// sumOf returns the name of the concept of a row that sums up the rows above: the row begins with a label
// of a sum, followed by at most a number or rate. It returns "" for other rows.
func sumOf(row []pagetext.Cell) string {
	i := slices.IndexFunc(row, func(c pagetext.Cell) bool { return c.Text != "" })
	if i < 0 {
		return ""
	}
	first := row[i].Text
	words := printed.Words(first)
	key := ""
	for _, w := range words[:min(len(words), maxLabelWords)] {
		key += w.Key
		if strings.ContainsFunc(first[w.End:], unicode.IsLetter) {
			continue
		}
		for _, l := range labels.Lookup(key) {
			if sums[l.Concept.Name] {
				return l.Concept.Name
			}
		}
	}
	return ""
}
