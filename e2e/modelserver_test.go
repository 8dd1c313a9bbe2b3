package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// serveVLLM starts a server that reads with the model server at url, without the
// layout sidecar unless env says otherwise.
func serveVLLM(t *testing.T, url string, env ...string) string {
	t.Helper()
	env = append([]string{
		"OCR_VLLM_ENDPOINTS=" + url, "OCR_VLLM_CHECK_INTERVAL=50ms", "OCR_VLLM_DOWN_TIMEOUT=2s", "OCR_LAYOUT_SIDECAR=off",
	}, env...)
	return program.Serve(t, env...).URL
}

// waitHealth asks until what it says satisfies ok.
func waitHealth(t *testing.T, base string, ok func(engineState, status string) bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		resp, err := http.Get(base + "/health")
		if err != nil {
			t.Fatal(err)
		}
		var h struct {
			Status string
			Engine struct{ State string }
		}
		err = json.NewDecoder(resp.Body).Decode(&h)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if ok(h.Engine.State, h.Status) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("health stays at engine %s, status %s", h.Engine.State, h.Status)
		}
		time.Sleep(20 * time.Millisecond) // between two questions
	}
}

func readSample(t *testing.T, base string, options ...string) document.Result {
	t.Helper()
	status, answer := post(t, base+"/api/ocr/document", "application/json", "file", testdata+"sample.pdf", options...)
	var result document.Result
	if err := json.Unmarshal([]byte(answer), &result); err != nil || status != http.StatusOK {
		t.Fatalf("%d, %v: %s", status, err, answer)
	}
	return result
}

func TestServeWithVLLM(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL, "OCR_ENGINE_FALLBACK=embedded")
	waitHealth(t, base, func(state, status string) bool { return state == "ready" && status == "ok" })

	if resp, err := http.Get(base + "/api/info"); err != nil {
		t.Error(err)
	} else {
		info, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(info), `"encoder":"libjpeg-turbo"`) {
			t.Errorf("the encoder is not named: %v, %s", err, info)
		}
	}

	status, answer := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png", "task", "formula")
	var got struct{ Markdown, Engine string }
	if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusOK || got.Engine != "vllm" || got.Markdown != enginetest.FormulaText {
		t.Errorf("formula: %d: %s", status, answer)
	}
	if result := readSample(t, base); result.Status != document.StatusOK || result.Engine != "vllm" || result.Layout != "none" || result.Summary.OK != 3 {
		t.Errorf("document: %s by %s, layout %s, %+v", result.Status, result.Engine, result.Layout, result.Summary)
	}

	fake.CloseClientConnections()
	fake.Close()
	waitHealth(t, base, func(state, status string) bool { return state != "ready" && status == "degraded" })
	if result := readSample(t, base, "pages", "2"); result.Status != document.StatusOK || result.Engine != "embedded" || !strings.Contains(result.Markdown, "<table>") {
		t.Errorf("with the model server down: %s by %s: %s", result.Status, result.Engine, result.Markdown)
	}
}

func TestNothingIsLostWhileTheModelServerFails(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  func(enginetest.Request) enginetest.Fault
		status int
	}{
		"every third busy": {enginetest.Every(3, enginetest.Fault{Status: http.StatusServiceUnavailable}), http.StatusOK},
		"all fail":         {enginetest.Every(1, enginetest.Fault{Status: http.StatusBadRequest}), http.StatusBadGateway},
	} {
		t.Run(name, func(t *testing.T) {
			fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{Fault: tc.fault}))
			defer fake.Close()
			base := serveVLLM(t, fake.URL)
			waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
			status, answer := post(t, base+"/api/ocr/document", "application/json", "file", testdata+"sample.pdf")
			if status != tc.status {
				t.Errorf("status %d, want %d: %s", status, tc.status, answer)
			}
			if tc.status == http.StatusOK && strings.Count(answer, `"number":`) != 3 {
				t.Errorf("pages are missing: %s", answer)
			}
		})
	}
}

// A layout program that cannot run costs the regions, never the text.
func TestWithoutLayoutPagesAreStillRead(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL, "OCR_LAYOUT_SIDECAR=auto", "OCR_LAYOUT_PYTHON=/bin/false", "OCR_LAYOUT_TIMEOUT=5s")
	waitHealth(t, base, func(state, status string) bool { return state == "ready" && status == "degraded" })
	if result := readSample(t, base); result.Status != document.StatusOK || result.Layout != "disabled" {
		t.Errorf("%s, layout %s, want ok and disabled", result.Status, result.Layout)
	}
	resp, err := http.Get(base + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(body), "the layout program") {
		t.Errorf("health does not say why layout is off: %s %v", body, err)
	}
}

// TestHealthShowsEveryModelServer, why each is not ready, and nothing that is secret.
func TestHealthShowsEveryModelServer(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	base := serveVLLM(t, fake.URL+",http://127.0.0.1:1", "OCR_VLLM_API_KEY=very-secret-key")
	waitHealth(t, base, func(state, status string) bool { return state == "ready" && status == "degraded" })
	var h struct {
		Ready  bool
		Engine struct {
			Endpoints []struct{ Name, State, Detail string }
		}
	}
	body := get(t, base+"/health")
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		t.Fatal(err)
	}
	if e := h.Engine.Endpoints; !h.Ready || len(e) != 2 || e[0].Name != "endpoint-1" || e[0].State != "ready" || e[0].Detail != "" ||
		e[1].State != "unreachable" || !strings.Contains(e[1].Detail, "refuses connections") {
		t.Error(body)
	}
	if strings.Contains(body, "127.0.0.1") || strings.Contains(body, "secret") {
		t.Errorf("health shows an address or a key: %s", body)
	}
	if answer := get(t, base+"/readyz"); !strings.Contains(answer, `"ready":true`) || !strings.Contains(answer, `"degraded"`) {
		t.Error(answer)
	}
	fake.CloseClientConnections()
	fake.Close()
	waitHealth(t, base, func(state, status string) bool { return state == "unreachable" && status == "failed" })
}
