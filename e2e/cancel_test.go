package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// children are the processes that a process has started and not yet waited for.
func children(t *testing.T, pid int) (pids []string) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, _ := os.ReadFile(file) // threads come and go
		pids = append(pids, strings.Fields(string(b))...)
	}
	return pids
}

// ending is how a request ended for its client.
type ending struct {
	status int
	body   string
}

// ask posts the sample and gives the answer, as far as one came.
func ask(ctx context.Context, t *testing.T, url string, options ...string) <-chan ending {
	t.Helper()
	body, contentType := upload(t, "file", testdata+"sample.pdf", options...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	end := make(chan ending, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			end <- ending{0, err.Error()}
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			b = append(b, "\ncut off: "+err.Error()...)
		}
		end <- ending{resp.StatusCode, string(b)}
	}()
	return end
}

// TestWorkEndsWithItsRequest ends requests whose regions hang in the model server for
// ever in every way there is. Then nothing of them is left there, or in a rendering child.
func TestWorkEndsWithItsRequest(t *testing.T) {
	const doc, stream = "/api/ocr/document", "/api/ocr/document/stream"
	type gateway struct {
		leave context.CancelFunc // of the client
		stop  func()
	}
	for name, tc := range map[string]struct {
		path   string
		end    func(gateway) // nil: the deadline does
		want   string        // in what the client gets
		status int
	}{
		"client leaves":         {doc, func(g gateway) { g.leave() }, "canceled", 0},
		"client leaves stream":  {stream, func(g gateway) { g.leave() }, "canceled", 200},
		"deadline":              {doc, nil, `"code":"deadline_exceeded"`, 504},
		"deadline of a stream":  {stream, nil, `"code":"deadline_exceeded"`, 200},
		"server stops":          {doc, func(g gateway) { g.stop() }, "has interrupted this request", 503},
		"server stops a stream": {stream, func(g gateway) { g.stop() }, "event: document.canceled\n", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait rather than work
			fake := enginetest.NewFake(enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Hang: true})})
			model := httptest.NewServer(fake)
			defer model.Close()
			server := program.Serve(t, "OCR_VLLM_ENDPOINTS="+model.URL, "OCR_LAYOUT_SIDECAR=off", "OCR_SERVER_DRAIN_TIMEOUT=5s", "OCR_SERVER_STREAM_GRACE=200ms")
			base := server.URL
			waitHealth(t, base, func(state, _ string) bool { return state == "ready" })
			spares := len(children(t, server.PID()))
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			// A deadline must leave the time to get as far as the model, however slow the machine is.
			var answer <-chan ending
			for deadline, busy := 1500, false; !busy; deadline *= 2 {
				var options []string
				if tc.end == nil {
					options = []string{"deadline_ms", strconv.Itoa(deadline)}
				}
				answer = ask(ctx, t, base+tc.path, options...)
				waitFor(t, 2*time.Minute, "the model server to be busy", func() bool {
					busy = fake.Counts().InFlight > 0
					return busy || tc.end == nil && len(answer) > 0
				})
			}

			var ended time.Time
			stopping := false
			g := gateway{leave, func() {
				stopping = true
				server.Signal(t, syscall.SIGTERM)
				waitFor(t, time.Minute, "the gateway not to be ready", func() bool { return readiness(t, base) == http.StatusServiceUnavailable })
				if fake.Counts().InFlight == 0 {
					t.Error("running work ended before its grace")
				}
			}}
			if tc.end != nil {
				tc.end(g)
				ended = time.Now()
			}
			got := <-answer
			if tc.end == nil || stopping { // the answer says that it has ended
				ended = time.Now()
			}
			waitFor(t, time.Minute, "the model server to be idle", func() bool { return fake.Counts().InFlight == 0 })
			idle := time.Since(ended)
			waitFor(t, time.Minute, "rendering children to end", func() bool { return len(children(t, server.PID())) <= spares })
			gone := time.Since(ended)
			t.Logf("model server idle after %s, rendering children gone after %s", idle, gone)
			if got.status != tc.status || !strings.Contains(got.body, tc.want) {
				t.Errorf("the client got %d: %s", got.status, got.body)
			}
			if stopping {
				if strings.Contains(got.body, "cut off") {
					t.Errorf("the connection was cut: %s", got.body)
				}
				if err := server.Wait(); err != nil {
					t.Error(err)
				}
				return
			}
			waitFor(t, time.Minute, "the queue to be empty", func() bool { return queue(t, base) == queued{} })
		})
	}
}

func readiness(t *testing.T, base string) int {
	t.Helper()
	resp, err := http.Get(base + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

type queued struct{ Running, Uploading, Pages int }

func queue(t *testing.T, base string) queued {
	t.Helper()
	resp, err := http.Get(base + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var h struct{ Queue queued }
	if err := json.NewDecoder(resp.Body).Decode(&h); err != nil {
		t.Fatal(err)
	}
	return h.Queue
}
