package heuristic

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/internal/lazyregexp"
)

// outsideScore is for text below the table with the label, if the table has a value for it as well.
const outsideScore = 0.7

// around looks for the value of a label: after it in its line, to the right of it, and below it.
func (s *search) around(t labels.Target, m match) []candidate {
	if !m.bare {
		score := 0.95
		if m.colon {
			score = 1
		}
		if t.Form == labels.Text && !t.Field.Kind.Numeric() && !m.colon {
			return nil // the beginning of a sentence
		}
		if m.inner || m.late {
			score = 0.8
		}
		if v, ok := s.accept(t, s.whole(t, &s.lines[m.line], m.rest), true); ok {
			return []candidate{{v, m.score * score, s.lines[m.line].Evidence()}}
		}
		if m.inner {
			return nil
		}
		if t.Form != labels.Amount && t.Form != labels.Date {
			return nil
		}
		m.score *= 0.8 // words between label and value
	}
	if t.Form == labels.Text && !m.colon && m.score < 0.8 {
		return nil // a common word: "Name" may be anything
	}
	var found []candidate
	right, rightScore := s.right(t, m)
	if right != nil {
		v, _ := s.accept(t, s.whole(t, right, right.Text), false)
		found = append(found, candidate{v, m.score * rightScore, right.Evidence()})
	}
	if below, score := s.below(t, m); below != nil {
		v, _ := s.accept(t, below.Text, false)
		if right != nil && right.Region == s.lines[m.line].Region && below.Region != right.Region {
			score = outsideScore
		}
		found = append(found, candidate{v, m.score * score, below.Evidence()})
	}
	if len(found) == 0 && t.Is("total") {
		if next := s.nextRow(t, m); next != nil {
			v, _ := s.accept(t, next.Text, false)
			found = append(found, candidate{v, m.score * 0.8, next.Evidence()})
		}
	}
	return found
}

var (
	// inForm is the label of a form's field that says what to enter: "16 Carrier (name, address)".
	inForm = lazyregexp.New(`^\d{1,2}[a-z]?[.)]? \p{Lu}[^\d:]*\([^\d()]*\)$`)
	// leadsOn ends a text that continues in the next line: "45 days from receipt of", "P. van der".
	leadsOn = lazyregexp.New(`\s\p{Ll}{1,4}$`)
	// webAddress may begin with a lower-case letter without continuing a text.
	webAddress = lazyregexp.New(`@|^www\.|^https?:|^[\w\-]+\.[a-z]{2,}`)
)

// whole returns a text in line l, with the line below if it continues there.
func (s *search) whole(t labels.Target, l *pagetext.Line, text string) string {
	if t.Form != labels.Text && t.Form != labels.Party || t.Field.Kind.Numeric() || text == "" {
		return text
	}
	for _, o := range s.pages[l.Page] {
		if !isRightBelow(l, o) {
			continue
		}
		first, _ := utf8.DecodeRuneInString(o.Text)
		if (unicode.IsLower(first) || leadsOn().MatchString(text)) && !strings.Contains(o.Text, ":") && !webAddress().MatchString(o.Text) && !s.isLabel(o) {
			return text + " " + o.Text
		}
		return text
	}
	return text
}

// nextRow finds the amount that stands alone in the row under a total's label.
func (s *search) nextRow(t labels.Target, m match) *pagetext.Line {
	l := &s.lines[m.line]
	var next *pagetext.Line
	for _, o := range s.pages[l.Page] {
		gap := o.Box[1] - l.Box[3]
		if o == l || gap < -l.Height()/2 || gap > 3*l.Height()/2 || o.Box[1] <= l.Box[1] || o.Box == l.Box {
			continue
		}
		if next != nil { // not alone
			return nil
		}
		next = o
	}
	if next == nil {
		return nil
	}
	if _, fits := s.accept(t, next.Text, false); !fits {
		return nil
	}
	return next
}

