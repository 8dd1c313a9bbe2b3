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
	Target string  `json:"target"`
	Engine *Engine `json:"engine,omitempty"` // of the server, when it says
	Wall   float64 `json:"wall_s"`
	Findings
	Classes  []ClassReport `json:"classes"`
	Usage    *Usage        `json:"server,omitempty"` // when the server's process was watched
	Costs    []Cost        `json:"costs,omitempty"`  // when there is a price: of this run, then published ones
	Timeline Timeline      `json:"timeline"`
}

// ClassReport is what was found of one class.
type ClassReport struct {
	Name string `json:"name"`
	Load string `json:"load"`
	Findings
}

// Findings are about all requests or those of a class.
type Findings struct {
	Requests       int                `json:"requests"`  // ended, failed ones too
	Documents      int                `json:"documents"` // requests that succeeded
	Failed         int                `json:"failed_requests"`
	Failures       map[string]Failure `json:"failures"`     // by status or kind
	Overruns       int                `json:"overruns"`     // requests of an open loop that were due and not sent, for too many were under way
	Pages          int                `json:"pages"`        // read, wholly or in part
	FailedPages    int                `json:"failed_pages"` // of documents that were answered
	PagesPerSecond float64            `json:"pages_per_s"`
	Asked          int                `json:"model_requests"`    // for regions and questions, those sent again too; 0 where no model is asked
	NotAsked       int                `json:"regions_not_asked"` // because a PDF's own text was verified, or read before
	Characters     Characters         `json:"text_layer"`
	Latency        Latency            `json:"latency_s"`              // of requests that succeeded, since they were due
	FirstPage      *Latency           `json:"first_page_s,omitempty"` // of streams: until the first page
}

// Characters counts those of PDFs' own text: taken because they were verified, read all the
// same, and of those refuted.
type Characters struct {
	Verified int `json:"verified"`
	Read     int `json:"read"`
	Refuted  int `json:"refuted"`
}

func (c *Characters) add(o Characters) {
	c.Verified, c.Read, c.Refuted = c.Verified+o.Verified, c.Read+o.Read, c.Refuted+o.Refuted
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
	// PeakFDs is the largest number of open files over the processes, sampled as
	// often as PeakPSS.
	PeakFDs int `json:"peak_fds"`
	// WatchingSeconds is the processor time that the looks took, beside the server's.
	WatchingSeconds float64 `json:"watching_cpu_s"`
}

// tally adds outcomes up.
type tally struct {
	requests      int
	failed        int
	overruns      int
	pages, broken int
	asked         int
	notAsked      int
	characters    Characters
	failures      map[string]*Failure
	latencies     []time.Duration
	firstPages    []time.Duration
}

func (t *tally) add(o outcome) {
	t.requests++
	t.pages += o.pages
	t.broken += o.failedPages
	t.asked += o.asked
	t.notAsked += o.notAsked
	t.characters.add(o.characters)
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

// join adds what another has counted.
func (t *tally) join(other tally) {
	t.requests += other.requests
	t.failed += other.failed
	t.overruns += other.overruns
	t.pages += other.pages
	t.broken += other.broken
	t.asked += other.asked
	t.notAsked += other.notAsked
	t.characters.add(other.characters)
	t.latencies = append(t.latencies, other.latencies...)
	t.firstPages = append(t.firstPages, other.firstPages...)
	for class, f := range other.failures {
		if t.failures[class] == nil {
			t.failures[class] = &Failure{Example: f.Example}
		}
		t.failures[class].Count += f.Count
	}
}

func (t *tally) findings(wall time.Duration) Findings {
	f := Findings{
		Requests: t.requests, Documents: t.requests - t.failed, Failed: t.failed, Failures: map[string]Failure{}, Overruns: t.overruns,
		Pages: t.pages, FailedPages: t.broken, PagesPerSecond: float64(t.pages) / max(wall.Seconds(), 1e-9),
		Asked: t.asked, NotAsked: t.notAsked, Characters: t.characters, Latency: percentiles(t.latencies),
	}
	for class, failure := range t.failures {
		f.Failures[class] = *failure
	}
	if len(t.firstPages) > 0 {
		first := percentiles(t.firstPages)
		f.FirstPage = &first
	}
	return f
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
	t := &table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	t.row("target", "%s", r.Target)
	if r.Engine != nil {
		t.row("engine", "%s", r.Engine)
	}
	how := "in all"
	if len(r.Classes) == 1 {
		how = r.Classes[0].Load
	}
	t.row("documents", "%d read, %d failed, %s", r.Documents, r.Failed, how)
	t.row("pages", "%d read, %d failed", r.Pages, r.FailedPages)
	if r.Asked+r.NotAsked > 0 {
		t.row("model", "%.1f requests a page, %d in all; %d regions not asked for", float64(r.Asked)/max(float64(r.Pages), 1), r.Asked, r.NotAsked)
	}
	if c := r.Characters; c.Verified+c.Read > 0 {
		t.row("text layer", "%.1f %% verified: %d characters, %d read all the same, %d refuted", 100*float64(c.Verified)/float64(c.Verified+c.Read), c.Verified, c.Read, c.Refuted)
	}
	t.row("time", "%.1f s, %.2f pages/s", r.Wall, r.PagesPerSecond)
	t.latencies("", r.Findings)
	if len(r.Classes) > 1 {
		for _, c := range r.Classes {
			t.row(c.Name, "%d read, %d failed, %s, %.2f pages/s", c.Documents, c.Failed, c.Load, c.PagesPerSecond)
			t.latencies("  ", c.Findings)
		}
	}
	if u := r.Usage; u != nil {
		t.row("server", "%.4f CPU-s a page, %.1f CPU-s in all, peak memory %d MiB, %d MiB with shared pages once, %d open files",
			u.CPUSecondsPerPage, u.CPUSeconds, u.PeakRSS>>20, u.PeakPSS>>20, u.PeakFDs)
		t.row("watching it", "%.1f %% of a core", 100*u.WatchingSeconds/max(r.Wall, 1e-9))
	}
	for _, c := range r.Costs {
		name, kept := "cost", ""
		if c.Card != "" {
			name, kept = "  "+c.Card, " (published speed, this price)"
		}
		t.row(name, "%.2f pages/s, %.0f pages/day, $%.3f per 1,000 pages at $%.2f/h%s", c.PagesPerSecond, c.PagesPerDay, c.Per1000Pages, c.PricePerHour, kept)
	}
	for _, class := range slices.Sorted(maps.Keys(r.Failures)) {
		t.row("failed", "%d x %s: %s", r.Failures[class].Count, class, r.Failures[class].Example)
	}
	if r.Overruns > 0 {
		t.row("not sent", "%d requests were due while as many as allowed were under way: the server is slower than this rate", r.Overruns)
	}
	return t.Flush()
}

// table has rows of a name and a text.
type table struct{ *tabwriter.Writer }

func (t *table) row(name, format string, args ...any) {
	fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...))
}

func (t *table) latencies(indent string, f Findings) {
	row := func(name string, l Latency) {
		t.row(indent+name, "p50 %.2f s, p95 %.2f s, p99 %.2f s, max %.2f s", l.P50, l.P95, l.P99, l.Max)
	}
	row("latency", f.Latency)
	if f.FirstPage != nil {
		row("first page", *f.FirstPage)
	}
}

// WriteJSON writes the report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
