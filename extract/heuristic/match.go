package heuristic

import (
	"cmp"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
)

// match is a label found in a line.
type match struct {
	line  int // in search.lines
	from  int // word in the line
	words int
	score float64 // set for a target
	rest  string  // of the line, after the label
	colon bool    // a colon after the label says that a value follows
	bare  bool    // the label has no value after it
	inner bool    // other text stands before it, and no colon after it
	late  bool    // other text stands before it, and a colon after it
	below int     // the line in which the label continues; -1 without
}

const (
	maxLabelWords = 7   // of one label
	maxLineWords  = 200 // of a line, in which labels are looked for
	maxMatches    = 100 // looked at for one field
)

func newMatch(line, from, words int, rest string, colon bool) match {
	rest = strings.TrimSpace(strings.TrimLeft(rest, ". :=#*–—"))
	rest = rest[:min(len(rest), 2*maxValue)] // more is no value
	if before, _, cut := strings.Cut(rest, "|"); cut {
		rest = strings.TrimSpace(before)
	}
	bare := rest == "" || rest[0] == '/' || rest[0] == '(' || percent().FindString(rest) == rest
	return match{line: line, from: from, words: words, rest: rest, colon: colon, bare: bare, below: -1}
}

// label returns the line of a label, with the box of the one below if it continues there.
func (s *search) label(m match) pagetext.Line {
	l := s.lines[m.line]
	if m.below >= 0 {
		l.Box = document.BoxOf(l.Box.Rect().Union(s.lines[m.below].Box.Rect()))
	}
	return l
}

// matches returns where the labels stand, in reading order, the longest one at each place.
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

// partOfLonger reports whether a label is only part of a longer one: "total" in "sub total" and in
// "total savings".
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
