package endpoints

import (
	"bytes"
	"context"
	"net/http"

	"ocr-gateway/internal/promtext"
)

// Drafts is what a server reports of speculative decoding, by which GLM-OCR guesses tokens ahead (MTP).
type Drafts struct {
	Told              bool // it exposes vLLM's metrics; routers in front of servers may not
	On                bool
	Drafted, Accepted float64 // tokens since its start
}

// Drafts asks the endpoint with that name.
func (p *Pool) Drafts(ctx context.Context, name string) (d Drafts) {
	for _, e := range p.servers {
		if e.Name != name {
			continue
		}
		code, body, err := e.get(ctx, "/metrics", withKey)
		if err != nil || code != http.StatusOK {
			return d
		}
		metrics, err := promtext.Read(bytes.NewReader(body))
		if err != nil {
			return d
		}
		_, d.Told = metrics["vllm:num_requests_running"]
		d.Drafted, d.On = metrics.Sum("vllm:spec_decode_num_draft_tokens_total", nil)
		d.Accepted, _ = metrics.Sum("vllm:spec_decode_num_accepted_tokens_total", nil)
	}
	return d
}
