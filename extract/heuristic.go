package extract

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"ocr-gateway/document"
)

// search finds values in the lines of a document.
type search struct {
	spans  []span
	tables []table
	pages  map[int][]*span // by page
	habits habits
	today  time.Time
	known  map[string]bool // labels of the schema's own fields
	zones  map[int]zone    // machine-readable zones by page
	places map[string][]match
	issuer func() *partyBlock // found once, when first asked for
	prices func() (string, *span)
	unique map[sort]*printed // see only
}

type zone struct {
	mrz
	from []*span
}

// candidate is a text that may be a field's value.
type candidate struct {
	value any
	score float64
	at    *document.Evidence
}

func newSearch(spans []span, tables []table, h habits, root *field, today time.Time) *search {
	s := &search{spans: spans, tables: tables, habits: h, today: today, pages: map[int][]*span{}, known: map[string]bool{}, zones: map[int]zone{}, unique: map[sort]*printed{}}
	s.issuer, s.prices = sync.OnceValue(s.issuerOf), sync.OnceValues(s.currency)
	for i := range spans {
		s.pages[spans[i].page] = append(s.pages[spans[i].page], &spans[i])
	}
	s.learn(root)
	s.index()
	for page, on := range s.pages {
		var all []span
		for _, sp := range on {
			all = append(all, *sp)
		}
		if m, from, ok := findMRZ(all, today); ok {
			s.zones[page] = zone{m, from}
		}
	}
	return s
}

// learn takes the names of the schema's fields as labels.
func (s *search) learn(f *field) {
	if f.name != "" {
		t := target{field: f, labels: map[string]float64{}}
		t.addOwn(splitName(f.name), 1)
		t.addOwn(splitName(f.title), 1)
		for key := range t.labels {
			s.known[key] = true
		}
	}
	for _, member := range f.fields {
		s.learn(member)
	}
}

// fill looks for every value of v. Lists come from tables alone: which lines of
// other text are one item is not decided by labels.
func (s *search) fill(v *value, parents []string) {
	switch v.of.kind {
	case group:
		for _, member := range v.fields {
			s.fill(member, slices.Concat(parents, splitName(v.of.name)))
		}
	case list:
		s.fillList(v)
	default:
		v.take(s.find(targetOf(v.of, parents)))
	}
}

// near is how much less sure than the best a value of another page may be to
// count as a conflict.
const near = 0.02

// take keeps the best candidate of each page that comes near the best of all.
func (v *value) take(all []candidate) {
	best := map[int]candidate{}
	top := 0.0
	for _, c := range all {
		if old, ok := best[c.at.Page]; !ok || c.score > old.score {
			best[c.at.Page] = c
		}
		top = max(top, c.score)
	}
	for page, c := range best {
		if c.score >= top-near {
			v.readings = append(v.readings, reading{page: page, value: c.value, score: c.score, at: c.at})
		}
	}
	slices.SortFunc(v.readings, func(a, b reading) int { return a.page - b.page })
}

// find gathers the candidates for a target; those of the same score in reading
// order.
func (s *search) find(t target) []candidate {
	if found := s.inZone(t); len(found) > 0 {
		return found
	}
	var all []candidate
	for _, m := range s.matches(t.labels) {
		all = append(all, s.around(t, m)...)
	}
	if t.concept != nil {
		all = append(all, s.unlabeled(t, len(all) > 0)...)
		if t.concept.name == "total" {
			all = largest(all)
		}
	}
	return all
}

