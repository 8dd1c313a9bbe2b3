package main

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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
	cmd := program(t, "serve", "--port", "0")
	cmd.Env = append(cmd.Env, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off")
	log, stderr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stderr.Close()
	defer cmd.Process.Kill()
	base := address(bufio.NewScanner(log))
	waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
	answer := ask(t.Context(), t, base+"/api/ocr/document")
	waitFor(t, 20*time.Second, "the document to be in work", func() bool { return queue(t, base).Running == 1 })
	log.Close()
	for range 2 {
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		waitFor(t, 5*time.Second, "the gateway not to be ready", func() bool { return readiness(t, base) == http.StatusServiceUnavailable })
	}
	free()
	if got := <-answer; got.status != http.StatusOK || strings.Contains(got.body, "cut off") {
		t.Errorf("the client got %d: %s", got.status, got.body)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the gateway ended with %v", err)
	}
}

// TestHangupIsIgnoredUnderNohup, which starts programs with the signal ignored.
func TestHangupIsIgnoredUnderNohup(t *testing.T) {
	serve := program(t, "serve", "--port", "0")
	cmd := program(t)
	cmd.Path, cmd.Args, cmd.Err = "/bin/sh", append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh"}, serve.Args...), nil
	base, rest := listening(t, cmd)
	var reader sync.WaitGroup
	reader.Go(func() {
		for rest.Scan() { // until it ends
		}
	})
	defer reader.Wait()
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if status := readiness(t, base); status != http.StatusOK {
		t.Errorf("after a hangup /readyz says %d", status)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	reader.Wait()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the gateway ended with %v", err)
	}
}
