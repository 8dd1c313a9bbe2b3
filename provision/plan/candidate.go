package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
)

// Candidates orders the offers that will be tried: of each wanted kind in its
// turn the cheapest first, then the alternatives, what is out of stock last. It
// says why each stands where it does, and returns none where no wanted kind fits.
// bound is the most that an alternative may cost, in USD an hour for the pod.
func Candidates(offers []cloud.Offer, o deployment.Options) (fitting, tooExpensive []Candidate, bound float64) {
	taken := map[string]bool{}
	for kind := range strings.SplitSeq(o.GPU, ",") {
		if kind = strings.TrimSpace(kind); kind == "" {
			continue
		}
		var found []Candidate
		for _, offer := range Matching(offers, kind) {
			if taken[offer.GPU] || offer.MemoryGB < MinMemoryGB {
				continue
			}
			taken[offer.GPU] = true
			c := Candidate{Offer: offer, Count: o.GPUCount, PricePerHour: offer.PricePerGPU * float64(o.GPUCount), Why: "asked for"}
			if o.MaxPrice > 0 && c.PricePerHour > o.MaxPrice {
				c.Why = fmt.Sprintf("more expensive than --max-price %.2f", o.MaxPrice)
				tooExpensive = append(tooExpensive, c)
				continue
			}
			found = append(found, c)
		}
		slices.SortStableFunc(found, func(a, b Candidate) int { return cmp.Compare(a.PricePerHour, b.PricePerHour) })
		fitting = append(fitting, found...)
	}
	if len(fitting) > 0 {
		bound = fallbackBound(fitting[0], o)
		fitting = append(fitting, alternatives(offers, fitting, bound, o)...)
	}
	slices.SortStableFunc(fitting, func(a, b Candidate) int { return cmp.Compare(rank(a), rank(b)) })
	return fitting, tooExpensive, bound
}

// rank puts what is out of stock last, whatever was asked for.
func rank(c Candidate) int {
	if c.Stock == cloud.StockNone {
		return 1
	}
	return 0
}

func highestPrice(candidates []Candidate) float64 {
	var price float64
	for _, c := range candidates {
		price = max(price, c.PricePerHour)
	}
	return price
}
