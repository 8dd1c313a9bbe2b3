package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
	"time"
)

// Report is what a run found. Times in JSON are seconds.
type Report struct {
	Target      string `json:"target"`
	Concurrency int    `json:"concurrency"`

	Requests    int                `json:"requests"`  // ended, failed ones too
	Documents   int                `json:"documents"` // requests that succeeded
	Failed      int                `json:"failed_requests"`
	Failures    map[string]Failure `json:"failures"`     // by status or kind
	Pages       int                `json:"pages"`        // read, wholly or in part
	FailedPages int                `json:"failed_pages"` // of documents that were answered

	Wall           float64 `json:"wall_s"`
	PagesPerSecond float64 `json:"pages_per_s"`

	Latency   Latency  `json:"latency_s"`              // of requests that succeeded
	FirstPage *Latency `json:"first_page_s,omitempty"` // of streams: until the first page
	Usage     *Usage   `json:"server,omitempty"`       // when the server's process was watched
}

// Failure is a class of failed requests.
type Failure struct {
	Count   int    `json:"count"`
	Example string `json:"example"` // what the first of them said
}

// Latency holds percentiles in seconds, 0 where there was nothing to measure.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Usage is what the server's process and those below it took.
type Usage struct {
	CPUSeconds        float64 `json:"cpu_s"`
	CPUSecondsPerPage float64 `json:"cpu_s_per_page"`
	// PeakRSS is the largest sum of resident bytes over the processes, so memory
	// that they share counts several times.
	PeakRSS int64 `json:"peak_rss_bytes"`
	// PeakPSS counts it once. It is sampled less often.
	PeakPSS int64 `json:"peak_pss_bytes"`
}

// tally adds outcomes up.
type tally struct {
	wall          time.Duration
	requests      int
	failed        int
	pages, broken int
	failures      map[string]*Failure
	latencies     []time.Duration
	firstPages    []time.Duration
}

func (t *tally) add(o outcome) {
	t.requests++
	t.pages += o.pages
	t.broken += o.failedPages
	if o.failure != "" {
		t.failed++
		f := t.failures[o.failure]
		if f == nil {
			f = &Failure{Example: o.detail}
			t.failures[o.failure] = f
		}
		f.Count++
		return
	}
	t.latencies = append(t.latencies, o.latency)
	if o.firstPage > 0 {
		t.firstPages = append(t.firstPages, o.firstPage)
	}
}

func (t *tally) report() Report {
	r := Report{
		Requests: t.requests, Documents: t.requests - t.failed, Failed: t.failed, Failures: map[string]Failure{},
		Pages: t.pages, FailedPages: t.broken,
		Wall: t.wall.Seconds(), PagesPerSecond: float64(t.pages) / max(t.wall.Seconds(), 1e-9),
		Latency: percentiles(t.latencies),
	}
	for class, f := range t.failures {
		r.Failures[class] = *f
	}
	if len(t.firstPages) > 0 {
		first := percentiles(t.firstPages)
		r.FirstPage = &first
	}
	return r
}

func percentiles(times []time.Duration) Latency {
	if len(times) == 0 {
		return Latency{}
	}
	slices.Sort(times)
	// The smallest value that at least the share p of all values does not exceed.
	at := func(p float64) float64 {
		return times[max(int(math.Ceil(p*float64(len(times)))), 1)-1].Seconds()
	}
	return Latency{P50: at(0.50), P95: at(0.95), P99: at(0.99), Max: at(1)}
}

// Write writes the report as a table for people.
func (r Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("target", "%s", r.Target)
	row("documents", "%d read, %d failed, %d at a time", r.Documents, r.Failed, r.Concurrency)
	row("pages", "%d read, %d failed", r.Pages, r.FailedPages)
	row("time", "%.1f s, %.2f pages/s", r.Wall, r.PagesPerSecond)
	latency := func(name string, l Latency) {
		row(name, "p50 %.2f s, p95 %.2f s, p99 %.2f s, max %.2f s", l.P50, l.P95, l.P99, l.Max)
	}
	latency("latency", r.Latency)
	if r.FirstPage != nil {
		latency("first page", *r.FirstPage)
	}
	if r.Usage != nil {
		row("server", "%.4f CPU-s a page, %.1f CPU-s in all, peak memory %d MiB, %d MiB with shared pages once",
			r.Usage.CPUSecondsPerPage, r.Usage.CPUSeconds, r.Usage.PeakRSS>>20, r.Usage.PeakPSS>>20)
	}
	for _, class := range slices.Sorted(maps.Keys(r.Failures)) {
		row("failed", "%d x %s: %s", r.Failures[class].Count, class, r.Failures[class].Example)
	}
	return t.Flush()
}

// WriteJSON writes the report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
