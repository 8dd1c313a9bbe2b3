package plan

import (
	"cmp"
	"slices"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
)

// fallbackFactor is what a GPU that was not asked for may cost, as a multiple of the
// first choice's price, where --max-price does not say.
const fallbackFactor = 1.5

// gpuClasses are the kinds of GPU that are taken in place of others, the most capable
// class first. What the model is bound by decides: memory bandwidth (NVIDIA's
// data sheets) and, for 64 answers at once, 48 GB of memory and more. Published
// pages/s of GLM-OCR stand in the same order: H100 3.5, A100 2.5, A40 1.86.
var gpuClasses = [][]string{
	{"H200"}, // 4.8 TB/s
	{"H100"}, // 2.0 to 3.9 TB/s
	{"A100"}, // 1.9 to 2.0 TB/s
	{"A40", "L40S", "RTX A6000", "RTX 6000 Ada", "L40"}, // 0.7 to 0.96 TB/s
}

// rung is the class of an offer, 0 for the most capable. Kinds on no rung, which
// are taken only when they are asked for, stand above or below all.
func rung(o cloud.Offer) int {
	for i, kinds := range gpuClasses {
		for _, kind := range kinds {
			if len(Matching([]cloud.Offer{o}, kind)) > 0 {
				return i
			}
		}
	}
	if o.MemoryGB > 80 {
		return -1
	}
	return len(gpuClasses)
}

// alternatives are the kinds that are tried when none of those asked for is
// free: first those that are as capable as the first choice, the cheapest before
// others, then the less capable ones, class by class. None costs more than the bound.
func alternatives(offers []cloud.Offer, wanted []Candidate, bound float64, o deployment.Options) []Candidate {
	have := rung(wanted[0].Offer)
	var all []Candidate
	for _, offer := range offers {
		class := rung(offer)
		asked := slices.ContainsFunc(wanted, func(c Candidate) bool { return c.GPU == offer.GPU })
		if asked || class < 0 || class == len(gpuClasses) || offer.MemoryGB < MinMemoryGB {
			continue
		}
		c := Candidate{Offer: offer, Count: o.GPUCount, PricePerHour: offer.PricePerGPU * float64(o.GPUCount), InsteadOf: o.GPU}
		c.Why = "if none is free: as capable"
		if class > have {
			c.Why = "if none is free: less capable"
		}
		if c.PricePerHour <= bound {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		// All that are capable enough are one class.
		return cmp.Or(cmp.Compare(max(have, rung(a.Offer)), max(have, rung(b.Offer))), cmp.Compare(a.PricePerHour, b.PricePerHour))
	})
	return all
}

// fallbackBound is the most that a pod with a kind that was not asked for may cost, in USD an hour.
func fallbackBound(first Candidate, o deployment.Options) float64 {
	if o.MaxPrice > 0 {
		return o.MaxPrice
	}
	return fallbackFactor * first.PricePerHour
}
