package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// openStream posts the sample to be streamed and reads the answer up to something.
func openStream(t *testing.T, base, until string, options ...string) (resp *http.Response, read string) {
	t.Helper()
	body, contentType := upload(t, "file", testdata+"sample.pdf", options...)
	resp, err := http.Post(base+"/api/ocr/document/stream", contentType, body)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for b := make([]byte, 1); !strings.HasSuffix(all.String(), until); {
		if _, err := io.ReadFull(resp.Body, b); err != nil {
			t.Fatalf("%s: after %q: %v", resp.Status, all.String(), err)
		}
		all.Write(b)
	}
	return resp, all.String()
}

// takeUp reads the rest of a stream from an address, without what every answer begins with.
func takeUp(t *testing.T, address, after string) (status int, rest string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ = strings.Cut(string(b), "\n\n")
	return resp.StatusCode, rest
}

// TestCutStreamGoesOn: the connection breaks after the first page; what was read before and what
// is read after that are all events, as one sees them who was there from the beginning to the end.
func TestCutStreamGoesOn(t *testing.T) {
	release := make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	fake := enginetest.NewFake(enginetest.Config{})
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/completions") && fake.Counts().Answered > 20 { // of 51 regions
			<-release
		}
		fake.ServeHTTP(w, r)
	}))
	defer model.Close()
	defer free()
	base := program.Serve(t, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off").URL
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })

	resp, before := openStream(t, base, "\nevent: job.accepted\n")
	resp.Body.Close()
	at := base + resp.Header.Get("Location")
	type end struct {
		status int
		events string
	}
	whole := make(chan end, 1)
	go func() {
		status, events := takeUp(t, at, "")
		whole <- end{status, events}
	}()
	free()
	status, rest := takeUp(t, at, "1")
	all := <-whole
	first, _, _ := strings.Cut(all.events, "id: 2\n")
	if status != http.StatusOK || all.status != http.StatusOK || first+rest != all.events || !strings.HasPrefix(first, "id: 1\nevent: job.accepted\n") {
		t.Errorf("%d: before\n%s\nafter\n%s\nall (%d)\n%s", status, before, rest, all.status, all.events)
	}
	if n := strings.Count(all.events, "event: page.completed\n"); n != 3 || strings.Count(all.events, "event: document.completed\n") != 1 {
		t.Errorf("%d pages in\n%s", n, all.events)
	}
	if status, rest := takeUp(t, at, "8"); status != http.StatusNoContent || rest != "" {
		t.Errorf("after the last event: %d %s", status, rest)
	}
}

// TestDetachedStreamGoesOn without its client, as a job.
func TestDetachedStreamGoesOn(t *testing.T) {
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Latency: 100 * time.Millisecond}))
	defer model.Close()
	base := program.Serve(t, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off", "OCR_SERVER_STREAM_GRACE=0s", "OCR_JOBS_DIR="+t.TempDir()).URL
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	resp, _ := openStream(t, base, "\nevent: file.opened\n", "detach", "true")
	resp.Body.Close()
	status, rest := takeUp(t, base+resp.Header.Get("Location"), "1")
	if n := strings.Count(rest, "event: page.completed\n"); status != http.StatusOK || n != 3 || !strings.HasPrefix(rest, "id: 2\n") {
		t.Errorf("%d: %d pages in\n%s", status, n, rest)
	}
}
