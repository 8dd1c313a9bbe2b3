package heuristic

import (
	"slices"
	"strings"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

// announces reports whether a text, given by its letters, is a label.
func (s *search) announces(key string) bool { return len(labels.Lookup(key)) > 0 || s.known[key] }

// index finds what may be a label: at the beginnings of a line's parts, and anywhere before a
// colon.
func (s *search) index() {
	for n := range s.lines {
		s.indexWrapped(n)
		l := &s.lines[n]
		for from := range l.Words[:min(len(l.Words), maxLineWords)] {
			if from > 0 || !s.excluded(l) {
				s.indexFrom(n, from)
			}
		}
	}
}

// indexFrom finds the labels that begin at word from of line n.
func (s *search) indexFrom(n, from int) {
	l := &s.lines[n]
	starts := from == 0 || s.startsLabel(l.Text[:l.Words[from].Start])
	whole, short := "", "" // short is without the words that names of fields leave out
	for to := from; to < min(from+maxLabelWords, len(l.Words)); to++ {
		key := l.Words[to].Key
		whole += key
		if !labels.IsFiller(key) {
			short += key
		}
		byWhole, byShort := s.announces(whole), short != whole && s.known[short]
		if !byWhole && !byShort {
			continue
		}
		m, ok := s.matchAt(n, from, to, starts, s.known[short])
		if ok && byWhole {
			s.labels[whole] = append(s.labels[whole], m)
		}
		if ok && byShort {
			s.labels[short] = append(s.labels[short], m)
		}
	}
}

// matchAt returns the match of a label from one word of line n to another, false if the text around
// it shows that it is none. starts says that a label may begin there, named that the schema has a
// field of that name.
func (s *search) matchAt(n, from, to int, starts, named bool) (m match, ok bool) {
	l := &s.lines[n]
	before, rest := l.Text[:l.Words[from].Start], l.Text[l.Words[to].End:]
	colon := strings.HasPrefix(strings.TrimLeft(rest, ". "), ":")
	if !starts && !colon && (to == from || !leadingDigit().MatchString(rest)) {
		return match{}, false // words of a sentence
	}
	m = newMatch(n, from, to-from+1, rest, colon)
	m.inner, m.late = !starts && !colon, !starts && colon
	m.bare = m.bare || s.namesMore(rest) || named && numbered().MatchString(before) && goesOn().MatchString(rest)
	if starts && !m.bare && unmarked().MatchString(before) {
		return match{}, false // a street, or so many of something
	}
	return m, true
}

// indexWrapped finds the label that line n and one right below it form together, in a narrow
// column.
func (s *search) indexWrapped(n int) {
	const (
		few   = 3 // words in each line, at most
		reach = 4 // lines in reading order, within which the second one comes
	)
	first := &s.lines[n]
	if len(first.Words) == 0 || len(first.Words) > few || strings.HasSuffix(first.Text, ":") {
		return
	}
	for k := n + 1; k <= min(n+reach, len(s.lines)-1); k++ {
		second := &s.lines[k]
		if len(second.Words) == 0 || len(second.Words) > few || !isRightBelow(first, second) {
			continue
		}
		if key := first.Key + second.Key; s.announces(key) {
			m := newMatch(n, 0, len(first.Words), "", strings.HasSuffix(second.Text, ":"))
			m.below = k
			s.labels[key] = append(s.labels[key], m)
		}
		return
	}
}

// isRightBelow reports whether a line begins right below another one.
func isRightBelow(above, l *pagetext.Line) bool {
	gap, near := l.Box[1]-above.Box[3], above.Height()/2
	return l.Page == above.Page && abs(l.Box[0]-above.Box[0]) <= near && gap >= -near && gap <= near && l.Box[1] > above.Box[1]
}

var (
	// numbered is the number of a field of a form: "2. Date of birth", "12a Code".
	numbered = lazyregexp.New(`^\(?(?:(?:\d{1,2}|[a-z])[.)]\s*|\d{1,2}[a-z]?\s+|[a-z]\s+)`)
	// unmarked is such a number without a mark.
	unmarked = lazyregexp.New(`^(?:\d{1,2}[a-z]?|[a-z])\s+$`)
	// goesOn is the rest of a form's label, if a field's name is its first words: "3 Place of delivery
	// of the goods".
	goesOn = lazyregexp.New(`^(?:,| (?:of|in|de|des|du|der|del|di|van|and|und|et)\b)[^\d:]{0,40}$`)
	// leadingDigit begins a value that follows a label within a sentence.
	leadingDigit = lazyregexp.New(`^(?: [A-Z]{2,3}| ?\p{Sc})? ?\d`)
	// possessive stands before labels in letters to customers: "Your invoice number".
	possessive = lazyregexp.New(`(?i)^(?:your|ihre?|votre|vos|vostra|sua|su|uw)\s+$`)
	// taxed stands before the name of a tax: "zzgl. 19 % MwSt.".
	taxed = lazyregexp.New(`(?i)^\W*(?:zzgl|zuz[uü]glich|inkl|incl|enth|plus)?\.?\s*\d{1,2}(?:[.,]\d{1,2})?\s?%\s*$`)
)

// excluding ends a line of a heading that leaves out what the next line names: "Price / without / VAT".
var excluding = lazyregexp.New(`(?i)\b(?:ohne|exkl|excl|excluding|exclusief|ex|without|before|hors|sans|sin|senza|zonder)\.?$`)

// excluded reports whether a line continues one right above it that leaves out what it names.
func (s *search) excluded(l *pagetext.Line) bool {
	return slices.ContainsFunc(s.pages[l.Page], func(o *pagetext.Line) bool {
		gap := l.Box[1] - o.Box[3]
		overlap := min(l.Box[2], o.Box[2]) - max(l.Box[0], o.Box[0])
		return o != l && 2*gap < l.Height() && o.Box[1] < l.Box[1] && l.Box[1]-o.Box[1] < 2*l.Height() &&
			2*overlap > min(l.Box[2]-l.Box[0], o.Box[2]-o.Box[0]) && excluding().MatchString(o.Text)
	})
}

// startsLabel reports whether a label may begin after the text before it in its line: none, a
// finished part of the line, the number of a field, or other labels.
func (s *search) startsLabel(before string) bool {
	before = numbered().ReplaceAllString(before, "")
	if startsPart(before) || taxed().MatchString(before) || possessive().MatchString(before) {
		return true
	}
	others, joined := strings.CutSuffix(strings.TrimRight(before, " "), ",")
	return joined && s.announces(printed.Letters(others))
}

// namesMore reports whether another label follows a label: "Name, first name".
func (s *search) namesMore(rest string) bool {
	others, joined := strings.CutPrefix(strings.TrimSpace(rest), ",")
	return joined && s.announces(printed.Letters(others))
}

// startsPart reports whether the text before a word ends a part of the line.
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
