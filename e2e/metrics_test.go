package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/promtext"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

// sendKeyed sends a request with the key of these tests and gives status and body of the answer.
func sendKeyed(t *testing.T, method, url, contentType string, body io.Reader) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+traceKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// TestMetricsAreThoseOfTheList has a server show every metric that it has and compares them with
// deploy/observability/metrics.txt, by which dashboard and alerts are checked.
func TestMetricsAreThoseOfTheList(t *testing.T) {
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer model.Close()
	sidecar := httptest.NewServer(doclayouttest.Sidecar(doclayouttest.Bands(2)))
	defer sidecar.Close()
	told := make(chan struct{}, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told <- struct{}{} }))
	defer receiver.Close()
	server := program.Serve(t, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_URL="+sidecar.URL, "OCR_SERVER_API_KEYS="+traceKey, "OCR_JOBS_DIR="+t.TempDir(),
		"OCR_CACHE_DIR="+t.TempDir(), "OCR_WEBHOOK_SECRETS=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "OCR_WEBHOOK_ALLOW_HTTP=true",
		"OCR_WEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8", "OCR_SERVER_MIN_FREE_DISK=1000000GiB")
	waitFor(t, time.Minute, "the model server", func() bool { return health(t, server.URL) == "ok" })

	form, contentType := upload(t, "file", testdata+"sample.png")
	if status, answer := sendKeyed(t, "POST", server.URL+"/api/ocr/document", contentType, form); status != http.StatusOK {
		t.Fatalf("%d: %s", status, answer)
	}
	form, contentType = upload(t, "file", testdata+"sample.png", "webhook_url", receiver.URL)
	if status, answer := sendKeyed(t, "POST", server.URL+"/api/ocr/jobs", contentType, form); status != http.StatusAccepted {
		t.Fatalf("%d: %s", status, answer)
	}
	<-told
	large := strings.NewReader(strings.Repeat("x", 2<<20))
	if status, answer := sendKeyed(t, "POST", server.URL+"/api/ocr/recognize", "image/png", large); status != http.StatusServiceUnavailable {
		t.Fatalf("%d: %s", status, answer)
	}

	var served string
	waitFor(t, time.Minute, "the end of the job and its message in the metrics", func() bool {
		_, served = sendKeyed(t, "GET", server.URL+"/metrics", "", nil)
		return strings.Contains(served, "ocr_gateway_jobs_ended_total{") && strings.Contains(served, "ocr_gateway_webhook_attempts_total{")
	})
	list := listOf(t, served)
	path := filepath.Join(program.Root(), "deploy", "observability", "metrics.txt")
	if *update {
		if err := os.WriteFile(path, []byte(list), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if list != string(want) {
		t.Errorf("%s differs; look at it, then write it anew with -update. Got:\n%s", path, list)
	}
}

// listOf lists metrics with their kinds and labels, those of Go's runtime left out: they change
// with its version.
func listOf(t *testing.T, served string) string {
	t.Helper()
	families, err := promtext.Read(strings.NewReader(served))
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if strings.HasPrefix(name, "go_") {
			continue
		}
		labels := map[string]bool{}
		for _, m := range families[name].GetMetric() {
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = true
			}
		}
		all := ""
		if len(labels) > 0 {
			all = "{" + strings.Join(slices.Sorted(maps.Keys(labels)), ",") + "}"
		}
		fmt.Fprintf(&list, "%-9s %s%s\n", strings.ToLower(families[name].GetType().String()), name, all)
	}
	return list.String()
}

// TestLogLevelAndProfiles changes the level of a running server's log and looks at its profiles.
func TestLogLevelAndProfiles(t *testing.T) {
	server := program.Serve(t, "OCR_SERVER_DEBUG_ADDRESS=127.0.0.1:0", "OCR_SERVER_API_KEYS="+traceKey)
	level := func(method, body, want string) {
		t.Helper()
		status, answer := sendKeyed(t, method, server.URL+"/api/admin/log-level", "application/json", strings.NewReader(body))
		var got struct{ Level, Settings string }
		if err := json.Unmarshal([]byte(answer), &got); err != nil || status != 200 || got.Level != want || got.Settings != "info" {
			t.Errorf("%s %s: %d, %s", method, body, status, answer)
		}
	}
	probes := func() int { return strings.Count(server.Log(), `"path":"/livez"`) }
	probe := func() { sendKeyed(t, "GET", server.URL+"/livez", "", nil) }
	level("GET", "", "info")
	probe()
	level("PUT", `{"level":"debug"}`, "debug")
	probe()
	waitFor(t, time.Minute, "the line of a probe", func() bool { return probes() == 1 })
	level("DELETE", "", "info")
	probe()
	level("GET", "", "info")
	for _, wrong := range []string{`{"level":"loud"}`, `{"level":""}`, `debug`, `{"to":"debug"}`, `{"level":"` + strings.Repeat("x", 2000) + `"}`} {
		if status, answer := sendKeyed(t, "PUT", server.URL+"/api/admin/log-level", "application/json", strings.NewReader(wrong)); status != http.StatusUnprocessableEntity {
			t.Errorf("%.40s: %d, %s", wrong, status, answer)
		}
	}
	if probes() != 1 {
		t.Errorf("%d lines of probes in\n%s", probes(), server.Log())
	}

	address := ""
	for line := range strings.Lines(server.Log()) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "profiles are served" {
			address = entry.Address
		}
	}
	if status, answer := sendKeyed(t, "GET", "http://"+address+"/debug/pprof/goroutine?debug=1", "", nil); status != 200 || !strings.Contains(answer, "goroutine profile") {
		t.Errorf("profiles: %d, %.200s", status, answer)
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+address+"/debug/pprof/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "rebound.example.org"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("by another name: %d", resp.StatusCode)
	}
	if status, _ := sendKeyed(t, "GET", server.URL+"/debug/pprof/", "", nil); status != http.StatusNotFound {
		t.Errorf("the API serves profiles: %d", status)
	}
	for _, open := range []string{"0.0.0.0:6060", ":6060", "example.org:6060"} {
		if _, stderr, code := call(t, "serve", "--config", settings(t, "server: {debug_address: '"+open+"'}")); code != program.ExitUsage || !strings.Contains(stderr, "debug_address") {
			t.Errorf("%s: exit code %d, %s", open, code, stderr)
		}
	}
}

// settings writes a file of settings.
func settings(t *testing.T, yaml string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDoctorAsksModelServers has the doctor tell of a model server what it can.
func TestDoctorAsksModelServers(t *testing.T) {
	drafting := httptest.NewServer(enginetest.NewFake(enginetest.Config{MTP: true, Acceptance: .5}))
	defer drafting.Close()
	short := httptest.NewServer(enginetest.NewFake(enginetest.Config{ModelLength: 4096}))
	defer short.Close()
	resp, err := http.Post(drafting.URL+"/v1/chat/completions", "application/json", bytes.NewReader([]byte(`{"model":"glm-ocr","max_tokens":50,"messages":[{"role":"user","content":"Text Recognition:"}]}`))) //nolint:noctx // a test's
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	stdout, stderr, _ := call(t, "doctor", "--port", "0", "--vllm-endpoint", drafting.URL, "--vllm-endpoint", short.URL)
	for _, says := range []string{"16384 tokens of prompt and answer, MTP", "4096 tokens of prompt and answer, no MTP", "--max-model-len 16384"} {
		if !strings.Contains(stdout, says) {
			t.Errorf("no %q in\n%s%s", says, stdout, stderr)
		}
	}
}
