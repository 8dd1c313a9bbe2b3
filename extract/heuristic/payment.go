package heuristic

import (
	"cmp"
	"slices"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/schema"
	"ocr-gateway/internal/lazyregexp"
)

// payment is a method of payment at the beginning of a line, by names that mean nothing else there.
var payment = lazyregexp.New(`(?i)^[\s"'“”„‘’«»]*(ideal|paypal|visa(?: (?:debit|electron))?|master ?card|maestro|v ?pay|american express|amex|diners club|apple pay|google pay|klarna|bancontact|giropay|girocard|sofort(?:überweisung)?|ec[- ]?karte|ec[- ]?cash|kreditkarte|kartenzahlung|bankkarte|lastschrift|twint|bizum|swish|carte (?:bancaire|bleue)|cb|tarjeta(?: de crédito)?|carta di credito|bancomat|pinpas|pin|(?:credit|debit) card)\b`)

// paidBy finds the method of payment beside an amount as large as the total.
func (s *search) paidBy(t labels.Target) []candidate {
	totals := s.find(labels.TargetOf(&schema.Field{Name: "total", Kind: schema.Number}, nil))
	if len(totals) == 0 {
		return nil
	}
	total := valueOf(slices.MaxFunc(totals, func(a, b candidate) int { return cmp.Compare(a.score, b.score) }))
	for i := range s.lines {
		l := &s.lines[i]
		if m := payment().FindStringSubmatch(l.Text); m != nil && same(s.lastAmount(l), total) {
			return s.one(t, m[1], l, paidByScore)
		}
	}
	return nil
}

const paidByScore = 0.6
