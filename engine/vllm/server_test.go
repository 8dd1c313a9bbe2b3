package vllm_test

import (
	"context"
	"encoding/json"
	"os"
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
	enginetest.Run(t, enginetest.Suite{Blind: true, Stuck: stuck, New: func(t *testing.T) enginetest.Recognizer {
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

// TestServerBindsAnswersToASchema asks as extraction does.
func TestServerBindsAnswersToASchema(t *testing.T) {
	e := start(t, vllm.DefaultConfig(), realServer(t))
	got, err := answer(t.Context(), e, enginetest.TextPage(), document.Question{
		Example: `{"invoice": "", "total": ""}`,
		Schema:  json.RawMessage(`{"type":"object","properties":{"invoice":{"type":"string"},"total":{"type":"string"}},"required":["invoice","total"],"additionalProperties":false}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	var data struct{ Invoice, Total string }
	if err := json.Unmarshal([]byte(got.Content), &data); err != nil || data.Invoice == "" || data.Total == "" || got.Truncated != nil {
		t.Errorf("%v: %+v", err, got)
	}
}

// TestServerIsStoppedInALoop asks the scripted model for an answer without end.
func TestServerIsStoppedInALoop(t *testing.T) {
	endpoint := realServer(t)
	cfg := vllm.DefaultConfig()
	cfg.AllowPrompt = true
	e := start(t, cfg, endpoint)
	p := enginetest.TextPage()
	region := document.Region{Type: document.RegionTable, BBox: document.BBox{0, 0, p.Width, p.Height}}
	got, err := e.Recognize(t.Context(), p, region, document.Options{Prompt: "LOOP"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Truncated == nil || got.Content != "again and over" {
		t.Errorf("%+v", got)
	}
	// Left before the server summed up, twice; it says with each part what it was.
	if u := got.Usage; u.Attempts != 2 || u.PromptTokens == 0 || u.CompletionTokens < len(got.Content) {
		t.Errorf("usage %+v", u)
	}
	eventually(t, "the server to be idle", func() bool { return unfinished(t, endpoint) == 0 })
}

// TestServerTakesPrompts puts the prompt of another task to a region of text.
func TestServerTakesPrompts(t *testing.T) {
	cfg := vllm.DefaultConfig()
	cfg.AllowPrompt = true
	e := start(t, cfg, realServer(t))
	p := enginetest.TextPage()
	region := document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, p.Width, p.Height}}
	table, err := e.Recognize(t.Context(), p, region, document.Options{Task: document.TaskText, Prompt: "Table Recognition:"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := e.Recognize(t.Context(), p, region, document.Options{Task: document.TaskText})
	if err != nil || table.Content == text.Content || table.Format != document.FormatText || table.Usage.Attempts != 1 {
		t.Errorf("%v: %+v, without the prompt %+v", err, table, text)
	}
}

// TestServerStopsWithItsClients cancels more regions than the server works on at
// once, and reads from it when nothing is left.
func TestServerStopsWithItsClients(t *testing.T) {
	endpoint := realServer(t)
	e := start(t, vllm.DefaultConfig(), endpoint)
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 64 {
		readers.Go(func() { // again and again, so that the cancel finds work
			for ctx.Err() == nil {
				if _, err := read(ctx, e, enginetest.TextPage(), document.RegionText); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	eventually(t, "the server to be busy", func() bool { return unfinished(t, endpoint) > 0 })
	cancel()
	begin := time.Now()
	readers.Wait()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("the regions ended %s after the cancel", took)
	}
	var worked time.Duration // since the cancel; requests may still be on their way into the server
	for time.Since(begin) < 2*time.Second {
		if unfinished(t, endpoint) > 0 {
			worked = time.Since(begin)
		}
		time.Sleep(20 * time.Millisecond) // between two questions
	}
	if worked > time.Second {
		t.Errorf("the server worked on for %s", worked)
	}
	t.Logf("the server last had work %s after the cancel", worked)
}

// unfinished is how many requests the server has, running and waiting.
func unfinished(t *testing.T, endpoint vllm.Endpoint) float64 {
	t.Helper()
	n, err := enginetest.Unfinished(t.Context(), endpoint.URL)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
