package bench_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/bench"
)

var update = flag.Bool("update", false, "write the golden files anew")

// gather returns a handler that answers nobody until so many requests are there.
func gather(count int64) http.HandlerFunc {
	var here atomic.Int64
	full := make(chan struct{})
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // or the server would not see the client leave
		if here.Add(1) == count {
			close(full)
		}
		select {
		case <-full:
		case <-r.Context().Done():
		}
		fmt.Fprint(w, `{}`)
	}
}

// A closed loop would wait for the first answer for ever. The first request has
// waited for the others, and its latency says so.
func TestOpenLoopDoesNotWaitForAnswers(t *testing.T) {
	const count, rate = 20, 50
	cfg := serve(t, gather(count), documents(t, "x")...)
	cfg.Classes[0].Rate, cfg.Classes[0].Concurrency, cfg.Requests = rate, bench.MaxInFlight, count
	report, err := bench.Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	schedule := float64(count-1) / rate
	if report.Documents != count || report.Overruns != 0 || report.Wall < schedule || report.Latency.Max < schedule-0.01 {
		t.Errorf("got %+v, want a latency of %g s or more", report.Findings, schedule)
	}
}

func TestOpenLoopIsBounded(t *testing.T) {
	const most = 5
	cfg := serve(t, gather(most+1), documents(t, "x")...)
	cfg.Classes[0].Rate, cfg.Classes[0].Concurrency, cfg.Requests, cfg.Timeout = 100, most, 20, 2*time.Second
	report, err := bench.Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Requests != most || report.Failures["no answer"].Count != most || report.Overruns != 15 {
		t.Errorf("got %+v", report.Findings)
	}
	var table bytes.Buffer
	if err := report.Write(&table); err != nil || !strings.Contains(table.String(), "not sent   15 requests") {
		t.Errorf("%v:\n%s", err, table.String())
	}
}

