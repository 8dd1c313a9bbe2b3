// Package bench is the load generator behind `ocr-gateway bench`: it sends
// documents to a running server and reports speed, latency, failures and, for a
// server on the same machine, the processor time and memory that it took.
package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The endpoints that can be measured.
const (
	EndpointDocument  = "/api/ocr/document"
	EndpointStream    = "/api/ocr/document/stream"
	EndpointRecognize = "/api/ocr/recognize"
)

// maxRequests bounds one run: a latency is kept for each request.
const maxRequests = 10_000_000

// Config says what is sent, where to and how much of it.
type Config struct {
	BaseURL  string // http://127.0.0.1:8007
	Endpoint string // one of the constants
	APIKey   string // empty sends none
	// Fields are form fields that go with every document, such as pages or dpi.
	Fields map[string]string

	// Classes are the documents, sent side by side.
	Classes []Class
	// Ramp is the time in which concurrency and rates grow to what they are to be.
	Ramp time.Duration
	// Requests ends the run after that many of all classes, Duration after that
	// time; with neither each document is sent once. Requests under way are waited for.
	Requests int
	Duration time.Duration
	// Timeout bounds one request.
	Timeout time.Duration

	// PID is the server's process, whose tree is watched through /proc; 0 watches none.
	PID int
	// Price is what the server's machine costs in dollars an hour; 0 reckons no cost.
	Price float64
}

// DefaultConfig lacks the classes only.
func DefaultConfig() Config {
	return Config{BaseURL: "http://127.0.0.1:8007", Endpoint: EndpointDocument, Timeout: 30 * time.Minute}
}

// Validate names everything that makes a run impossible.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	base, err := url.Parse(c.BaseURL)
	check(err == nil && (base.Scheme == "http" || base.Scheme == "https") && base.Host != "",
		"the base URL %q is not of the form http://host:port", c.BaseURL)
	check(c.Endpoint == EndpointDocument || c.Endpoint == EndpointStream || c.Endpoint == EndpointRecognize,
		"the endpoint %q is not %s, %s or %s", c.Endpoint, EndpointDocument, EndpointStream, EndpointRecognize)
	check(len(c.Classes) > 0, "no documents to send")
	names := map[string]bool{}
	for _, class := range c.Classes {
		if err := class.validate(); err != nil {
			errs = append(errs, err)
		}
		check(!names[class.Name], "two classes are called %q", class.Name)
		names[class.Name] = true
	}
	check(c.Requests >= 0 && c.Requests <= maxRequests, "the number of requests %d is not within 0 to %d", c.Requests, maxRequests)
	check(c.Duration >= 0, "the duration %s is negative", c.Duration)
	check(c.Ramp >= 0, "the ramp %s is negative", c.Ramp)
	check(c.Timeout > 0, "the timeout %s is not positive", c.Timeout)
	check(c.PID >= 0, "the process id %d is negative", c.PID)
	check(c.Price >= 0 && c.Price <= 1e6, "the price %g is not within 0 to 1,000,000", c.Price)
	return errors.Join(errs...)
}

// Progress is how far a run is.
type Progress struct {
	Done   int // requests, failed ones too
	Total  int // 0 when the run ends by time
	Failed int // requests
	Pages  int // read
}

// Run sends the documents and reports. progress, which may be nil, is called
// after each request, one call at a time. When ctx ends, what was measured
// until then is reported together with its error.
func Run(ctx context.Context, cfg Config, progress func(Progress)) (Report, error) {
	if err := cfg.Validate(); err != nil {
		return Report{}, err
	}
	engine := askEngine(ctx, cfg)
	run, err := newRun(cfg, progress)
	if err != nil {
		return Report{}, err
	}
	watch, err := watchTree(cfg.PID, run.timeline.memory)
	if err != nil {
		return Report{}, err
	}
	wall := run.measureAll(ctx)
	report := run.report(wall)
	report.Engine = engine
	if report.Usage, err = watch.stop(report.Pages); err != nil {
		return report, err
	}
	return report, ctx.Err()
}

// run is one measurement.
type run struct {
	cfg      Config
	loads    []*load
	progress func(Progress)
	client   *http.Client
	start    time.Time
	timeline *recorder

	mu      sync.Mutex
	started int      // of all loads
	shown   Progress // so far
}

func newRun(cfg Config, progress func(Progress)) (*run, error) {
	r := &run{cfg: cfg, progress: progress, start: time.Now()}
	r.timeline = newRecorder(r.start)
	budget, idle := int64(maxUploads), 0
	for _, class := range cfg.Classes {
		uploads, err := readUploads(class.Files, cfg.Fields, &budget)
		if err != nil {
			return nil, err
		}
		l := &load{run: r, class: class, uploads: uploads, total: maxRequests, result: tally{failures: map[string]*Failure{}}}
		if cfg.Requests == 0 && cfg.Duration == 0 {
			l.total = len(uploads)
			r.shown.Total += l.total
		}
		r.loads = append(r.loads, l)
		idle += class.Concurrency
	}
	if cfg.Requests > 0 {
		r.shown.Total = cfg.Requests
	}
	r.client = &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: idle,
		DisableCompression:  true, // unpacking would be the client's work
	}}
	return r, nil
}

// measureAll sends the documents of all classes side by side and gives how long
// that took.
func (r *run) measureAll(ctx context.Context) time.Duration {
	var loads sync.WaitGroup
	for _, l := range r.loads {
		if l.class.Rate > 0 {
			loads.Go(func() { l.open(ctx) })
		} else {
			loads.Go(func() { l.closed(ctx) })
		}
	}
	loads.Wait()
	wall := time.Since(r.start)
	r.client.CloseIdleConnections()
	return wall
}

// next returns the document of a request that is due then, false at the end of the run.
func (l *load) next(due time.Time) (upload, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.started == l.total || l.run.started == maxRequests || l.cfg.Requests > 0 && l.run.started == l.cfg.Requests ||
		l.cfg.Duration > 0 && due.Sub(l.start) >= l.cfg.Duration {
		return upload{}, false
	}
	u := l.uploads[l.started%len(l.uploads)]
	l.started++
	l.run.started++
	return u, true
}

// add counts an outcome.
func (l *load) add(o outcome) {
	if l.cfg.Endpoint != EndpointStream { // pages of streams are noted as they come
		l.timeline.pages(o.pages)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.add(o)
	l.shown.Done++
	l.shown.Pages += o.pages
	if o.failure != "" {
		l.shown.Failed++
	}
	if l.progress != nil {
		l.progress(l.shown)
	}
}

// overrun counts a request that was due and could not be sent.
func (l *load) overrun() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.overruns++
}

func (r *run) report(wall time.Duration) Report {
	var all tally
	all.failures = map[string]*Failure{}
	report := Report{Target: strings.TrimRight(r.cfg.BaseURL, "/") + r.cfg.Endpoint, Timeline: r.timeline.timeline(wall)}
	for _, l := range r.loads {
		all.join(l.result)
		report.Classes = append(report.Classes, ClassReport{Name: l.class.Name, Load: l.class.load(), Findings: l.result.findings(wall)})
	}
	report.Wall, report.Findings = wall.Seconds(), all.findings(wall)
	if r.cfg.Price > 0 {
		report.Costs = costs(report.PagesPerSecond, r.cfg.Price)
	}
	return report
}
