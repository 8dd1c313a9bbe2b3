package heuristic

import (
	"cmp"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

// match is a label found in a line.
type match struct {
	line  int // in search.lines
	from  int // word in the line
	words int
	score float64 // set for a target
	rest  string  // of the line, behind the label
	colon bool    // the label says itself that a value follows
	bare  bool    // nothing but the label stands there
	inner bool    // other text stands before it
	late  bool    // so it does, but a colon behind it
	below int     // the line that the label goes on with, -1 where it does not
}

const (
	maxLabelWords = 7   // of one label
	maxLineWords  = 200 // of a line that labels are looked for in
	maxMatches    = 100 // looked at for one field
)

// announces reports whether a text, given by its letters, is a label.
func (s *search) announces(key string) bool { return len(labels.Lookup(key)) > 0 || s.known[key] }

// index finds what may be a label: at the beginnings of a line's parts, and
// anywhere before a colon.
func (s *search) index() {
	for n := range s.lines {
		sp := &s.lines[n]
		s.indexWrapped(n)
		for i := range sp.Words[:min(len(sp.Words), maxLineWords)] {
			if i == 0 && s.excluded(sp) {
				continue
			}
			before := sp.Text[:sp.Words[i].Start]
			starts := i == 0 || s.startsLabel(before)
			key, short := "", "" // short is without the words that names of fields leave out
			for j := i; j < min(i+maxLabelWords, len(sp.Words)); j++ {
				key += sp.Words[j].Key
				if !labels.IsFiller(sp.Words[j].Key) {
					short += sp.Words[j].Key
				}
				whole, shortened := s.announces(key), short != key && s.known[short]
				if !whole && !shortened {
					continue
				}
				rest := sp.Text[sp.Words[j].End:]
				colon := strings.HasPrefix(strings.TrimLeft(rest, ". "), ":")
				inner := !starts && !colon
				if inner && (j == i || !leadingDigit().MatchString(rest)) {
					continue
				}
				m := newMatch(n, i, j-i+1, rest, colon)
				m.inner, m.late = inner, !starts && colon
				m.bare = m.bare || s.namesMore(rest) || s.known[short] && numbered().MatchString(before) && goesOn().MatchString(rest)
				if starts && unmarked().MatchString(before) && !m.bare {
					continue // a street, or so many of something
				}
				if whole {
					s.labels[key] = append(s.labels[key], m)
				}
				if shortened {
					s.labels[short] = append(s.labels[short], m)
				}
			}
		}
	}
}

// indexWrapped finds the label that line n and one right below it are together, in a narrow
// column.
func (s *search) indexWrapped(n int) {
	const (
		few   = 3 // words in each line, at most
		reach = 4 // lines in reading order, among which the second one is
	)
	first := &s.lines[n]
	if len(first.Words) == 0 || len(first.Words) > few || strings.HasSuffix(first.Text, ":") {
		return
	}
	for k := n + 1; k <= min(n+reach, len(s.lines)-1); k++ {
		second := &s.lines[k]
		gap := second.Box[1] - first.Box[3]
		if second.Page != first.Page || len(second.Words) == 0 || len(second.Words) > few ||
			abs(second.Box[0]-first.Box[0]) > first.Height()/2 || gap < -first.Height()/2 || gap > first.Height()/2 || second.Box[1] <= first.Box[1] {
			continue
		}
		key := first.Key + second.Key
		if s.announces(key) {
			m := newMatch(n, 0, len(first.Words), "", strings.HasSuffix(second.Text, ":"))
			m.below = k
			s.labels[key] = append(s.labels[key], m)
		}
		return
	}
}

// label is where a label stands, with the line that it goes on with.
func (s *search) label(m match) pagetext.Line {
	l := s.lines[m.line]
	if m.below >= 0 {
		l.Box = document.BoxOf(l.Box.Rect().Union(s.lines[m.below].Box.Rect()))
	}
	return l
}

func newMatch(line, from, words int, rest string, colon bool) match {
	rest = strings.TrimSpace(strings.TrimLeft(rest, ". :=#*–—"))
	rest = rest[:min(len(rest), 2*maxValue)] // more is no value
	if before, _, cut := strings.Cut(rest, "|"); cut {
		rest = strings.TrimSpace(before)
	}
	bare := rest == "" || rest[0] == '/' || rest[0] == '(' || percent().FindString(rest) == rest
	return match{line: line, from: from, words: words, rest: rest, colon: colon, bare: bare, below: -1}
}

// matches returns where the labels stand, in reading order, at each place the longest.
func (s *search) matches(wanted map[string]float64) []match {
	var all []match
	for key, score := range wanted {
		for _, m := range s.labels[key] {
			m.score = score
			all = append(all, m)
		}
	}
	all = slices.DeleteFunc(all, s.partOfLonger)
	slices.SortFunc(all, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.from, b.from), cmp.Compare(b.words, a.words))
	})
	all = slices.CompactFunc(all, func(a, b match) bool { return a.line == b.line && a.from == b.from })
	return all[:min(len(all), maxMatches)]
}