// largest prefers, of equally sure amounts, the largest: a total is no less than
// its parts.
func largest(all []candidate) []candidate {
	size := func(c candidate) float64 {
		n, ok := c.value.(json.Number)
		if !ok {
			text, _ := c.value.(string)
			n, _ = parseNumber(text, unknownMarks)
		}
		f, _ := n.Float64()
		return f
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		switch x, y := size(a), size(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return all
}

// match is a label found in a line.
type match struct {
	span  int // in search.spans
	from  int // word in the span
	words int
	score float64 // set for a target
	rest  string  // of the line, behind the label
	colon bool    // the label says itself that a value follows
	bare  bool    // nothing but the label stands there
}

const (
	maxLabelWords = 7   // of one label
	maxLineWords  = 200 // of a line that labels are looked for in
	maxMatches    = 100 // looked at for one field
)

// index finds what may be a label: at the beginnings of a line's parts, and
// anywhere before a colon.
func (s *search) index() {
	s.places = map[string][]match{}
	for n := range s.spans {
		sp := &s.spans[n]
		for i := range sp.words[:min(len(sp.words), maxLineWords)] {
			starts := i == 0 || startsPart(sp.text[:sp.words[i].start])
			key := ""
			for j := i; j < min(i+maxLabelWords, len(sp.words)); j++ {
				key += sp.words[j].key
				_, common := lexicon[key]
				rest := sp.text[sp.words[j].end:]
				colon := strings.HasPrefix(strings.TrimLeft(rest, ". "), ":")
				if (common || s.known[key]) && (starts || colon) {
					s.places[key] = append(s.places[key], newMatch(n, i, j-i+1, rest, colon))
				}
			}
		}
	}
}

func newMatch(span, from, words int, rest string, colon bool) match {
	rest = strings.TrimSpace(strings.TrimLeft(rest, ". :=#*–—"))
	rest = rest[:min(len(rest), 2*maxValue)] // more is no value
	if before, _, cut := strings.Cut(rest, "|"); cut {
		rest = strings.TrimSpace(before)
	}
	bare := rest == "" || rest[0] == '/' || rest[0] == '(' || percent().FindString(rest) == rest
	return match{span: span, from: from, words: words, rest: rest, colon: colon, bare: bare}
}

// matches are the places of labels in reading order, at each place the longest.
func (s *search) matches(labels map[string]float64) []match {
	var all []match
	for key, score := range labels {
		for _, m := range s.places[key] {
			m.score = score
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.span, b.span), cmp.Compare(a.from, b.from), cmp.Compare(b.words, a.words))
	})
	all = slices.CompactFunc(all, func(a, b match) bool { return a.span == b.span && a.from == b.from })
	return all[:min(len(all), maxMatches)]
}

// startsPart reports whether what stands before a word ends a part of the line.
func startsPart(before string) bool {
	before = strings.TrimRight(before, " ")
	if before == "" {
		return true
	}
	switch before[len(before)-1] {
	case '/', '|', '(', ';':
		return true
	}
	return strings.HasSuffix(before, "·") || strings.HasSuffix(before, "•") || strings.HasSuffix(before, " -")
}

// around looks for the value of a label: behind it, right of it, below it.
func (s *search) around(t target, m match) []candidate {
	if !m.bare {
		score := 0.95
		if m.colon {
			score = 1
		}
		if t.sort == sortText && t.field.kind != number && t.field.kind != integer && !m.colon {
			return nil // the beginning of a sentence
		}
		if v, ok := s.accept(t, m.rest, true); ok {
			return []candidate{{v, m.score * score, s.spans[m.span].evidence()}}
		}
		if t.sort != sortAmount && t.sort != sortDate {
			return nil
		}
		m.score *= 0.8 // words between label and value
	}
	if t.sort == sortText && !m.colon && m.score < 0.8 {
		return nil // a common word: "Name" may be anything
	}
	var found []candidate
	right, rightScore := s.right(t, m)
	if right != nil {
		v, _ := s.accept(t, right.text, false)
		found = append(found, candidate{v, m.score * rightScore, right.evidence()})
	}
	if below, score := s.below(t, m); below != nil {
		v, _ := s.accept(t, below.text, false)
		found = append(found, candidate{v, m.score * score, below.evidence()})
	}
	return found
}

// right finds the value in the label's row.
func (s *search) right(t target, m match) (*span, float64) {
	l := &s.spans[m.span]
	var row []*span
	for _, o := range s.pages[l.page] {
		overlap := min(o.box[3], l.box[3]) - max(o.box[1], l.box[1])
		if o != l && o.box[0] >= l.box[2]-l.height()/3 && 2*overlap >= min(o.height(), l.height()) && o.box != l.box {
			row = append(row, o)
		}
	}
	slices.SortStableFunc(row, func(a, b *span) int { return a.box[0] - b.box[0] })
	var found *span
	for i, o := range row {
		if i > 0 && found == nil && t.sort == sortText {
			break
		}
		_, fits := s.accept(t, o.text, false)
		if !fits || s.isLabel(o) {
			if found != nil || s.isLabel(o) {
				break
			}
			continue
		}
		if found == nil || t.concept != nil && t.concept.name == "total" {
			found = o
		}
	}
	if found == nil {
		return nil, 0
	}
	score := 0.92
	if t.sort == sortText && !m.colon {
		score = 0.88
		if len(row) > 1 || found.box[0]-l.box[2] > 20*l.height() {
			score = 0.75 // a row of headings, rather
		}
	}
	return found, score
}

