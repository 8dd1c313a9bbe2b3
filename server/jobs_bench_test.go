package server_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/blob"
	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/server"
	"ocr-gateway/service"
)

// BenchmarkQueuedJobs asks for jobs while 10,000 wait: `go test -run - -bench QueuedJobs -benchtime 2000x ./server`.
func BenchmarkQueuedJobs(b *testing.B) {
	const waiting = 10_000
	a := benchServer(b, func(c *jobs.Config) { c.Parallel = 0 })
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for range waiting / 8 {
				a.ask(b, http.MethodPost, jobsURL, "pages:1", 202)
			}
		})
	}
	senders.Wait()
	b.ReportMetric(float64(waiting)/time.Since(start).Seconds(), "submits/s")
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/waiting, "heap-B/job")
	id := a.ask(b, http.MethodPost, jobsURL, "pages:1", 202)
	for name, path := range map[string]string{"list": jobsURL, "status": jobsURL + "/" + id} {
		var took []time.Duration
		for range max(b.N, 100) {
			start := time.Now()
			a.ask(b, http.MethodGet, path, "", 200)
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, name+"-p99-ms")
	}
}

type benched struct{ *httptest.Server }

func benchServer(b *testing.B, change func(*jobs.Config)) benched {
	b.Helper()
	quiet := slog.New(slog.DiscardHandler)
	cfg := server.DefaultConfig()
	parts := service.Parts{Pipeline: scripted(), Fields: fakeSchema}
	svc, err := service.New(cfg.Config, parts, quiet)
	if err != nil {
		b.Fatal(err)
	}
	c := jobs.DefaultConfig()
	c.Dir = b.TempDir()
	change(&c)
	blobs, err := blob.Open(blob.Config{Dir: filepath.Join(c.Dir, "blobs")}, quiet)
	if err != nil {
		b.Fatal(err)
	}
	kept, err := jobs.Open(b.Context(), c, jobs.Parts{
		Service: svc, Blobs: blobs, Ready: func() bool { return true }, Whole: func(document.Options) bool { return false },
	}, quiet)
	if err != nil {
		b.Fatal(err)
	}
	s, err := server.New(cfg, server.Deps{Service: svc, Jobs: kept, Status: ready}, quiet)
	if err != nil {
		b.Fatal(err)
	}
	a := benched{httptest.NewServer(s.Handler())}
	b.Cleanup(func() {
		a.Close()
		kept.Close(context.Background())
	})
	return a
}

// ask sends a request and gives the id in its answer.
func (s benched) ask(b *testing.B, method, path, body string, status int) string {
	req, err := http.NewRequestWithContext(b.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		b.Fatalf("%s %s: %d %s (%v)", method, path, res.StatusCode, answer, err)
	}
	var job struct{ ID string }
	if err := json.Unmarshal(answer, &job); err != nil {
		b.Fatal(err)
	}
	return job.ID
}
