// Package heuristic finds the fields of a schema on pages without a model: by labels and the geometry
// around them, by tables, by the form of values and by machine-readable zones.
package heuristic

import (
	"slices"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
)

// search finds values in the lines of a document.
type search struct {
	lines  []pagetext.Line
	tables []pagetext.Table
	pages  map[int][]*pagetext.Line // by page
	locale printed.Locale
	known  map[string]bool    // labels of the schema's own fields
	zones  map[int]zone       // machine-readable zones by page
	labels map[string][]match // by the letters of the label
	issuer func() *party      // found once, when first asked for
	head   func() *letterhead // likewise
	prices func() (string, *pagetext.Line)
	unique map[labels.Form]*occurrence // values that are the only ones of their form; see only
}

// Find looks for the fields of root in the lines and tables of a document. today decides
// the century of birth dates in machine-readable zones.
func Find(lines []pagetext.Line, tables []pagetext.Table, locale printed.Locale, root *schema.Field, today time.Time) *values.Tree {
	found := values.New(root)
	newSearch(lines, tables, locale, root, today).fill(found, nil)
	return found
}

func newSearch(lines []pagetext.Line, tables []pagetext.Table, locale printed.Locale, root *schema.Field, today time.Time) *search {
	s := &search{
		lines: lines, tables: tables, locale: locale, pages: map[int][]*pagetext.Line{}, known: map[string]bool{},
		zones: map[int]zone{}, labels: map[string][]match{}, unique: map[labels.Form]*occurrence{},
	}
	s.head = sync.OnceValue(s.findLetterhead)
	s.issuer, s.prices = sync.OnceValue(s.findIssuer), sync.OnceValues(s.currency)
	for i := range lines {
		s.pages[lines[i].Page] = append(s.pages[lines[i].Page], &lines[i])
	}
	s.learn(root)
	s.index()
	for page, on := range s.pages {
		if z, ok := findZone(on, today); ok {
			s.zones[page] = z
		}
	}
	return s
}

// learn takes the names of the schema's fields as labels.
func (s *search) learn(f *schema.Field) {
	for key := range labels.Own(f) {
		s.known[key] = true
	}
	for _, member := range f.Fields {
		s.learn(member)
	}
}

// fill looks for every value of v. The items of lists come from tables only: labels do not show which
// lines of other text belong to one item.
func (s *search) fill(v *values.Tree, parents []string) {
	switch v.Field.Kind {
	case schema.Group:
		for _, member := range v.Fields {
			s.fill(member, slices.Concat(parents, labels.SplitName(v.Field.Name)))
		}
	case schema.List:
		s.fillList(v)
	default:
		take(v, s.find(labels.TargetOf(v.Field, parents)))
	}
}

// candidate is a text that may be a field's value.
type candidate struct {
	value any
	score float64
	at    *document.Evidence
}

// conflictMargin is by how much the score of a value on another page may be below the best one for it to
// be a conflict.
const conflictMargin = 0.02

// take gives v the best candidate of each page, if its score is within conflictMargin of the best of all.
func take(v *values.Tree, all []candidate) {
	best := map[int]candidate{}
	top := 0.0
	for _, c := range all {
		if old, ok := best[c.at.Page]; !ok || c.score > old.score {
			best[c.at.Page] = c
		}
		top = max(top, c.score)
	}
	for page, c := range best {
		if c.score >= top-conflictMargin {
			v.Readings = append(v.Readings, values.Reading{Page: page, Value: c.value, Score: c.score, At: c.at})
		}
	}
	slices.SortFunc(v.Readings, func(a, b values.Reading) int { return a.Page - b.Page })
}

// find returns the candidates for a target, those of the same score in reading order.
func (s *search) find(t labels.Target) []candidate {
	if found := s.inZone(t); len(found) > 0 {
		return found
	}
	var all []candidate
	for _, m := range s.matches(t.Labels) {
		all = append(all, s.around(t, m)...)
	}
	if t.Concept != nil {
		all = append(all, s.unlabeled(t, len(all) > 0)...)
		switch {
		case t.Is("total"):
			all = s.settleTotal(all)
		case t.Is("net"):
			all = s.settleNet(t, all)
		}
	}
	return all
}

// largest sorts amounts so that among equal scores the largest wins: a total is not less than its parts.
func largest(all []candidate) []candidate {
	slices.SortStableFunc(all, func(a, b candidate) int {
		switch x, y := valueOf(a), valueOf(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return all
}