// partOfLonger reports whether a label is only a part of a longer one that stands there:
// "total" in "sub total" and in "total savings".
func (s *search) partOfLonger(m match) bool {
	words := s.lines[m.line].Words
	for from := max(0, m.from+m.words-maxLabelWords); from <= m.from; from++ {
		key := ""
		for to := from; to < min(from+maxLabelWords, len(words)); to++ {
			key += words[to].Key
			if to >= m.from+m.words-1 && to-from+1 > m.words && len(labels.Lookup(key)) > 0 {
				return true
			}
		}
	}
	return false
}

var (
	// numbered is the number of a field of a form: "2. Date of birth", "12a Code".
	numbered = lazyregexp.New(`^\(?(?:(?:\d{1,2}|[a-z])[.)]\s*|\d{1,2}[a-z]?\s+|[a-z]\s+)`)
	// unmarked is such a number without a mark.
	unmarked = lazyregexp.New(`^(?:\d{1,2}[a-z]?|[a-z])\s+$`)
	// goesOn is the rest of a label in a form of which a field's name says the first words:
	// "3 Place of delivery of the goods".
	goesOn = lazyregexp.New(`^(?:,| (?:of|in|de|des|du|der|del|di|van|and|und|et)\b)[^\d:]{0,40}$`)
	// leadingDigit is a value that follows a label within a sentence.
	leadingDigit = lazyregexp.New(`^(?: [A-Z]{2,3}| ?\p{Sc})? ?\d`)
	// possessive stands before labels in letters to customers: "Your invoice number".
	possessive = lazyregexp.New(`(?i)^(?:your|ihre?|votre|vos|vostra|sua|su|uw)\s+$`)
	// taxed stands before the name of a tax: "zzgl. 19 % MwSt.".
	taxed = lazyregexp.New(`(?i)^\W*(?:zzgl|zuz[uü]glich|inkl|incl|enth|plus)?\.?\s*\d{1,2}(?:[.,]\d{1,2})?\s?%\s*$`)
)

// excluding ends a line of a head that says of the next one that it is not counted:
// "Price / without / VAT".
var excluding = lazyregexp.New(`(?i)\b(?:ohne|exkl|excl|excluding|exclusief|ex|without|before|hors|sans|sin|senza|zonder)\.?$`)

// excluded reports whether a line goes on with a line right above it that leaves out what it names.
func (s *search) excluded(l *pagetext.Line) bool {
	return slices.ContainsFunc(s.pages[l.Page], func(o *pagetext.Line) bool {
		gap := l.Box[1] - o.Box[3]
		overlap := min(l.Box[2], o.Box[2]) - max(l.Box[0], o.Box[0])
		return o != l && 2*gap < l.Height() && o.Box[1] < l.Box[1] && l.Box[1]-o.Box[1] < 2*l.Height() &&
			2*overlap > min(l.Box[2]-l.Box[0], o.Box[2]-o.Box[0]) && excluding().MatchString(o.Text)
	})
}

// startsLabel reports whether a label may begin behind what stands before it in its line:
// nothing, a part of the line that ended, the number of a field, or other labels.
func (s *search) startsLabel(before string) bool {
	before = numbered().ReplaceAllString(before, "")
	if startsPart(before) || taxed().MatchString(before) || possessive().MatchString(before) {
		return true
	}
	others, joined := strings.CutSuffix(strings.TrimRight(before, " "), ",")
	return joined && s.announces(printed.Letters(others))
}

// namesMore reports whether what stands behind a label is another one: "Name, first name".
func (s *search) namesMore(rest string) bool {
	others, joined := strings.CutPrefix(strings.TrimSpace(rest), ",")
	return joined && s.announces(printed.Letters(others))
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