// right finds the value in the label's row.
func (s *search) right(t labels.Target, m match) (*pagetext.Line, float64) {
	label := s.label(m)
	l := &label
	var row []*pagetext.Line
	for _, o := range s.pages[l.Page] {
		if o != &s.lines[m.line] && o.Box[0] >= l.Box[2]-l.Height()/3 && isLevel(o, l) && o.Box != l.Box {
			row = append(row, o)
		}
	}
	slices.SortStableFunc(row, func(a, b *pagetext.Line) int { return a.Box[0] - b.Box[0] })
	var found *pagetext.Line
	for i, o := range row {
		if i > 0 && found == nil && t.Form == labels.Text {
			break
		}
		_, fits := s.accept(t, o.Text, false)
		if !fits || s.isLabel(o) {
			if found != nil || s.isLabel(o) {
				break
			}
			continue
		}
		if found == nil || t.Is("total") {
			found = o
		}
	}
	if found == nil {
		return nil, 0
	}
	score := 0.92
	if t.Form == labels.Text && !m.colon {
		score = 0.88
		if len(row) > 1 || s.unpaired(l, len(row)) || found.Box[0]-l.Box[2] > 20*l.Height() {
			score = 0.75 // more likely a row of headings
		}
	}
	return found, score
}

// isLevel reports whether two lines share at least half the height of the lower one.
func isLevel(a, b *pagetext.Line) bool {
	return 2*(min(a.Box[3], b.Box[3])-max(a.Box[1], b.Box[1])) >= min(a.Height(), b.Height())
}

// unpaired reports whether a line is in a row of an odd number of pieces, of which so many are to its
// right: labels with their values would make an even number.
func (s *search) unpaired(l *pagetext.Line, right int) bool {
	pieces := 1 + right
	for _, o := range s.pages[l.Page] {
		if o.Box[2] <= l.Box[0]+l.Height()/3 && isLevel(o, l) {
			pieces++
		}
	}
	return pieces > 1 && pieces%2 == 1
}

// below finds the value under the label.
func (s *search) below(t labels.Target, m match) (*pagetext.Line, float64) {
	label := s.label(m)
	l := &label
	height := s.lines[m.line].Height()
	reach := 3 * height / 2
	if t.Form == labels.Amount || t.Form == labels.Date {
		reach = 3 * height
	}
	var found *pagetext.Line
	for _, o := range s.pages[l.Page] {
		aligned := min(o.Box[2], l.Box[2])-max(o.Box[0], l.Box[0]) > 0 || abs(o.Box[0]-l.Box[0]) < l.Height()
		gap := o.Box[1] - l.Box[3]
		if o == &s.lines[m.line] || !aligned || isNote(o.Text) || gap < -l.Height()/2 || gap > reach || o.Box[1] <= l.Box[1] || o.Box == l.Box {
			continue
		}
		if found == nil || o.Box[1] < found.Box[1] || o.Box[1] == found.Box[1] && o.Box[0] < found.Box[0] {
			found = o
		}
	}
	if found == nil || s.isLabel(found) {
		return nil, 0
	}
	if _, fits := s.accept(t, found.Text, false); !fits {
		return nil, 0
	}
	return found, 0.86
}

// isLabel reports whether a line is the label of another value.
func (s *search) isLabel(o *pagetext.Line) bool {
	if strings.HasSuffix(o.Text, ":") || inForm().MatchString(o.Text) {
		return true
	}
	if len(o.Words) > 3*maxLabelWords {
		return false
	}
	for i := range o.Words {
		if (i == 0 || s.startsLabel(o.Text[:o.Words[i].Start])) && s.isPart(o, i) {
			return true
		}
	}
	return false
}

// isPart reports whether a label begins at word i of a line and ends where a part of the line does, or
// before another label.
func (s *search) isPart(o *pagetext.Line, i int) bool {
	key := ""
	for j := i; j < min(i+maxLabelWords, len(o.Words)); j++ {
		key += o.Words[j].Key
		if !s.announces(key) {
			continue
		}
		if j == len(o.Words)-1 || strings.ContainsAny(o.Text[o.Words[j].End:o.Words[j+1].Start], "/|(:") || s.namesMore(o.Text[o.Words[j].End:]) {
			return true
		}
	}
	return false
}

// isNote reports whether a line is a remark in parentheses, which is not a value.
func isNote(s string) bool { return strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") }

func abs(n int) int { return max(n, -n) }
