package provision

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// leastMemoryGB is what a GPU needs for the model (2 GB of weights), the vision
// encoder's peak and a KV cache for 64 answers at once.
const leastMemoryGB = 20

// others are kinds that are tried when none of the wanted is free: those with
// published figures first.
var others = []string{"A40", "A100", "H100", "L40S", "RTX A6000", "RTX 6000 Ada", "L40"}

// Candidate is an offer that the deployment would take.
type Candidate struct {
	Offer
	Count        int     `json:"count"`
	PricePerHour float64 `json:"price_per_hour"` // USD for the pod
	Why          string  `json:"why"`
}

// candidates orders the offers that will be tried: of each wanted kind in its
// turn the cheapest first, what is out of stock last, and after them other kinds
// that cost no more than the dearest wanted one. It says why each stands where
// it does, and returns none where nothing fits.
func candidates(offers []Offer, o Options) (fitting, tooDear []Candidate) {
	taken := map[string]bool{}
	add := func(kind, why string, ceiling float64) {
		var found []Candidate
		for _, offer := range matching(offers, kind) {
			if taken[offer.GPU] || offer.MemoryGB < leastMemoryGB {
				continue
			}
			c := Candidate{Offer: offer, Count: o.GPUCount, PricePerHour: offer.PricePerGPU * float64(o.GPUCount), Why: why}
			switch {
			case o.MaxPrice > 0 && c.PricePerHour > o.MaxPrice:
				c.Why = fmt.Sprintf("dearer than --max-price %.2f", o.MaxPrice)
				taken[offer.GPU] = true
				tooDear = append(tooDear, c)
			case ceiling > 0 && c.PricePerHour > ceiling:
				continue
			default:
				taken[offer.GPU] = true
				found = append(found, c)
			}
		}
		slices.SortStableFunc(found, func(a, b Candidate) int { return cmp.Compare(a.PricePerHour, b.PricePerHour) })
		fitting = append(fitting, found...)
	}
	for kind := range strings.SplitSeq(o.GPU, ",") {
		if kind = strings.TrimSpace(kind); kind != "" {
			add(kind, "asked for", 0)
		}
	}
	if ceiling := dearest(fitting); ceiling > 0 {
		for _, kind := range others {
			add(kind, "no dearer, if none of those asked for is free", ceiling)
		}
	}
	slices.SortStableFunc(fitting, func(a, b Candidate) int { return cmp.Compare(rank(a), rank(b)) })
	return fitting, tooDear
}

// rank puts what is out of stock last, whatever was asked for.
func rank(c Candidate) int {
	if c.Stock == StockNone {
		return 1
	}
	return 0
}

func dearest(candidates []Candidate) float64 {
	var price float64
	for _, c := range candidates {
		price = max(price, c.PricePerHour)
	}
	return price
}

// matching keeps the offers whose id or name has the text, in any case: as whole
// words, so that A40 is not RTX A4000; as a part of one where no words are it.
func matching(offers []Offer, text string) []Offer {
	quoted := regexp.QuoteMeta(strings.ToValidUTF8(text, "�"))
	for _, pattern := range []string{`(?i)(^|[^\pL\pN])` + quoted + `($|[^\pL\pN])`, `(?i)` + quoted} {
		expression := regexp.MustCompile(pattern)
		var hits []Offer
		for _, o := range offers {
			if expression.MatchString(o.GPU) || expression.MatchString(o.Name) {
				hits = append(hits, o)
			}
		}
		if len(hits) > 0 {
			return hits
		}
	}
	return nil
}
