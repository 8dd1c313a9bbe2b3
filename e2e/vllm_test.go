package e2e_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// These tests run the gateway in front of the vLLM that `make test-vllm` starts,
// whose model answers known texts, with a layout sidecar of its own.

const (
	envVLLM    = "OCR_VLLM_URL"      // the model server; its key is the setting OCR_VLLM_API_KEY
	envVLLMPid = "OCR_VLLM_PID_FILE" // has the server's process; when that ends, another is started
)

func vllmURL(t *testing.T) string {
	url := os.Getenv(envVLLM)
	if url == "" {
		t.Skip(envVLLM + " names no vLLM server: run `make test-vllm`")
	}
	return url
}

// startGateway starts a gateway with the model server and a layout sidecar,
// waits until both are in use and gives its address. Settings are OCR_… variables.
func startGateway(t *testing.T, settings ...string) (base string) {
	t.Helper()
	cmd := program.Command(t, "serve", "--port", "0", "--vllm-endpoint", vllmURL(t))
	cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool {
		return strings.HasPrefix(v, envVLLM+"=") || strings.HasPrefix(v, envVLLMPid+"=") // which are no settings
	})
	cmd.Env = append(cmd.Env, "OCR_LAYOUT_PYTHON="+standIn(t))
	cmd.Env = append(cmd.Env, settings...)
	base = program.Start(t, cmd).URL
	waitFor(t, time.Minute, "the gateway to be ready", func() bool { return health(t, base) == "ok" })
	return base
}

