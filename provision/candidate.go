package provision

import (
	"cmp"
	"fmt"
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
		for _, offer := range offers {
			if taken[offer.GPU] || !matches(offer, kind) || offer.MemoryGB < leastMemoryGB {
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

// matches compares as --gpu is meant: part of the id or the name, any case. A
// kind that ends in a digit does not match a longer number: A40 is not A4000.
func matches(o Offer, kind string) bool {
	return containsKind(o.GPU, kind) || containsKind(o.Name, kind)
}

func containsKind(name, kind string) bool {
	name, kind = strings.ToLower(name), strings.ToLower(kind)
	for from := 0; ; {
		i := strings.Index(name[from:], kind)
		if i < 0 {
			return false
		}
		i += from
		if !glued(name, i-1, i) && !glued(name, i+len(kind)-1, i+len(kind)) {
			return true
		}
		from = i + 1
	}
}

// glued says whether the characters at a and b are both of one word: L4 is not
// part of L40, nor A40 of RTX A4000.
func glued(s string, a, b int) bool {
	return a >= 0 && b < len(s) && wordByte(s[a]) && wordByte(s[b])
}

func wordByte(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }
