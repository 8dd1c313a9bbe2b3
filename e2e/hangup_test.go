package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// TestHangupDrains loses the terminal, more than once, while a document is read: the
// answer is whole, and the log's reader, gone with the terminal, is not missed.
func TestHangupDrains(t *testing.T) {
	release := make(chan struct{})
	fake := enginetest.NewFake(enginetest.Config{})
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/completions") {
			<-release
		}
		fake.ServeHTTP(w, r)
	}))
	defer model.Close()
	free := sync.OnceFunc(func() { close(release) })
	defer free()
	server := program.Serve(t, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off")
	base := server.URL
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	answer := ask(t.Context(), t, base+"/api/ocr/document")
	waitFor(t, 20*time.Second, "the document to be in work", func() bool { return queue(t, base).Running == 1 })
	server.CloseLog()
	for range 2 {
		server.Signal(t, syscall.SIGHUP)
		waitFor(t, 5*time.Second, "the gateway not to be ready", func() bool { return readiness(t, base) == http.StatusServiceUnavailable })
	}
	free()
	if got := <-answer; got.status != http.StatusOK || strings.Contains(got.body, "cut off") {
		t.Errorf("the client got %d: %s", got.status, got.body)
	}
	if err := server.Wait(); err != nil {
		t.Error(err)
	}
}

// TestHangupIsIgnoredUnderNohup, which starts programs with the signal ignored.
func TestHangupIsIgnoredUnderNohup(t *testing.T) {
	cmd := program.Command(t, "serve", "--port", "0")
	program.Under(t, cmd, "sh", "-c", `trap "" HUP; exec "$@"`, "sh")
	server := program.Start(t, cmd)
	server.Signal(t, syscall.SIGHUP)
	if status := readiness(t, server.URL); status != http.StatusOK {
		t.Errorf("after a hangup /readyz says %d", status)
	}
	server.Signal(t, syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		t.Error(err)
	}
}
