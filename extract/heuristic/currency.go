package heuristic

import (
	"strings"

	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

var (
	// priced is an amount with the currency before or after it.
	priced   = lazyregexp.New(`(US\$|CA\$|AU\$|A\$|C\$|\p{Sc}|\b[A-Z]{3}\b|\bRs\.?) ?-?\d|\d ?(\p{Sc}|\b[A-Z]{3}\b|zł|Kč)`)
	usDollar = lazyregexp.New(`(?i)\bU\.?S\.? ?dollars?\b|\bUSD\b|\bUS\$`)
	// india finds what only Indian bills have: the names of their tax and bank numbers, the country, the
	// currency.
	india = lazyregexp.New(`\bGSTIN\b|\bIFSC\b|\bIndia\b|\bINR\b`)
)

// currency returns the currency of most prices and the first line with it. A sign that several currencies
// share is returned as printed, unless the document spells the currency out.
func (s *search) currency() (string, *pagetext.Line) {
	counts, first := map[string]int{}, map[string]*pagetext.Line{}
	var dollars, rupees *pagetext.Line
	for i := range s.lines {
		l := &s.lines[i]
		if dollars == nil && usDollar().MatchString(l.Text) {
			dollars = l
		}
		if rupees == nil && india().MatchString(l.Text) {
			rupees = l
		}
		for _, code := range currenciesIn(l) {
			if counts[code]++; first[code] == nil {
				first[code] = l
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
	case strings.TrimSuffix(best, ".") == "Rs" && rupees != nil:
		return "INR", first[best]
	}
	return best, first[best]
}

// currenciesIn returns the currencies of the prices in a line, and the one that a short line names.
func currenciesIn(l *pagetext.Line) []string {
	var found []string
	for _, m := range priced().FindAllStringSubmatch(l.Text, 20) {
		mark := m[1] + m[2]
		code, ok := printed.Currency(mark)
		if !ok {
			if strings.ToUpper(mark) == mark && len(mark) == 3 {
				continue // not a currency: NET 30
			}
			code = mark
		}
		found = append(found, code)
	}
	if code, ok := printed.Currency(l.Text); ok && len(l.Words) <= 3 {
		found = append(found, code)
	}
	return found
}