// standIn is a Python that runs the sidecar with its stand-in for the model.
func standIn(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexec python3 \"$@\" --stand-in\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// waitFor asks until it is so.
func waitFor(t *testing.T, atMost time.Duration, what string, isSo func() bool) {
	t.Helper()
	timeout := time.After(atMost)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !isSo() {
		select {
		case <-timeout:
			t.Fatalf("waited %s for %s", atMost, what)
		case <-tick.C:
		}
	}
}

func health(t *testing.T, base string) string {
	t.Helper()
	resp, err := http.Get(base + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var h struct{ Status string }
	if err := json.NewDecoder(resp.Body).Decode(&h); err != nil {
		t.Fatal(err)
	}
	return h.Status
}

// unfinished is how many requests the model server has, running and waiting.
func unfinished(t *testing.T) float64 {
	t.Helper()
	n, err := enginetest.Unfinished(t.Context(), vllmURL(t))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestVLLMTasks(t *testing.T) {
	base := startGateway(t)
	for task, want := range map[document.Task]struct {
		content string
		format  document.ContentFormat
	}{
		document.TaskText:    {enginetest.PageText, document.FormatText},
		document.TaskTable:   {enginetest.TableText, document.FormatHTML},
		document.TaskFormula: {`E = mc^{2} + \frac{a}{b}`, document.FormatLaTeX},
	} {
		t.Run(string(task), func(t *testing.T) {
			status, answer := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png",
				"task", string(task), "enable_layout", "false")
			var got document.Result
			var regions struct{ Regions []document.Region }
			if status != http.StatusOK || json.Unmarshal([]byte(answer), &got) != nil || json.Unmarshal([]byte(answer), &regions) != nil {
				t.Fatalf("%d: %s", status, answer)
			}
			if got.Status != document.StatusOK || got.Engine != "vllm" || got.Usage.CompletionTokens == 0 || len(regions.Regions) != 1 {
				t.Fatalf("%s", answer)
			}
			if r := regions.Regions[0]; r.Attempts != 1 || r.CompletionTokens != got.Usage.CompletionTokens || got.Usage.Attempts != 1 {
				t.Errorf("accounted as %+v, in all %+v", r, got.Usage)
			}
			if r := regions.Regions[0]; r.Content != want.content || r.Format != want.format {
				t.Errorf("%s %q, want %s %q", r.Format, r.Content, want.format, want.content)
			}
		})
	}
}

// TestVLLMPrompt asks for the whole page in words of the client's, where the operator
// allows it.
func TestVLLMPrompt(t *testing.T) {
	for allowed, want := range map[string]int{"false": http.StatusUnprocessableEntity, "true": http.StatusOK} {
		base := startGateway(t, "OCR_VLLM_ALLOW_PROMPT="+allowed)
		status, answer := post(t, base+"/api/ocr/recognize", "application/json", "image", testdata+"sample.png", "prompt", "Table Recognition:")
		if status != want || allowed == "false" && !strings.Contains(answer, "vllm.allow_prompt") {
			t.Fatalf("allowed %s: %d: %s", allowed, status, answer)
		}
		var got struct{ Regions []document.Region }
		if allowed == "true" && (json.Unmarshal([]byte(answer), &got) != nil || len(got.Regions) != 1 || got.Regions[0].Content != enginetest.TableText) {
			t.Errorf("%s", answer)
		}
	}
}

// TestVLLMExtract has the model fill in a schema; the answer is made to follow it.
func TestVLLMExtract(t *testing.T) {
	base := startGateway(t)
	status, answer := post(t, base+"/api/ocr/extract", "application/json", "image", testdata+"sample.png", "schema", `{"invoice": "", "total": 0}`)
	var got document.Extraction
	if err := json.Unmarshal([]byte(answer), &got); status != http.StatusOK || err != nil {
		t.Fatalf("%d, %v: %s", status, err, answer)
	}
	var data struct {
		Invoice string
		Total   float64
	}
	if err := json.Unmarshal(got.Data, &data); err != nil {
		t.Fatal(err)
	}
	if got.Status != document.StatusOK || !got.Valid || got.Method != document.MethodModel || data.Invoice != "2024-17" || data.Total != 1234.5 {
		t.Errorf("%s", answer)
	}
}

// readDocument sends a document and checks that nothing of it is lost.
func readDocument(t *testing.T, base, path string) (got document.Result) {
	t.Helper()
	status, answer := post(t, base+"/api/ocr/document", "application/json", "file", path)
	if err := json.Unmarshal([]byte(answer), &got); status != http.StatusOK || err != nil {
		t.Errorf("%d, %v: %s", status, err, answer)
		return got
	}
	s := got.Summary
	if got.Status != document.StatusOK || s.Pages != s.Total || s.OK != s.Total || s.Regions.Total == 0 || s.Regions.OK != s.Regions.Total {
		t.Errorf("%s: %+v", got.Status, s)
	}
	return got
}

func TestVLLMDocument(t *testing.T) {
	base := startGateway(t)
	begin := time.Now()
	got := readDocument(t, base, testdata+"sample.pdf")
	t.Logf("read %d pages with %d regions in %s", got.Summary.Pages, got.Summary.Regions.Total, time.Since(begin))
	if got.Engine != "vllm" || got.Layout != "pp-doclayout-v3" {
		t.Errorf("engine %s, layout %s", got.Engine, got.Layout)
	}
	if n := strings.Count(got.Markdown, enginetest.PageLine); n != got.Summary.Regions.Total {
		t.Errorf("%d of %d regions are in the Markdown", n, got.Summary.Regions.Total)
	}

	status, events := post(t, base+"/api/ocr/document/stream", "text/event-stream", "file", testdata+"sample.pdf")
	for event, times := range map[string]int{"job.accepted": 1, "page.completed": got.Summary.Total, "page.failed": 0, "document.completed": 1} {
		if n := strings.Count(events, "event: "+event+"\n"); status != http.StatusOK || n != times {
			t.Errorf("stream (%d): %d times %s, want %d", status, n, event, times)
		}
	}
}

// TestVLLMCancel leaves while the model server is busy, and reads from it when
// nothing is left.
func TestVLLMCancel(t *testing.T) {
	base := startGateway(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() { // again and again, so that the leaving finds work
			for ctx.Err() == nil {
				send(ctx, t, base+"/api/ocr/document", testdata+"sample.pdf")
			}
		})
	}
	waitFor(t, time.Minute, "the model server to be busy", func() bool { return unfinished(t) > 0 })
	leave()
	begin := time.Now()
	clients.Wait()
	var worked time.Duration // since the clients left; requests may still be on their way into the server
	for time.Since(begin) < 2*time.Second {
		if unfinished(t) > 0 {
			worked = time.Since(begin)
		}
		time.Sleep(20 * time.Millisecond) // between two questions
	}
	if worked > time.Second {
		t.Errorf("the model server worked on for %s", worked)
	}
	t.Logf("the model server last had work %s after the clients left", worked)
}

// send posts a file until ctx ends.
func send(ctx context.Context, t *testing.T, url, path string) {
	body, contentType := upload(t, "file", path)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		t.Error(err)
		return
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
}

// TestVLLMRestart ends the model server while it reads two documents. They are
// complete all the same; meanwhile a gateway with a fallback reads with that.
func TestVLLMRestart(t *testing.T) {
	vllmURL(t)
	file := os.Getenv(envVLLMPid)
	if file == "" {
		t.Skip(envVLLMPid + " is not set")
	}
	patient := startGateway(t, "OCR_VLLM_DOWN_TIMEOUT=10m", "OCR_VLLM_REGION_TIMEOUT=15m")
	covered := startGateway(t, "OCR_ENGINE_FALLBACK=embedded")
	var documents sync.WaitGroup
	for range 2 {
		documents.Go(func() {
			if got := readDocument(t, patient, testdata+"sample.pdf"); got.Engine != "vllm" {
				t.Errorf("engine %s", got.Engine)
			}
		})
	}
	defer documents.Wait()
	waitFor(t, time.Minute, "the model server to be busy", func() bool { return unfinished(t) > 0 })

	old := pid(t, file)
	if err := syscall.Kill(old, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	waitFor(t, time.Minute, "the gateway with a fallback to be degraded", func() bool { return health(t, covered) == "degraded" })
	waitFor(t, time.Minute, "the gateway without to be failed", func() bool { return health(t, patient) == "failed" })
	t.Logf("noticed %s after the signal", time.Since(begin))
	if got := readDocument(t, covered, testdata+"sample.png"); got.Engine != "embedded" {
		t.Errorf("engine %s while the model server is down", got.Engine)
	}

	waitFor(t, 5*time.Minute, "both gateways to be well again", func() bool { return health(t, covered) == "ok" && health(t, patient) == "ok" })
	t.Logf("well again %s after the signal", time.Since(begin))
	if pid(t, file) == old {
		t.Error("the model server was not started again")
	}
	documents.Wait()
	t.Logf("both documents complete %s after the signal", time.Since(begin))
	if got := readDocument(t, covered, testdata+"sample.png"); got.Engine != "vllm" {
		t.Errorf("engine %s when the model server is back", got.Engine)
	}
}

func pid(t *testing.T, file string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || n < 2 {
		t.Fatalf("%s says %q", file, data)
	}
	return n
}
