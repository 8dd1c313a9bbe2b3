package enginetest

import (
	"fmt"
	"net/http"
)

// sendMetrics writes those of vLLM's metrics that are read of a Fake: its requests
// and, with Config.MTP, the tokens that its draft head proposed, one a step.
func (f *Fake) sendMetrics(w http.ResponseWriter) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	labels := fmt.Sprintf(`{engine="0",model_name=%q}`, f.cfg.Model)
	write := func(name, kind string, value float64) {
		fmt.Fprintf(w, "# HELP %[1]s of a stand-in\n# TYPE %[1]s %[2]s\n%[1]s%[3]s %[4]g\n", name, kind, labels, value)
	}
	write("vllm:num_requests_running", "gauge", float64(f.counts.InFlight-f.counts.Queued))
	write("vllm:num_requests_waiting", "gauge", float64(f.counts.Queued))
	if f.cfg.MTP {
		write("vllm:spec_decode_num_drafts_total", "counter", f.drafted)
		write("vllm:spec_decode_num_draft_tokens_total", "counter", f.drafted)
		write("vllm:spec_decode_num_accepted_tokens_total", "counter", f.drafted*f.cfg.Acceptance)
	}
}

// draft counts the drafts of an answer: each step yields one token of the model and,
// where it is accepted, one of the draft head.
func (f *Fake) draft(a Answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drafted += float64(a.tokens()) / (1 + f.cfg.Acceptance)
}
