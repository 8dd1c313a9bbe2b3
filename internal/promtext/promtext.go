// Package promtext reads metrics in Prometheus' text format.
package promtext

import (
	"fmt"
	"io"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Metrics are what a server has told.
type Metrics map[string]*dto.MetricFamily

// Read reads all metrics.
func Read(r io.Reader) (Metrics, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(r)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	return families, nil
}

// Sum adds up a counter's or gauge's samples, those whose labels are wanted; nil wants all.
// found is false where there is no such metric.
func (m Metrics) Sum(name string, wanted func(labels map[string]string) bool) (sum float64, found bool) {
	family, found := m[name]
	if !found {
		return 0, false
	}
	for _, metric := range family.GetMetric() {
		labels := map[string]string{}
		for _, label := range metric.GetLabel() {
			labels[label.GetName()] = label.GetValue()
		}
		if wanted == nil || wanted(labels) {
			sum += metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + metric.GetUntyped().GetValue()
		}
	}
	return sum, true
}
