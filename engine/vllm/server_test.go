package vllm_test

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
)

// realServer is a running vLLM with GLM-OCR or the scripted model.
func realServer(t *testing.T) vllm.Endpoint {
	url := os.Getenv("OCR_VLLM_URL")
	if url == "" {
		t.Skip("OCR_VLLM_URL names no vLLM server")
	}
	return vllm.Endpoint{URL: url, APIKey: os.Getenv("OCR_VLLM_API_KEY")}
}

func TestServerConformance(t *testing.T) {
	endpoint := realServer(t)
	enginetest.Run(t, enginetest.Suite{New: func(t *testing.T) enginetest.Recognizer {
		return start(t, vllm.DefaultConfig(), endpoint)
	}})
}

func TestServerRegionTypes(t *testing.T) {
	cfg := vllm.DefaultConfig()
	cfg.Confidence = true
	e := start(t, cfg, realServer(t))
	for _, kind := range []document.RegionType{document.RegionText, document.RegionTable, document.RegionFormula} {
		got, err := read(t.Context(), e, enginetest.TextPage(), kind)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if got.Content == "" || got.Truncated != nil || got.Usage.PromptTokens == 0 || got.Usage.CompletionTokens == 0 || got.Confidence == nil {
			t.Errorf("%s: %+v", kind, got)
		}
		t.Logf("%s: %q", kind, got.Content)
	}
	t.Logf("health %+v", e.Health())
}

// TestServerStopsWithItsClients cancels more regions than the server works on at
// once, and reads from it when nothing is left.
func TestServerStopsWithItsClients(t *testing.T) {
	endpoint := realServer(t)
	e := start(t, vllm.DefaultConfig(), endpoint)
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 64 {
		readers.Go(func() {
			if _, err := read(ctx, e, enginetest.TextPage(), document.RegionText); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		})
	}
	eventually(t, "the server to be busy", func() bool { return unfinished(t, endpoint) >= 8 })
	cancel()
	begin := time.Now()
	readers.Wait()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("the regions ended %s after the cancel", took)
	}
	eventually(t, "the server to be idle", func() bool { return unfinished(t, endpoint) == 0 })
	if took := time.Since(begin); took > time.Second {
		t.Errorf("the server worked on for %s", took)
	} else {
		t.Logf("idle %s after the cancel", took)
	}
}

// unfinished is how many requests the server has, running and waiting.
func unfinished(t *testing.T, endpoint vllm.Endpoint) (n float64) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "} ")
		if strings.HasPrefix(name, "vllm:num_requests_running{") || strings.HasPrefix(name, "vllm:num_requests_waiting{") {
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			n += v
		}
	}
	return n
}
