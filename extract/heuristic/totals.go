package heuristic

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/internal/lazyregexp"
)

// A bill states its total in several ways: with a label, as the cash paid less the change, and as the
// untaxed amount plus the tax. The others decide where labels leave a choice.

const (
	agreesBy   = 0.04 // gained by a candidate with which the other amounts agree
	differsBy  = 0.2  // lost by an untaxed amount above the total
	untaxedAll = 0.4  // for a total as the untaxed amount where no tax is printed
	halfCent   = 0.005
)

var (
	paidLabel   = lazyregexp.New(`(?i)^\W*(?:cash|cash (?:received|tendered|paid)|(?:amount )?tendered|bar(?:zahlung)?|gegeben|esp[eè]ces|entregado|efectivo|contanti|contant)\b`)
	changeLabel = lazyregexp.New(`(?i)^\W*(?:change(?: due)?|r[uü]ckgeld|wechselgeld|rendu|monnaie|cambio|resto|wisselgeld)\b`)
)

// amountsOf returns the amounts in lines.
func (s *search) amountsOf(lines []*pagetext.Line) []float64 {
	var found []float64
	for _, l := range lines {
		for _, n := range printed.Numbers(l.Text, s.locale.Decimal) {
			if v, err := n.Float64(); err == nil {
				found = append(found, v)
			}
		}
	}
	return found
}

// paid returns the cash paid less the change; 0 if a page does not state both.
func (s *search) paid(page int) float64 {
	given, change := -1.0, -1.0
	for _, l := range s.pages[page] {
		switch {
		case paidLabel().MatchString(l.Text):
			given = max(given, s.lastAmount(l))
		case changeLabel().MatchString(l.Text):
			change = max(change, s.lastAmount(l))
		}
	}
	if given < 0 || change < 0 || change >= given {
		return 0
	}
	return given - change
}

// lastAmount returns the last amount in the row of a line; -1 without any.
func (s *search) lastAmount(l *pagetext.Line) float64 {
	var row []*pagetext.Line
	for _, o := range s.pages[l.Page] {
		if overlap := min(o.Box[3], l.Box[3]) - max(o.Box[1], l.Box[1]); 2*overlap > min(o.Height(), l.Height()) && o.Box[0] >= l.Box[0] {
			row = append(row, o)
		}
	}
	slices.SortStableFunc(row, func(a, b *pagetext.Line) int { return a.Box[0] - b.Box[0] })
	all := s.amountsOf(row)
	if len(all) == 0 {
		return -1
	}
	return all[len(all)-1]
}

// valueOf returns a candidate's amount; NaN if it is not an amount.
func valueOf(c candidate) float64 {
	n, ok := c.value.(json.Number)
	if !ok {
		text, _ := c.value.(string)
		n, ok = printed.ParseNumber(text, printed.UnknownMark)
	}
	v, err := n.Float64()
	if !ok || err != nil {
		return math.NaN()
	}
	return v
}

func same(a, b float64) bool { return math.Abs(a-b) < halfCent }

// settleTotal favors the totals that agree with the cash paid.
func (s *search) settleTotal(all []candidate) []candidate {
	paid := map[int]float64{} // by page
	for i, c := range all {
		if _, known := paid[c.at.Page]; !known {
			paid[c.at.Page] = s.paid(c.at.Page)
		}
		if p := paid[c.at.Page]; p > 0 && same(valueOf(c), p) {
			all[i].score += agreesBy
		}
	}
	return largest(all)
}

// settleNet favors the untaxed amounts to which a printed amount can be added to give the total. Where
// no tax is printed, the total is the untaxed amount.
func (s *search) settleNet(t labels.Target, all []candidate) []candidate {
	totals := s.find(s.totalFor(t))
	if len(totals) == 0 {
		return all
	}
	best := slices.MaxFunc(totals, func(a, b candidate) int { return cmp.Compare(a.score, b.score) })
	total := valueOf(best)
	amounts := map[int][]float64{} // by page
	for i, c := range all {
		if amounts[c.at.Page] == nil {
			amounts[c.at.Page] = s.amountsOf(s.pages[c.at.Page])
		}
		switch rest := total - valueOf(c); {
		case rest < -halfCent:
			all[i].score -= differsBy
		case slices.ContainsFunc(amounts[c.at.Page], func(v float64) bool { return same(v, rest) }):
			all[i].score += agreesBy
		}
	}
	if len(all) == 0 && !s.taxed() {
		best.score = untaxedAll
		return []candidate{best}
	}
	return all
}

// totalFor returns the target of a total of the same kind as t.
func (s *search) totalFor(t labels.Target) labels.Target {
	return labels.TargetOf(&schema.Field{Name: "total", Kind: t.Field.Kind}, nil)
}

// taxed reports whether an amount of tax is printed.
func (s *search) taxed() bool {
	tax := labels.TargetOf(&schema.Field{Name: "tax", Kind: schema.Number}, nil)
	return slices.ContainsFunc(s.find(tax), func(c candidate) bool { return valueOf(c) > halfCent })
}
