package heuristic

import (
	"cmp"
	"slices"
	"strings"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/internal/lazyregexp"
)

// itemFields are the fields of a list's items, and the headings that they are printed under.
type itemFields struct {
	targets []labels.Target
	labels  map[string][]pair // by the letters of a heading; without columns
}

func itemFieldsOf(item *schema.Field) *itemFields {
	w := &itemFields{labels: map[string][]pair{}}
	for i, f := range item.Fields {
		t := labels.Target{Field: f}
		if f.Kind != schema.Group && f.Kind != schema.List { // which no cell holds
			t = labels.ColumnTarget(f)
		}
		w.targets = append(w.targets, t)
		for key, score := range t.Labels {
			w.labels[key] = append(w.labels[key], pair{field: i, score: score})
		}
	}
	return w
}

// heading is a row of a table that names the fields of the columns.
type heading struct {
	row     int
	columns []int // by field; -1 if no column has its name
	found   int
	score   float64
}

func (h heading) better(other heading) bool {
	return h.found > other.found || h.found == other.found && h.score > other.score
}

// sameFields reports whether two headings name the same fields.
func (h heading) sameFields(other heading) bool {
	return slices.EqualFunc(h.columns, other.columns, func(a, b int) bool { return (a < 0) == (b < 0) })
}

// maxHeadingRow is the number of rows at the top of a table among which its headings may be.
const maxHeadingRow = 5

// heading returns the row of the table that names the most fields, the first of equals.
func (s *search) heading(t *pagetext.Table, w *itemFields) heading {
	var best heading
	for i, row := range t.Rows[:min(len(t.Rows), maxHeadingRow)] {
		below := t.Rows[i+1 : min(len(t.Rows), i+1+maxSample)]
		h := w.headingOf(row, func(i, col int) bool { return s.suits(w.targets[i], below, col) })
		if h.better(best) {
			best, best.row = h, i
		}
	}
	return best
}

// maxSample is the number of rows that are looked at to find out what a column holds.
const maxSample = 50

// suits reports whether at least half of the cells in a column can be the field's
// value: under "Amount" may stand "28 h" or "3,360.00".
func (s *search) suits(t labels.Target, rows [][]pagetext.Cell, col int) bool {
	filled, good := 0, 0
	for _, row := range rows {
		if col < len(row) && row[col].Text != "" {
			filled++
			if _, ok := s.accept(t, numberOf(t, row[col].Text), false); ok {
				good++
			}
		}
	}
	return 2*good >= filled
}

// headingOf gives each field the column with its best heading among those that suit it. Each column
// goes to one field.
func (w *itemFields) headingOf(row []pagetext.Cell, suits func(field, column int) bool) heading {
	h := heading{columns: slices.Repeat([]int{-1}, len(w.targets))}
	var pairs []pair
	for col, c := range row {
		for _, key := range headingKeys(c.Text) {
			for _, l := range w.labels[key] {
				pairs = append(pairs, pair{l.field, col, l.score})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.score, a.score) })
	taken := make([]bool, len(row))
	for _, p := range pairs {
		if h.columns[p.field] < 0 && !taken[p.column] && suits(p.field, p.column) {
			h.columns[p.field], taken[p.column] = p.column, true
			h.found++
			h.score += p.score
		}
	}
	return h
}

// pair is a field and a column whose heading may mean it.
type pair struct {
	field, column int
	score         float64
}

var (
	bracketed = lazyregexp.New(`\([^()]*\)|\[[^\[\]]*\]`)
	// inCurrency is the end of the heading of a column of amounts.
	inCurrency = lazyregexp.New(`(?i)\s+(?:in\s+)?(?:EUR|USD|GBP|CHF|INR|RM|Rs\.?|Euro)$`)
)

// maxHeading is the longest heading, in bytes.
const maxHeading = 60

// headingKeys returns the labels that a heading may be: the whole text, the text without brackets and
// currency, and each of its parts in several languages.
func headingKeys(text string) []string {
	if text == "" || len(text) > maxHeading {
		return nil
	}
	if strings.TrimSpace(text) == "#" {
		return []string{"no"}
	}
	keys := []string{printed.Letters(text)}
	add := func(s string) {
		if key := printed.Letters(inCurrency().ReplaceAllString(strings.TrimSpace(s), "")); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	plain := bracketed().ReplaceAllString(text, " ")
	add(plain)
	for part := range strings.SplitSeq(plain, "/") {
		add(part)
	}
	return keys
}
