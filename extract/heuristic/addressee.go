package heuristic

import (
	"cmp"
	"slices"

	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

// addresseeScore is for the name above the address that a letter is sent to.
const addresseeScore = 0.5

// salutation stands above or before the name of an addressee.
var salutation = lazyregexp.New(`(?i)^(?:firma|herrn?|frau|familie|an(?: die| den)?|to|mr|mrs|ms|monsieur|madame|se[ñn]ora?|sig(?:nora?)?|spett\.? ?le|spettabile|aan|t\.a\.v\.?)[.:]?$`)

// addressee finds the name above the only address in the upper half of the first page that is not the
// sender's.
func (s *search) addressee() *pagetext.Line {
	page := slices.Clone(s.pages[s.lines[0].Page])
	slices.SortStableFunc(page, func(a, b *pagetext.Line) int { return cmp.Compare(a.Box[1], b.Box[1]) })
	bottom := 0
	for _, l := range page {
		bottom = max(bottom, l.Box[3])
	}
	var found *pagetext.Line
	for _, town := range page {
		if 2*town.Box[1] > bottom || !printed.IsTown(town.Text) {
			continue
		}
		name := s.nameAbove(page, town)
		if name == nil || s.isSender(name, town) {
			continue
		}
		if found != nil && printed.Letters(found.Text) != printed.Letters(name.Text) {
			return nil
		}
		found = name
	}
	return found
}

// nameAbove returns the name that an address begins with, given the line with its town.
func (s *search) nameAbove(page []*pagetext.Line, town *pagetext.Line) *pagetext.Line {
	var block []*pagetext.Line // upwards
	last := town
	for range addressLines {
		var next *pagetext.Line
		for _, o := range page {
			gap := last.Box[1] - o.Box[3]
			if o.Box[1] < last.Box[1] && gap > -last.Height()/2 && gap < 4*last.Height()/5 && abs(o.Box[0]-town.Box[0]) < 2*town.Height() && (next == nil || o.Box[1] > next.Box[1]) {
				next = o
			}
		}
		if next == nil || s.isLabel(next) || salutation().MatchString(next.Text) {
			break
		}
		block, last = append(block, next), next
	}
	if len(block) < 2 || !isName(last) { // at least a street stands between
		return nil
	}
	return last
}

// isSender reports whether an address is the sender's: it begins with the sender's name, or a telephone
// number, a web address or the like stands with it.
func (s *search) isSender(name, town *pagetext.Line) bool {
	for _, sender := range s.names() {
		if sender == name || printed.Letters(sender.Text) == name.Key {
			return true
		}
	}
	for _, l := range s.pages[name.Page] {
		between := l.Box[1] >= name.Box[1] && l.Box[1] < town.Box[3]+3*town.Height() && abs(l.Box[0]-name.Box[0]) < 2*town.Height()
		if between && (contact().MatchString(l.Text) || telephone().MatchString(l.Text) || registration().MatchString(l.Text) || isIdentity(l.Text)) {
			return true
		}
	}
	return false
}
