package faults_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// TestBatchGoesOn kills `ocr-gateway batch` and, between, the server, again and again: no
// document is sent to be read twice, none is lost, and only pages that were in work when
// the server died are asked of the model a second time.
func TestBatchGoesOn(t *testing.T) {
	const documents, kills = 12, 4
	var asked atomic.Int32
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 4, Latency: 30 * time.Millisecond, Answer: func(q enginetest.Request) enginetest.Answer {
		asked.Add(1)
		return enginetest.Script(q)
	}}))
	defer model.Close()
	in, out, dir, pages := t.TempDir(), filepath.Join(t.TempDir(), "out"), t.TempDir(), 0
	for n := range documents {
		if err := os.WriteFile(filepath.Join(in, fmt.Sprintf("%d.pdf", n)), textPDF(n%3+1, n), 0o600); err != nil {
			t.Fatal(err)
		}
		pages += n%3 + 1
	}
	port := freePort(t)
	serve := func() *program.Server {
		cmd := program.Command(t, "serve", "--port", port)
		cmd.Env = append(cmd.Env, "OCR_JOBS_DIR="+dir, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off", "OCR_JOBS_TASK_PAGES=4", "OCR_JOBS_NATS_ACK_WAIT=2s")
		return program.Start(t, cmd)
	}
	server := serve()
	run := func() (*bytes.Buffer, func() error, func()) {
		cmd := program.Command(t, "batch", in, "--out", out, "--format", "md,json", "--parallel", "3", "--url", "http://127.0.0.1:"+port, "--price", "3.6")
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return &said, cmd.Wait, func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	}
	for kill := range kills {
		_, _, end := run()
		awaitLines(t, filepath.Join(out, ".ocr-gateway-batch.jsonl"), (kill+1)*documents/(kills+2))
		if kill == 1 { // the batch waits for the server
			server.Kill(t)
			server = serve()
		}
		end()
	}
	said, wait, _ := run()
	if err := wait(); err != nil || !strings.Contains(said.String(), fmt.Sprintf("%d documents: %d ok, 0 partial, 0 failed", documents, documents)) || !strings.Contains(said.String(), "for 1,000 pages") {
		t.Fatalf("%v: %s", err, said)
	}
	for n := range documents {
		md, err := os.ReadFile(filepath.Join(out, fmt.Sprintf("%d.pdf.md", n)))
		if err != nil || len(md) == 0 {
			t.Errorf("document %d: %v", n, err)
		}
		if _, err := os.Stat(filepath.Join(out, fmt.Sprintf("%d.pdf.json", n))); err != nil {
			t.Error(err)
		}
	}
	list := parse[struct{ Jobs []jobView }](t, talk(t, "GET", server.URL+"/api/ocr/jobs?limit=500", "", nil, 200))
	if len(list.Jobs) != documents {
		t.Errorf("%d documents became %d jobs", documents, len(list.Jobs))
	}
	const inWork = 4 * 4 // tasks of a server, pages of a task
	if n := int(asked.Load()); n < pages || n > pages+inWork {
		t.Errorf("%d pages were asked for %d times", pages, n)
	}
	t.Logf("%d documents, %d pages, %d kills of the batch and one of the server: asked for %d pages", documents, pages, kills, asked.Load())
	if left, err := filepath.Glob(filepath.Join(out, ".*.part")); err != nil || len(left) > 0 {
		t.Errorf("%q are left, %v", left, err)
	}
}

// freePort is one that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// awaitLines waits until a file has so many lines.
func awaitLines(t *testing.T, name string, n int) {
	t.Helper()
	for {
		text, _ := os.ReadFile(name)
		if bytes.Count(text, []byte("\n")) >= n {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal("the test is over")
		case <-time.After(5 * time.Millisecond):
		}
	}
}
