package card

// Figures are what the benchmark found on the host itself, without the way to it.
type Figures struct {
	Single         float64 `json:"single_image_s"` // median latency of one image, one at a time
	FiveAtOnce     float64 `json:"five_at_once_s"` // median of five at once
	PagesPerSecond float64 `json:"pages_per_s"`    // documents, four at once
	Pages          int     `json:"pages"`
	FailedPages    int     `json:"failed_pages"`
}

// published are pages/s that others report for GLM-OCR on one GPU.
var published = []struct {
	gpu   string
	pages float64
}{{"H100", 3.5}, {"A100", 2.5}, {"A40", 1.86}}

// pagesPerDay at this rate.
func (f Figures) pagesPerDay() float64 { return f.PagesPerSecond * 24 * 3600 }

// costPer1000 is what 1,000 pages cost in USD at a price for an hour.
func (f Figures) costPer1000(pricePerHour float64) float64 {
	if f.PagesPerSecond == 0 {
		return 0
	}
	return pricePerHour / 3600 / f.PagesPerSecond * 1000
}