func TestRampStartsOneAfterTheOther(t *testing.T) {
	for name, rate := range map[string]float64{"closed": 0, "open": 20} {
		const count = 4
		cfg := serve(t, gather(count), documents(t, "x")...)
		cfg.Classes[0].Rate, cfg.Classes[0].Concurrency, cfg.Requests, cfg.Ramp = rate, count, count, 400*time.Millisecond
		report, err := bench.Run(t.Context(), cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		if report.Documents != count || report.Wall < 0.3 {
			t.Errorf("%s: got %+v in %g s", name, report.Findings, report.Wall)
		}
		if points := report.Timeline.Points; points[0].InFlight < 2 || points[0].InFlight > count {
			t.Errorf("%s: %+v", name, points)
		}
	}
}

func TestClassesAreReportedApart(t *testing.T) {
	files := documents(t, "page", "book")
	var mu sync.Mutex
	sent := map[string]int{}
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, header, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if sent[header.Filename]++; header.Filename == filepath.Base(files[0]) {
			fmt.Fprint(w, `{}`)
			return
		}
		if sent[header.Filename] == 1 {
			fmt.Fprint(w, `{"summary":{"ok":500}}`)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	cfg.Classes = []bench.Class{
		{Name: "small", Files: []string{files[0], files[0], files[0]}, Rate: 1000, Concurrency: 3},
		{Name: "long", Files: []string{files[1], files[1]}, Concurrency: 1},
	}
	var last bench.Progress
	report, err := bench.Run(t.Context(), cfg, func(p bench.Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if want := (bench.Progress{Done: 5, Total: 5, Failed: 1, Pages: 503}); last != want || report.Pages != 503 || report.Failed != 1 {
		t.Errorf("progress %+v, report %+v", last, report.Findings)
	}
	small, long := report.Classes[0], report.Classes[1]
	if small.Documents != 3 || small.Pages != 3 || small.Load != "1000 a second" || small.Failed != 0 || small.PagesPerSecond <= 0 {
		t.Errorf("small: %+v", small)
	}
	if long.Documents != 1 || long.Pages != 500 || long.Load != "1 at a time" || long.Failures["503"].Count != 1 || long.Latency.Max <= 0 {
		t.Errorf("long: %+v", long)
	}
}

func TestClassesAreParsed(t *testing.T) {
	files := documents(t, "a", "b")
	pattern := filepath.Join(filepath.Dir(filepath.Dir(files[0])), "*", "document-*")
	for text, want := range map[string]bench.Class{
		"small=4:a.png":           {Name: "small", Files: []string{"a.png"}, Concurrency: 4},
		"x=90/m:a.png,b.pdf":      {Name: "x", Files: []string{"a.png", "b.pdf"}, Rate: 1.5, Concurrency: bench.MaxInFlight},
		"x=7.2/h:" + pattern:      {Name: "x", Files: files, Rate: 0.002, Concurrency: bench.MaxInFlight},
		"x=1:C:a=b.png,[broken":   {Name: "x", Files: []string{"C:a=b.png", "[broken"}, Concurrency: 1},
		"small=-4:refused-by-Run": {Name: "small", Files: []string{"refused-by-Run"}, Concurrency: -4},
	} {
		got, err := bench.ParseClass(text)
		if err != nil || got.Name != want.Name || !slices.Equal(got.Files, want.Files) || got.Rate != want.Rate || got.Concurrency != want.Concurrency {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a.png", "x=:a.png", "x=4", "=4:a", "x=5/d:a", "x=0/s:a", "x=NaN/s:a", "x=-1/s:a", "x=4.5:a", "x=1e300/s:a"} {
		if got, err := bench.ParseClass(text); err == nil {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

func TestCostIsReckoned(t *testing.T) {
	cfg := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"summary":{"ok":10}}`) }, documents(t, "x")...)
	cfg.Price = 3.6
	report, err := bench.Run(t.Context(), cfg, nil)
	if err != nil || len(report.Costs) != 4 {
		t.Fatalf("got %+v, %v", report.Costs, err)
	}
	if c := report.Costs[0]; c.PagesPerSecond != report.PagesPerSecond || c.PagesPerDay < c.PagesPerSecond || c.Card != "" {
		t.Errorf("got %+v", c)
	}
	// 3.5 pages/s are 12,600 an hour.
	if c := report.Costs[1]; c.Card != "H100" || c.PagesPerDay != 302_400 || c.Per1000Pages < 0.2857 || c.Per1000Pages > 0.2858 {
		t.Errorf("got %+v", c)
	}
}

func TestPlot(t *testing.T) {
	report := bench.Report{
		Target: "http://x/<&>", Wall: 11.2, Usage: &bench.Usage{},
		Findings: bench.Findings{Pages: 120, PagesPerSecond: 10.71},
		Timeline: bench.Timeline{Interval: 2, Points: []bench.Point{
			{Start: 0, PagesPerSecond: 2, InFlight: 1, RSS: 90 << 20},
			{Start: 2, PagesPerSecond: 9.5, InFlight: 4, Requests: 3, MeanLatency: 0.5, MaxLatency: 1.25, RSS: 200 << 20},
			{Start: 4, PagesPerSecond: 14, InFlight: 4, Requests: 4, MeanLatency: 0.75, MaxLatency: 2.75, RSS: 230 << 20},
			{Start: 6, PagesPerSecond: 0, InFlight: 4, RSS: 230 << 20},
			{Start: 8, PagesPerSecond: 17, InFlight: 2, Requests: 1, MeanLatency: 1, MaxLatency: 1, RSS: 231 << 20},
		}},
	}
	for name, r := range map[string]bench.Report{"plot.svg": report, "empty.svg": {}} {
		var got bytes.Buffer
		if err := r.WritePlot(&got); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s differs; look at it, then write it anew with -update. Got:\n%s", path, got.Bytes())
		}
	}
}
