package extract

import (
	"strings"

	"ocr-gateway/document"
)

// inZone takes a value from a machine-readable zone, whose check digits vouch for it.
func (s *search) inZone(t target) []candidate {
	if t.concept == nil || t.side != noSide {
		return nil
	}
	var all []candidate
	for page, z := range s.zones {
		printed := map[string]string{
			"doctype": z.kind, "country": z.country, "surname": z.surname, "givennames": z.givenNames,
			"documentnumber": z.number, "nationality": z.nationality, "birthdate": z.birth, "sex": z.sex, "expirydate": z.expiry,
			"personalnumber": z.personal, "fullname": strings.TrimSpace(z.givenNames + " " + z.surname),
		}[t.concept.name]
		v, fault := convert(t.field, printed, s.habits)
		if v == nil || fault != "" {
			continue
		}
		at := z.from[0].evidence()
		box := at.BBox.Rect()
		for _, line := range z.from[1:] {
			box, at.Text = box.Union(line.box.Rect()), at.Text+"\n"+line.text
		}
		at.BBox, at.Page = document.BoxOf(box), page
		all = append(all, candidate{v, 1.1, at})
	}
	return all
}

// unlabeled finds what can be told by its form or place alone.
func (s *search) unlabeled(t target, labeled bool) []candidate {
	switch t.sort {
	case sortIBAN, sortVAT:
		if !labeled {
			return s.only(t, 0.7)
		}
	case sortDate:
		if t.concept.name == "invoicedate" {
			if found := s.besideNumber(t); len(found) > 0 || labeled {
				return found
			}
			return s.only(t, 0.5)
		}
	case sortCurrency:
		if code, at := s.prices(); at != nil {
			return s.one(t, code, at, 0.8)
		}
	case sortParty:
		if b := s.issuer(); b != nil {
			return s.one(t, b.name, b.at, b.score)
		}
	case sortStreet, sortZIP, sortCity:
		if b := s.issuer(); b != nil && t.side != recipient {
			if text, at := b.address(t.sort); at != nil && text != "" {
				return s.one(t, text, at, 0.6)
			}
		}
	}
	return nil
}

// besideNumber finds the date that stands in a line with the number of an
// invoice: "Facture n° 12 du 2 juillet 2015".
func (s *search) besideNumber(t target) []candidate {
	var found []candidate
	for _, m := range s.matches(invoiceLabels) {
		if d, ok := findDate(m.rest, s.habits.order); ok && d.iso != "" {
			found = append(found, s.one(t, d.iso, &s.spans[m.span], 0.8)...)
		}
	}
	return found
}

// one is a candidate with the text as it is.
func (s *search) one(t target, text string, at *span, score float64) []candidate {
	v, fault := convert(t.field, text, s.habits)
	if v == nil || fault != "" {
		return nil
	}
	return []candidate{{v, score, at.evidence()}}
}

// plainText is a field that takes everything.
var plainText = &field{kind: text}

// printed is a text and where it stands.
type printed struct {
	text string
	at   *span // nil when there is none, or more than one
}

// only takes a value that is the only one of its form in the document.
func (s *search) only(t target, score float64) []candidate {
	p, looked := s.unique[t.sort]
	if !looked {
		p = s.onlyOne(t)
		s.unique[t.sort] = p
	}
	if p.at == nil {
		return nil
	}
	return s.one(t, p.text, p.at, score)
}

func (s *search) onlyOne(t target) *printed {
	p := &printed{}
	for i := range s.spans {
		text, ok := s.looksLike(target{field: plainText, sort: t.sort}, s.spans[i].text, t.sort != sortDate)
		switch {
		case !ok:
		case p.at == nil:
			p.text, p.at = text, &s.spans[i]
		case letters(p.text) != letters(text):
			return &printed{}
		}
	}
	return p
}

// currency is what most prices are in. A sign that several currencies share is
// given as printed, unless the document spells it out.
func (s *search) currency() (string, *span) {
	counts, first := map[string]int{}, map[string]*span{}
	var dollars *span
	for i := range s.spans {
		sp := &s.spans[i]
		if dollars == nil && usDollar().MatchString(sp.text) {
			dollars = sp
		}
		for _, m := range priced().FindAllStringSubmatch(sp.text, 20) {
			mark := m[1] + m[2]
			code, ok := currencyCode(mark)
			if !ok {
				if strings.ToUpper(mark) == mark && len(mark) == 3 {
					continue // not a currency: NET 30
				}
				code = mark
			}
			if counts[code]++; first[code] == nil {
				first[code] = sp
			}
		}
		if code, ok := currencyCode(sp.text); ok && len(sp.words) <= 3 {
			if counts[code]++; first[code] == nil {
				first[code] = sp
			}
		}
	}
	best := ""
	for code, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && code < best {
			best = code
		}
	}
	switch {
	case best == "":
		return "", nil
	case best == "$" && dollars != nil:
		return "USD", dollars
	}
	return best, first[best]
}
