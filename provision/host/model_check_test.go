package host

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage/stagetest"
)

// Lines as vLLM 0.32 writes them.
const (
	mtpMetrics = `# HELP vllm:spec_decode_num_draft_tokens_total Number of draft tokens.
# TYPE vllm:spec_decode_num_draft_tokens_total counter
vllm:spec_decode_num_draft_tokens_total{engine="0",model_name="glm-ocr"} 143.0
vllm:spec_decode_num_draft_tokens_total{engine="1",model_name="glm-ocr"} 7.0
vllm:spec_decode_num_draft_tokens_created{engine="0",model_name="glm-ocr"} 1.795488300542797e+09
vllm:spec_decode_num_accepted_tokens_total{engine="0",model_name="glm-ocr"} 2.0
vllm:spec_decode_num_accepted_tokens_created{engine="0",model_name="glm-ocr"} 1.7954883005428126e+09
vllm:spec_decode_num_accepted_tokens_per_pos_total{engine="0",model_name="glm-ocr",position="0"} 2.0
`
)

func TestSpeculation(t *testing.T) {
	for metrics, want := range map[string][2]float64{
		mtpMetrics: {150, 2},
		"":         {0, 0},
		"vllm:num_requests_running{engine=\"0\"} 0.0\n": {0, 0},
		"vllm:spec_decode_num_draft_tokens_total{":      {0, 0},
	} {
		if drafted, accepted := speculation([]byte(metrics)); drafted != want[0] || accepted != want[1] {
			t.Errorf("%q: %g, %g", metrics, drafted, accepted)
		}
	}
}

func FuzzSpeculation(f *testing.F) {
	f.Add([]byte(mtpMetrics))
	f.Add([]byte("vllm:spec_decode_num_accepted_tokens_total{} NaN\nvllm:spec_decode_num_draft_tokens_total +Inf"))
	f.Fuzz(func(_ *testing.T, metrics []byte) { speculation(metrics) })
}

func TestVersionsOfVLLM(t *testing.T) {
	for version, broken := range map[string]bool{
		"0.19.1": false, plan.VllmPin: false, "0.25.1": false, "0.26.0": true, "0.27.1": true, "0.28.1rc1.dev380+g25268f0c9": true,
		"0.29.0": true, "0.29.0+cu129": true, "0.30.0": false, "0.32.0": false, "1.0.0": false, "": false,
	} {
		if got := plan.BrokenMTP(version); (got != "") != broken || broken && !strings.Contains(got, deployment.DefaultImage) {
			t.Errorf("%s: %q", version, got)
		}
	}
	if !strings.Contains(deployment.DefaultImage, ":v"+plan.VllmPin+"-") {
		t.Errorf("the image %s and the pin %s are not of one version", deployment.DefaultImage, plan.VllmPin)
	}
}

func TestHubReasons(t *testing.T) {
	for last, want := range map[string]string{
		"huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error. (Request ID: x)": "misspelled, private or gated",
		"httpx.HTTPStatusError: Client error '403 Forbidden' for url 'https://hub'":         "misspelled, private or gated",
		"404 Client Error: Not Found":      "there is no such model",
		"HTTPError: 429 Client Error":      "limits this host's downloads",
		"502 Server Error: Bad Gateway":    "502 Server Error",
		"OSError: No space left on device": "No space left on device",
		"model-401 error":                  "model-401 error",
	} {
		if got := hubReason([]string{"Fetching 4 files", last}); !strings.Contains(got, want) {
			t.Errorf("%s: %s", last, got)
		}
	}
	if got := hubReason([]string{"401 Client Error.", "Repository Not Found", "make sure that you are authenticated"}); !strings.Contains(got, "answers 401") {
		t.Errorf("an answer before the last line: %s", got)
	}
	if got := hubReason(nil); got == "" {
		t.Error("no reason")
	}
}

func TestReasonOfADownload(t *testing.T) {
	d := new(stagetest.Recorder)
	s := &Setup{Parts: Parts{Progress: d}, d: &deployment.Deployment{}}
	out := "downloading=a/b\n404 of another\nfailed=a/b\ndownloading=c/d\n 10%|#\r 20%|##\rConnectionError: reset\nfailed=c/d\n"
	if got := s.whyNoDownload(out, "c/d"); got != "ConnectionError: reset" {
		t.Errorf("got %q", got)
	}
	if told := strings.Join(d.Lines, "\n"); !strings.Contains(told, "hf: ConnectionError: reset") || strings.Contains(told, "another") {
		t.Errorf("told %q", told)
	}
}

// The key goes nowhere that others listen, and follows no redirect.
func TestKeyIsNotSentInClear(t *testing.T) {
	s := &Setup{Parts: Parts{}, d: &deployment.Deployment{}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://192.0.2.1/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.exchange(t.Context(), req, "secret", nil); !errors.Is(err, errInClear) {
		t.Errorf("got %v", err)
	}
	if req.Header.Get("Authorization") != "" {
		t.Error("the key is in the request")
	}
}

func TestServedModels(t *testing.T) {
	for body, want := range map[string]bool{
		`{"data":[{"id":"other"},{"id":"glm-ocr"}]}`:                    true,
		`{"data":[{"id":"other","root":"glm-ocr"}],"of":"\"glm-ocr\""}`: false,
		`{"error":"\"glm-ocr\""}`:                                       false,
		`<html>`:                                                        false,
	} {
		if got := lists([]byte(body), "glm-ocr"); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}
