package answer

import "ocr-gateway/document"

// Ending is a document whose pages have been sent already; P is the type of its problem.
type Ending[P any] struct {
	ID      string           `json:"id"`
	Status  document.Status  `json:"status"`
	Summary document.Summary `json:"summary"`
	Usage   document.Usage   `json:"usage"`
	Timings map[string]int   `json:"timings_ms"`
	Model   string           `json:"model"`
	Engine  string           `json:"engine"`
	Layout  string           `json:"layout"`
	Error   *P               `json:"error,omitempty"`
}

// EndingOf sums up a document that clients know by an id.
func EndingOf[P any](id string, res *document.Result, wrong *P) Ending[P] {
	return Ending[P]{id, res.Status, res.Summary, res.Usage, Timings(res.Timings), res.Model, res.Engine, res.Layout, wrong}
}