// below finds the value under the label.
func (s *search) below(t target, m match) (*span, float64) {
	l := &s.spans[m.span]
	reach := 3 * l.height() / 2
	if t.sort == sortAmount || t.sort == sortDate {
		reach = 3 * l.height()
	}
	var found *span
	for _, o := range s.pages[l.page] {
		aligned := min(o.box[2], l.box[2])-max(o.box[0], l.box[0]) > 0 || abs(o.box[0]-l.box[0]) < l.height()
		gap := o.box[1] - l.box[3]
		if o == l || !aligned || isNote(o.text) || gap < -l.height()/2 || gap > reach || o.box[1] <= l.box[1] || o.box == l.box {
			continue
		}
		if found == nil || o.box[1] < found.box[1] || o.box[1] == found.box[1] && o.box[0] < found.box[0] {
			found = o
		}
	}
	if found == nil || s.isLabel(found) {
		return nil, 0
	}
	if _, fits := s.accept(t, found.text, false); !fits {
		return nil, 0
	}
	return found, 0.86
}

// isLabel reports whether a line announces a value itself.
func (s *search) isLabel(o *span) bool {
	if strings.HasSuffix(o.text, ":") {
		return true
	}
	if len(o.words) > 3*maxLabelWords {
		return false
	}
	for i := range o.words {
		if i == 0 || startsPart(o.text[:o.words[i].start]) {
			key := ""
			for j := i; j < min(i+maxLabelWords, len(o.words)); j++ {
				key += o.words[j].key
				_, common := lexicon[key]
				ends := j == len(o.words)-1 || strings.ContainsAny(o.text[o.words[j].end:o.words[j+1].start], "/|(:")
				if (common || s.known[key]) && ends {
					return true
				}
			}
		}
	}
	return false
}

// isNote reports whether a line is a remark in brackets, which is no value.
func isNote(s string) bool { return strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") }

func abs(n int) int { return max(n, -n) }

// maxValue bounds a value found without a model, in bytes.
const maxValue = 200

var (
	identifier = lazily(`(?:\b[A-Z]{1,4}[ \-])?[A-Za-z0-9\-/._]*\d[A-Za-z0-9\-/._]*(?: \d[A-Za-z0-9]+)*`)
	bicCode    = lazily(`\b[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?\b`)
	percent    = lazily(`\d{1,2}(?:[.,]\d{1,3})? ?%`)
	postcode   = lazily(`\b\d{4,5}\b`)
)

// accept makes the field's value of a text, if it looks like one. inline says that
// the text stands behind its label, where other words may follow.
func (s *search) accept(t target, text string, inline bool) (any, bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxValue || !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return nil, false
	}
	printed, ok := s.looksLike(t, text, inline)
	if !ok {
		return nil, false
	}
	v, fault := convert(t.field, printed, s.habits)
	return v, fault == "" && v != nil
}

func (s *search) looksLike(t target, text string, inline bool) (string, bool) {
	if t.field.kind == number || t.field.kind == integer {
		if t.sort == sortPercent {
			p := percent().FindString(text)
			return p, p != ""
		}
		return text, t.sort != sortAmount || !strings.Contains(text, "%") // conversion decides
	}
	switch t.sort {
	case sortAmount:
		_, ok := parseNumber(text, s.habits.marks)
		return text, ok && !strings.Contains(text, "%")
	case sortDate:
		d, ok := findDate(text, s.habits.order)
		if !ok || !inline && 2*len(d.text) < len(text) || inline && !leadsTo(text, d.text) {
			return "", false
		}
		if d.iso == "" {
			return d.text, true
		}
		return d.iso, true
	case sortID:
		return findIdentifier(text, inline)
	case sortIBAN:
		return findIBAN(text)
	case sortBIC:
		code := bicCode().FindString(text)
		return code, code != ""
	case sortVAT:
		return findVAT(text)
	case sortCurrency:
		return currencyCode(text)
	case sortPercent:
		p := percent().FindString(text)
		return p, p != ""
	case sortZIP:
		zip := postcode().FindString(text)
		return zip, zip != ""
	}
	return strings.TrimRight(text, " ,;"), true
}

// leadsTo reports whether nothing stands before a date in a text but a short word
// or a day of the week: "date: Monday, 3 May 2021", not "date limite : 3 mai 2021".
func leadsTo(text, date string) bool {
	before, _, _ := strings.Cut(text, date)
	words := wordsOf(before)
	return len(words) == 0 || len(words) == 1 && (len(words[0].key) <= 3 || strings.Contains(before, ","))
}

func findIdentifier(text string, inline bool) (string, bool) {
	id := identifier().FindString(text)
	if id == "" || !inline && 2*len(id) < len(text) {
		return "", false
	}
	if d, ok := findDate(text, unknownOrder); ok && strings.Contains(d.text, id) {
		return "", false
	}
	return strings.TrimRight(id, "-/._"), true
}
