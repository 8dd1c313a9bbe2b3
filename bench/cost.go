package bench

// published is what other users of GLM-OCR on vLLM report for one card, in pages
// a second.
var published = []struct {
	card  string
	pages float64
}{{"H100", 3.5}, {"A100", 2.5}, {"A40", 1.86}}

// Cost is what pages cost when a machine is paid by the hour and kept busy.
type Cost struct {
	Card           string  `json:"card,omitempty"` // whose published speed it is; empty for what was measured
	PagesPerSecond float64 `json:"pages_per_s"`
	PagesPerDay    float64 `json:"pages_per_day"`
	Per1000Pages   float64 `json:"per_1000_pages"` // dollars, 0 when nothing was read
	PricePerHour   float64 `json:"price_per_hour"` // dollars
}

// costs returns that of the speed measured, then those of published speeds at the
// same price.
func costs(pagesPerSecond, price float64) []Cost {
	of := func(card string, speed float64) Cost {
		c := Cost{Card: card, PagesPerSecond: speed, PagesPerDay: speed * 24 * 3600, PricePerHour: price}
		if speed > 0 {
			c.Per1000Pages = 1000 * price / (speed * 3600)
		}
		return c
	}
	all := []Cost{of("", pagesPerSecond)}
	for _, p := range published {
		all = append(all, of(p.card, p.pages))
	}
	return all
}
