package document_test

import (
	"encoding/json"
	"testing"

	"ocr-gateway/document"
)

func TestUsageInJSON(t *testing.T) {
	var sum document.Usage
	for range 3 {
		sum.Add(document.Usage{Pages: 1, ModelSeconds: 0.1, CPUSeconds: 1e-7, Cost: 1e-7, Currency: "EUR"})
	}
	sum.Add(document.Usage{Pages: 1})
	got, err := json.Marshal(sum)
	want := `{"pages":4,"regions":0,"attempts":0,"prompt_tokens":0,"completion_tokens":0,"model_seconds":0.3,"cpu_seconds":0,"cost":0.0000003,"currency":"EUR"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}
