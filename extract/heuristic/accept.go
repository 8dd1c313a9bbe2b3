package heuristic

import (
	"strings"
	"unicode"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/values"
	"ocr-gateway/internal/lazyregexp"
)

// maxValue is the longest value found without a model, in bytes.
const maxValue = 200

var (
	identifier  = lazyregexp.New(`(?:\b[A-Z]{1,4}[ \-])?[A-Za-z0-9\-/._]*\d[A-Za-z0-9\-/._]*(?: \d[A-Za-z0-9]+)*`)
	bicCode     = lazyregexp.New(`\b[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?\b`)
	percent     = lazyregexp.New(`\d{1,2}(?:[.,]\d{1,3})? ?%`)
	nationalVAT = lazyregexp.New(`^(?:[A-Z]-? ?\d{7,8}[A-Z]?|\d{8,12}[A-Z]?|\d{3} \d{4} \d{2}|\d{2,3} \d{3} \d{3}(?: \d{3})?)$`)
	email       = lazyregexp.New(`[\p{L}\d._%+\-]+@[\p{L}\d\-]+(?:\.[\p{L}\d\-]+)*\.\p{L}{2,}`)
	website     = lazyregexp.New(`(?i)(?:https?://|www\.)[^\s<>|,;]+`)
	phone       = lazyregexp.New(`\+?\(?\d[\d ()/.\-]{4,20}\d`)
)

// accept returns the field's value from a text that looks like one. inline says that the text follows its
// label in one line, where other words may follow.
func (s *search) accept(t labels.Target, text string, inline bool) (any, bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxValue || !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return nil, false
	}
	found, ok := s.looksLike(t, text, inline)
	if !ok && t.Form == labels.VAT {
		// After a label it may be without its country.
		found = nationalVAT().FindString(text)
		ok = found != ""
	}
	if !ok {
		return nil, false
	}
	v, mismatch := values.Convert(t.Field, found, s.locale)
	return v, mismatch == "" && v != nil
}

// looksLike returns the part of a text that has the form of the target's values.
func (s *search) looksLike(t labels.Target, text string, inline bool) (string, bool) {
	if t.Form == labels.Amount {
		text = s.bareAmount(text)
	}
	if t.Field.Kind.Numeric() {
		if t.Form == labels.Percent {
			p := percent().FindString(text)
			return p, p != ""
		}
		if m := measured().FindStringSubmatch(text); m != nil && (t.Form == labels.Measure || t.Form == labels.Text) {
			return m[1], true
		}
		return text, t.Form != labels.Amount || !strings.Contains(text, "%") // conversion decides
	}
	switch t.Form {
	case labels.Measure:
		return text, strings.ContainsFunc(text, unicode.IsDigit)
	case labels.Amount:
		_, ok := printed.ParseNumber(text, s.locale.Decimal)
		return text, ok && !strings.Contains(text, "%")
	case labels.Date:
		d, ok := printed.FindDate(text, s.locale.Days)
		if !ok || !inline && 2*len(d.Text) < len(strings.TrimSpace(clock().ReplaceAllString(text, ""))) || inline && !leadsTo(text, d.Text) {
			return "", false
		}
		if d.ISO == "" {
			return d.Text, true
		}
		return d.ISO, true
	case labels.ID:
		return findIdentifier(text, inline)
	case labels.IBAN:
		return printed.FindIBAN(text)
	case labels.BIC:
		code := bicCode().FindString(text)
		return code, code != ""
	case labels.VAT:
		return printed.FindVAT(text)
	case labels.Currency:
		return printed.Currency(text)
	case labels.Percent:
		p := percent().FindString(text)
		return p, p != ""
	case labels.Email:
		address := email().FindString(text)
		return address, address != ""
	case labels.Website:
		site := website().FindString(text)
		return strings.TrimRight(site, ".,;)"), site != ""
	case labels.Phone:
		number := phone().FindString(text)
		return strings.TrimSpace(number), number != "" && (!inline || strings.HasPrefix(text, number))
	case labels.ZIP:
		zip := printed.FindPostcode(text)
		return zip, zip != ""
	}
	return strings.TrimRight(text, " ,;"), true
}

var (
	// quantified is an amount after a count or a rate: "3 75.00", "@6% RM 79.50".
	quantified = lazyregexp.New(`^(?:@ ?)?\(?(?:\d{1,4}|\d{1,2}(?:[.,]\d{1,2})? ?%)\)?[ :]+((?:[A-Z]{2,3} ?|\p{Sc} ?)?-?\d[\d.,]*[.,]\d{2})$`)
	// spaced is an amount in which spaces group digits: "2 140,55".
	spaced = lazyregexp.New(`^-?\d{1,3}(?: \d{3})+,\d{2}\b`)
	// measured is a number with its unit: "2.846 kWh", "14 320 kg".
	measured = lazyregexp.New(`(?i)^(-?\d(?:[\d.,'’ ]*\d)?) ?(?:[kMG]?Wh|[km]?m[²³23]?|cm|[km]?g|t|[mc]?l|kW|Sm[c³]|lbs?|oz|ft|in|h|min|%)(?:[.,;]|\s|$)`)
	// taxCode follows an amount on receipts: "12.20 SR".
	taxCode = lazyregexp.New(`([.,]\d{2}) ?\*?[A-Z]{1,2}\*?$`)
)

// bareAmount returns an amount without what tills print before and after it.
func (s *search) bareAmount(text string) string {
	text = taxCode().ReplaceAllString(text, "$1")
	if s.locale.Decimal == printed.DecimalComma && spaced().MatchString(text) {
		return text
	}
	if m := quantified().FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}

// leadsTo reports whether there is nothing before a date in a text except a short word or a day of the
// week: "date: Monday, 3 May 2021", not "date limite : 3 mai 2021".
func leadsTo(text, date string) bool {
	before, _, _ := strings.Cut(text, date)
	words := printed.Words(before)
	return len(words) == 0 || len(words) == 1 && (len(words[0].Key) <= 3 || strings.Contains(before, ","))
}

func findIdentifier(text string, inline bool) (string, bool) {
	id := identifier().FindString(text)
	if id == "" || !inline && 2*len(id) < len(text) {
		return "", false
	}
	if d, ok := printed.FindDate(text, printed.UnknownOrder); ok && strings.Contains(d.Text, id) {
		return "", false
	}
	return strings.TrimRight(id, "-/._"), true
}
