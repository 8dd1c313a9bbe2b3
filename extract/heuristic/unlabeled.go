package heuristic

import (
	"strings"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
	"ocr-gateway/internal/lazyregexp"
)

// unlabeled finds values by their form or place alone. labeled says that a value with a label was
// found.
func (s *search) unlabeled(t labels.Target, labeled bool) []candidate {
	switch t.Form {
	case labels.IBAN, labels.VAT, labels.Email, labels.Website:
		if !labeled {
			return s.only(t, 0.7)
		}
	case labels.Date:
		if t.Is("invoicedate") {
			if found := s.besideNumber(t); len(found) > 0 || labeled {
				return found
			}
			if found := s.ofLetter(t); len(found) > 0 {
				return found
			}
			return s.only(t, 0.5)
		}
	case labels.Currency:
		if code, at := s.prices(); at != nil {
			return s.one(t, code, at, 0.8)
		}
	case labels.Phone:
		if !labeled {
			return s.byInitial(t)
		}
	case labels.Text:
		switch {
		case labeled:
		case t.Is("recipient"):
			if l := s.addressee(); l != nil {
				return s.one(t, l.Text, l, addresseeScore)
			}
		case t.Is("paymentmethod"):
			return s.paidBy(t)
		}
	case labels.Party:
		if b := s.issuer(); b != nil {
			return s.one(t, b.name, b.at, b.score)
		}
		if h := s.head(); h != nil {
			return s.one(t, h.name, h.at, headScore)
		}
	case labels.Address:
		return s.address(t)
	case labels.Street, labels.ZIP, labels.City:
		if b := s.issuer(); b != nil && t.Side != labels.Recipient {
			if text, at := b.address(t.Form); at != nil && text != "" {
				return s.one(t, text, at, 0.6)
			}
		}
	}
	return nil
}

// initialed is a number on a business card: "T +44 1632 960120".
var initialed = lazyregexp.New(`^([TPMCF])[.:]? ?(\+?[\d(][\d ()/.\-]{4,20}\d)$`)

// byInitial finds a number after the initial of its kind.
func (s *search) byInitial(t labels.Target) []candidate {
	initials := map[string]string{"phone": "TP", "mobile": "MC", "fax": "F"}[t.Concept.Name]
	for i := range s.lines {
		if m := initialed().FindStringSubmatch(s.lines[i].Text); m != nil && strings.Contains(initials, m[1]) {
			return s.one(t, m[2], &s.lines[i], initialScore)
		}
	}
	return nil
}

const initialScore = 0.7

// headScore is for values known only by their place at the top of a page.
const headScore = 0.5

// address returns the address under the name of the document's sender.
func (s *search) address(t labels.Target) []candidate {
	if t.Side == labels.Recipient {
		return nil
	}
	for _, name := range s.names() {
		lines := s.addressBelow(name)
		if len(lines) == 0 {
			continue
		}
		texts := make([]string, len(lines))
		for i, l := range lines {
			texts[i] = strings.TrimSpace(l.Text)
		}
		return s.one(t, strings.Join(texts, " "), lines[0], headScore)
	}
	return nil
}

// names returns the lines with the name of the document's sender.
func (s *search) names() []*pagetext.Line {
	var names []*pagetext.Line
	if b := s.issuer(); b != nil {
		names = append(names, b.at)
	}
	if h := s.head(); h != nil {
		names = append(names, h.at)
	}
	return names
}

// besideNumber returns the date in a line with the number of an invoice: "Facture n° 12 du 2 juillet
// 2015".
func (s *search) besideNumber(t labels.Target) []candidate {
	var found []candidate
	for _, m := range s.matches(labels.OfConcept("invoicenumber")) {
		if d, ok := printed.FindDate(m.rest, s.locale.Days); ok && d.ISO != "" {
			found = append(found, s.one(t, d.ISO, &s.lines[m.line], 0.8)...)
		}
	}
	return found
}

// placed is the place before the date of a letter: "Roncadelle, ", "Bonn, den ".
var placed = lazyregexp.New(`^\p{Lu}[\p{L} .'’()\-]{1,40}, ?(?:den |le |li |a |the )?$`)

// ofLetter returns the date after the place that a letter comes from.
func (s *search) ofLetter(t labels.Target) []candidate {
	for i := range s.lines {
		text := strings.TrimSpace(s.lines[i].Text)
		d, ok := printed.FindDate(text, s.locale.Days)
		if !ok || d.ISO == "" {
			continue
		}
		if before, ends := strings.CutSuffix(text, d.Text); ends && placed().MatchString(before) {
			return s.one(t, d.ISO, &s.lines[i], 0.6)
		}
	}
	return nil
}

// one returns a candidate with the whole text as its value.
func (s *search) one(t labels.Target, text string, at *pagetext.Line, score float64) []candidate {
	v, mismatch := values.Convert(t.Field, text, s.locale)
	if v == nil || mismatch != "" {
		return nil
	}
	return []candidate{{v, score, at.Evidence()}}
}

// plainText is a field that takes everything.
var plainText = &schema.Field{Kind: schema.Text}

// occurrence is a text and the line with it.
type occurrence struct {
	text  string
	at    *pagetext.Line // nil when there is none, or more than one
	timed bool           // a time stands beside it
}

// only returns the value that is the only one of its form in the document.
func (s *search) only(t labels.Target, score float64) []candidate {
	p, known := s.unique[t.Form]
	if !known {
		p = s.onlyOne(t)
		s.unique[t.Form] = p
	}
	if p.at == nil {
		return nil
	}
	return s.one(t, p.text, p.at, score)
}

func (s *search) onlyOne(t labels.Target) *occurrence {
	p := &occurrence{}
	for i := range s.lines {
		text, ok := s.looksLike(labels.Target{Field: plainText, Form: t.Form}, s.lines[i].Text, t.Form != labels.Date)
		timed := clock().MatchString(s.lines[i].Text) // as a till prints it: preferred to other dates
		switch {
		case !ok, p.at != nil && p.timed && !timed:
		case p.at == nil, timed && !p.timed:
			*p = occurrence{text, &s.lines[i], timed}
		case printed.Letters(p.text) != printed.Letters(text):
			return &occurrence{}
		}
	}
	return p
}
