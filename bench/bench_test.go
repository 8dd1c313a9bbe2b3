package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/bench"
)

// documents writes files with the given contents.
func documents(t *testing.T, contents ...string) []string {
	t.Helper()
	var files []string
	for i, content := range contents {
		file := filepath.Join(t.TempDir(), fmt.Sprintf("document-%d \"x\".pdf", i))
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// serve starts a server and gives a configuration that points to it. The handler
// gets the documents; the server does not say which engine it has.
func serve(t *testing.T, handler http.HandlerFunc, files ...string) bench.Config {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("POST /", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cfg := bench.DefaultConfig()
	cfg.BaseURL, cfg.Classes = server.URL+"/", []bench.Class{{Files: files, Concurrency: 1}}
	return cfg
}

func TestDocumentsArriveAsTheyAre(t *testing.T) {
	contents := []string{"one", "two --ocr-gateway-bench-- two", "\r\n--x\r\n"}
	files := documents(t, contents...)
	var mu sync.Mutex
	got := map[string]string{}
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != bench.EndpointDocument || r.Header.Get("Authorization") != "Bearer hush" || r.FormValue("pages") != "1-2" {
			t.Errorf("got %s, Authorization %q, pages %q", r.URL, r.Header.Get("Authorization"), r.FormValue("pages"))
		}
		file, header, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		defer file.Close()
		data, err := io.ReadAll(file)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		got[header.Filename] = string(data)
		mu.Unlock()
		fmt.Fprint(w, `{"summary":{"ok":2,"partial":1,"failed":3,"canceled":1,"text_layer":{"verified":9,"read":3,"refuted":1,"regions_not_asked":5}},"usage":{"attempts":4}}`)
	}, files...)
	cfg.APIKey, cfg.Fields, cfg.Classes[0].Concurrency = "hush", map[string]string{"pages": "1-2"}, 2

	var seen []bench.Progress
	report, err := bench.Run(t.Context(), cfg, func(p bench.Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		if got[filepath.Base(file)] != contents[i] {
			t.Errorf("%s arrived as %q", file, got[filepath.Base(file)])
		}
	}
	if report.Documents != 3 || report.Failed != 0 || report.Pages != 9 || report.FailedPages != 12 || report.Asked != 12 || report.NotAsked != 15 || report.Characters != (bench.Characters{Verified: 27, Read: 9, Refuted: 3}) {
		t.Errorf("got %+v", report)
	}
	if report.Latency.P50 <= 0 || report.Latency.Max < report.Latency.P99 || report.PagesPerSecond <= 0 {
		t.Errorf("got %+v", report)
	}
	if want := (bench.Progress{Done: 3, Total: 3, Pages: 9}); len(seen) != 3 || seen[2] != want {
		t.Errorf("progress %+v", seen)
	}
}

func TestFailuresAreCountedByStatus(t *testing.T) {
	var n atomic.Int64
	cfg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch n.Add(1) {
		case 1, 2:
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"detail":"full"}`)
		case 3:
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<html>")
		case 4:
			fmt.Fprint(w, "no JSON")
		case 5:
			panic(http.ErrAbortHandler)
		default:
			fmt.Fprint(w, `{"text":"a page without a summary"}`)
		}
	}, documents(t, "x")...)
	cfg.Requests = 6
	report, err := bench.Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Requests != 6 || report.Failed != 5 || report.Documents != 1 || report.Pages != 1 {
		t.Errorf("got %+v", report)
	}
	want := map[string]bench.Failure{"503": {2, "full"}, "502": {1, "Bad Gateway"}}
	for class, failure := range want {
		if report.Failures[class] != failure {
			t.Errorf("%s: got %+v", class, report.Failures[class])
		}
	}
	if report.Failures["bad answer"].Count != 1 || report.Failures["no answer"].Count != 1 {
		t.Errorf("got %+v", report.Failures)
	}
}

func TestStreams(t *testing.T) {
	const head = "retry: 5000\n\nid: 1\nevent: job.accepted\ndata: {}\n\n: comment\n\n"
	const page = "event: page.completed\ndata: {\"number\":1}\n\n"
	answers := []string{
		head + page + page + "event: document.partial\ndata: {\"summary\":{\"ok\":1,\"partial\":1,\"failed\":1}}\n\n",
		head + "event: document.failed\ndata: {\"summary\":{\"failed\":2},\"error\":{\"detail\":\"why\"}}\n\n",
		head + page,
		head + "event: document.completed\ndata: {\n\n",
	}
	var n atomic.Int64
	cfg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, answers[n.Add(1)-1])
	}, documents(t, "x")...)
	cfg.Endpoint, cfg.Requests = bench.EndpointStream, len(answers)
	report, err := bench.Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Documents != 1 || report.Pages != 2 || report.FailedPages != 3 {
		t.Errorf("got %+v", report)
	}
	if report.FirstPage == nil || report.FirstPage.Max <= 0 || report.FirstPage.Max > report.Latency.Max {
		t.Errorf("first page %+v, latency %+v", report.FirstPage, report.Latency)
	}
	if got := report.Failures["document.failed"]; got != (bench.Failure{Count: 1, Example: "why"}) {
		t.Errorf("got %+v", got)
	}
	if got := report.Failures["bad answer"]; got.Count != 2 || !strings.Contains(got.Example, "ended before") {
		t.Errorf("got %+v", got)
	}
}

func TestConcurrencyIsKeptAndNotExceeded(t *testing.T) {
	const concurrency = 4
	var running, most atomic.Int64
	full := make(chan struct{}) // closed when all are under way
	cfg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		now := running.Add(1)
		defer running.Add(-1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		if now == concurrency {
			close(full)
		}
		<-full
		fmt.Fprint(w, `{}`)
	}, documents(t, "x")...)
	cfg.Classes[0].Concurrency, cfg.Requests = concurrency, concurrency
	if _, err := bench.Run(t.Context(), cfg, nil); err != nil {
		t.Fatal(err)
	}
	if most.Load() != concurrency {
		t.Errorf("%d requests at once, want %d", most.Load(), concurrency)
	}
}

func TestDurationEndsTheRun(t *testing.T) {
	cfg := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) }, documents(t, "x")...)
	cfg.Duration = 50 * time.Millisecond
	report, err := bench.Run(t.Context(), cfg, func(p bench.Progress) {
		if p.Total != 0 {
			t.Errorf("a run by time has the total %d", p.Total)
		}
	})
	if err != nil || report.Documents == 0 || report.Wall < 0.05 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestCancelReportsWhatWasMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int64
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		if n.Add(1) == 2 {
			cancel()
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, `{}`)
	}, documents(t, "x")...)
	cfg.Requests = 1000
	report, err := bench.Run(ctx, cfg, nil)
	if !errors.Is(err, context.Canceled) || report.Requests != 1 || report.Failed != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
}

// processorTime is what this process has used so far.
func processorTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Error(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func TestServerProcessIsWatched(t *testing.T) {
	cfg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for end := processorTime(t) + 30*time.Millisecond; processorTime(t) < end; {
			continue
		}
		fmt.Fprint(w, `{}`)
	}, documents(t, "x")...)
	cfg.PID, cfg.Requests = os.Getpid(), 4
	report, err := bench.Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rss int64
	for _, p := range report.Timeline.Points {
		rss = max(rss, p.RSS)
	}
	u := report.Usage
	if u == nil || rss < 1<<20 || u.CPUSeconds < 0.1 || u.CPUSeconds > 60 || u.CPUSecondsPerPage != u.CPUSeconds/4 || u.PeakRSS < 1<<20 || u.PeakPSS < 1<<20 || u.PeakFDs < 3 || u.WatchingSeconds <= 0 || u.WatchingSeconds > report.Wall {
		t.Errorf("got %+v", u)
	}
}

func TestImpossibleRunsAreRefused(t *testing.T) {
	good := bench.DefaultConfig()
	files := documents(t, "x")
	for name, spoil := range map[string]func(*bench.Config){
		"base URL":    func(c *bench.Config) { c.BaseURL = "localhost:8007" },
		"endpoint":    func(c *bench.Config) { c.Endpoint = "/api/ocr/jobs" },
		"documents":   func(c *bench.Config) { c.Classes[0].Files = nil },
		"concurrency": func(c *bench.Config) { c.Classes[0].Concurrency = 0 },
		"requests":    func(c *bench.Config) { c.Requests = -1 },
		"duration":    func(c *bench.Config) { c.Duration = -1 },
		"rate":        func(c *bench.Config) { c.Classes[0].Rate = -1 },
		"ramp":        func(c *bench.Config) { c.Ramp = -1 },
		"price":       func(c *bench.Config) { c.Price = -1 },
		"two classes": func(c *bench.Config) { c.Classes = append(c.Classes, c.Classes[0]) },
		"timeout":     func(c *bench.Config) { c.Timeout = 0 },
		"process":     func(c *bench.Config) { c.PID = 1 << 30 },
		"no such":     func(c *bench.Config) { c.Classes[0].Files = []string{"none.pdf"} },
	} {
		cfg := good
		cfg.Classes = []bench.Class{{Files: files, Concurrency: 1}}
		spoil(&cfg)
		if _, err := bench.Run(t.Context(), cfg, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestReportIsReadable(t *testing.T) {
	findings := bench.Findings{
		Requests: 12, Documents: 10, Failed: 2, Pages: 30, FailedPages: 1,
		Failures: map[string]bench.Failure{"503": {Count: 2, Example: "full"}}, PagesPerSecond: 2.431, Asked: 45, NotAsked: 150,
		Characters: bench.Characters{Verified: 1974, Read: 26, Refuted: 2},
		Latency:    bench.Latency{P50: 1, P95: 2, P99: 3, Max: 4}, FirstPage: &bench.Latency{P50: 0.5},
	}
	report := bench.Report{
		Target: "http://x/api/ocr/document", Wall: 12.34, Findings: findings, Classes: []bench.ClassReport{{Name: "all", Load: "2 at a time"}},
		Usage: &bench.Usage{CPUSeconds: 60, CPUSecondsPerPage: 2, PeakRSS: 800 << 20, PeakPSS: 700 << 20, PeakFDs: 90, WatchingSeconds: 0.1234},
		Costs: []bench.Cost{{PagesPerSecond: 2.431, PagesPerDay: 210038, Per1000Pages: 0.273, PricePerHour: 2.39}, {Card: "A100", PagesPerSecond: 2.5, PricePerHour: 2.39}},
	}
	var table bytes.Buffer
	if err := report.Write(&table); err != nil {
		t.Fatal(err)
	}
	const want = `target       http://x/api/ocr/document
documents    10 read, 2 failed, 2 at a time
pages        30 read, 1 failed
model        1.5 requests a page, 45 in all; 150 regions not asked for
text layer   98.7 % verified: 1974 characters, 26 read all the same, 2 refuted
time         12.3 s, 2.43 pages/s
latency      p50 1.00 s, p95 2.00 s, p99 3.00 s, max 4.00 s
first page   p50 0.50 s, p95 0.00 s, p99 0.00 s, max 0.00 s
server       2.0000 CPU-s a page, 60.0 CPU-s in all, peak memory 800 MiB, 700 MiB with shared pages once, 90 open files
watching it  1.0 % of a core
cost         2.43 pages/s, 210038 pages/day, $0.273 per 1,000 pages at $2.39/h
  A100       2.50 pages/s, 0 pages/day, $0.000 per 1,000 pages at $2.39/h (published speed, this price)
failed       2 x 503: full
`
	if table.String() != want {
		t.Errorf("got\n%s\nwant\n%s", table.String(), want)
	}
	report.Classes = []bench.ClassReport{{Name: "small", Load: "5 a second", Findings: findings}, {Name: "long", Load: "2 at a time"}}
	table.Reset()
	if err := report.Write(&table); err != nil {
		t.Fatal(err)
	}
	const classes = `small         10 read, 2 failed, 5 a second, 2.43 pages/s
  latency     p50 1.00 s, p95 2.00 s, p99 3.00 s, max 4.00 s
  first page  p50 0.50 s, p95 0.00 s, p99 0.00 s, max 0.00 s
long          0 read, 0 failed, 2 at a time, 0.00 pages/s
`
	if !strings.Contains(table.String(), classes) {
		t.Errorf("got\n%s\nwant in it\n%s", table.String(), classes)
	}
	var data bytes.Buffer
	if err := report.WriteJSON(&data); err != nil {
		t.Fatal(err)
	}
	var back bench.Report
	if err := json.Unmarshal(data.Bytes(), &back); err != nil || back.Usage.PeakRSS != report.Usage.PeakRSS || back.Pages != 30 || len(back.Classes) != 2 {
		t.Errorf("got %+v, %v", back, err)
	}
}

// TestEngineIsNamed shows that a report says what the server reads with, and that
// a server which does not say is measured all the same.
func TestEngineIsNamed(t *testing.T) {
	const ours = `{"engines":[{"name":"vllm","model":"glm-ocr","state":"ready","encoder":"libjpeg-turbo"},{"name":"embedded","model":"m"}]}`
	for name, c := range map[string]struct {
		status     int
		info, want string
	}{
		"ours":             {200, ours, "vllm, glm-ocr, JPEG by libjpeg-turbo"},
		"no images":        {200, `{"engines":[{"name":"embedded","model":"PP-OCRv6-small"}]}`, "embedded, PP-OCRv6-small\n"},
		"no key":           {401, `{"engines":[{"name":"x"}]}`, ""},
		"another program":  {200, `<html>`, ""},
		"no engines":       {200, `{}`, ""},
		"no such endpoint": {404, `{}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("POST /", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"summary":{"ok":1}}`) })
			mux.HandleFunc("GET /api/info", func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("Authorization"); got != "Bearer hush" {
					t.Errorf("Authorization is %q", got)
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.info)
			})
			server := httptest.NewServer(mux)
			defer server.Close()
			cfg := bench.DefaultConfig()
			cfg.BaseURL, cfg.APIKey, cfg.Classes = server.URL, "hush", []bench.Class{{Files: documents(t, "x"), Concurrency: 1}}
			report, err := bench.Run(t.Context(), cfg, nil)
			if err != nil || report.Pages != 1 {
				t.Fatalf("got %d pages, %v", report.Pages, err)
			}
			var text bytes.Buffer
			if err := report.Write(&text); err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if report.Engine != nil || strings.Contains(text.String(), "engine") {
					t.Errorf("got %+v and %s", report.Engine, &text)
				}
			} else if !strings.Contains(text.String(), c.want) {
				t.Errorf("%q is not in %s", c.want, &text)
			}
		})
	}
}
