package plan

import (
	"fmt"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
)

// Plan is what a run would do, found out without creating anything.
type Plan struct {
	Candidates  []Candidate        `json:"candidates"` // in the order in which they are tried
	Refused     []Candidate        `json:"refused,omitempty"`
	Ceiling     float64            `json:"max_price_per_hour"`  // USD: of the highestPrice candidate
	Bound       float64            `json:"max_price_of_others"` // USD an hour for kinds that were not asked for
	Running     float64            `json:"storage_per_month"`   // USD while running, beside the price
	Stopped     float64            `json:"stopped_per_month"`   // USD for what is kept while stopped
	MinCUDA     string             `json:"min_cuda,omitempty"`  // from the image's tag
	DataCenters []string           `json:"data_centers,omitempty"`
	Options     deployment.Options `json:"options"`
	Steps       []Step             `json:"steps"`
	Takes       Span               `json:"takes"` // in all, estimated
}

// Step is something that a run does.
type Step struct {
	Stage string `json:"stage"`
	Does  string `json:"does"`
	Takes Span   `json:"takes"` // estimated
}

// HalfCent is the tolerance of prices, which are rounded when they are shown.
const HalfCent = 0.005

// Add takes the steps of a run and estimates how long they take.
func (p *Plan) Add(all []Step) {
	for _, s := range all {
		s.Takes = takes(s.Stage, p.Options)
		p.Steps = append(p.Steps, s)
		if s.Stage != "bench" { // it answers before
			p.Takes = p.Takes.plus(s.Takes)
		}
	}
}

// Times is the prefix for n things, "2 x "; empty for one.
func Times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d x ", n)
}

// OrDash writes a price, "-" where there is none.
func OrDash(price float64) string {
	if price == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", price)
}

func orUnknown(s cloud.Stock) string {
	if s == "" {
		return "unknown"
	}
	return string(s)
}

// Candidate is an offer that the deployment would take.
type Candidate struct {
	cloud.Offer
	Count        int     `json:"count"`
	PricePerHour float64 `json:"price_per_hour"` // USD for the pod
	Why          string  `json:"why"`
	// InsteadOf is what was asked for, where this is another kind.
	InsteadOf string `json:"instead_of,omitempty"`
}

// MinMemoryGB is what a GPU needs for the model (2 GB of weights), the vision
// encoder's peak and a KV cache for 64 answers at once.
const MinMemoryGB = 20
