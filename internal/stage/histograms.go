package stage

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// buckets reach from a wait that is none to a page that is given up, in seconds.
var buckets = []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// Histograms are the durations of stages, and what model servers did, as metrics.
type Histograms struct {
	durations  *prometheus.HistogramVec
	byStage    [stages]prometheus.Observer
	requests   *prometheus.HistogramVec
	firstToken *prometheus.HistogramVec
}

// Labels that are not only here.
const (
	labelEndpoint = "endpoint"
	labelOutcome  = "outcome"
)

// NewHistograms makes them, with all stages at 0.
func NewHistograms() *Histograms {
	h := &Histograms{
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ocr_gateway_stage_duration_seconds", Help: "Time for one stage of the work on a request, document, page or region, by stage.", Buckets: buckets,
		}, []string{"stage"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ocr_gateway_model_request_duration_seconds", Help: "Time for one request to a model server, by its name in the settings and by outcome: ok, failed or withdrawn.", Buckets: buckets,
		}, []string{labelEndpoint, labelOutcome}),
		firstToken: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ocr_gateway_model_time_to_first_token_seconds", Help: "Time until the answer of a model server began.", Buckets: buckets,
		}, []string{labelEndpoint}),
	}
	for i := range stages {
		h.byStage[i] = h.durations.WithLabelValues(Stage(i).String())
	}
	return h
}

// Describe makes it a prometheus.Collector.
func (h *Histograms) Describe(out chan<- *prometheus.Desc) {
	for _, c := range h.all() {
		c.Describe(out)
	}
}

// Collect makes it a prometheus.Collector.
func (h *Histograms) Collect(out chan<- prometheus.Metric) {
	for _, c := range h.all() {
		c.Collect(out)
	}
}

func (h *Histograms) all() []prometheus.Collector {
	return []prometheus.Collector{h.durations, h.requests, h.firstToken}
}

func (h *Histograms) observe(s Stage, took time.Duration) { h.byStage[s].Observe(took.Seconds()) }

func (h *Histograms) answered(a Answer, took time.Duration) {
	h.requests.WithLabelValues(a.Endpoint, a.Outcome).Observe(took.Seconds())
	if a.FirstToken > 0 {
		h.firstToken.WithLabelValues(a.Endpoint).Observe(a.FirstToken.Seconds())
	}
}
