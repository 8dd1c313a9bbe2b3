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
	// Files are the documents, sent in turn. Each is read once and kept in memory.
	Files []string
	// Fields are form fields that go with every document, such as pages or dpi.
	Fields map[string]string

	// Concurrency is how many requests are under way at once. The loop is
	// closed: a new request starts when one has ended.
	Concurrency int
	// Requests ends the run after that many, Duration after that time; 0 means no
	// such end. Requests under way are waited for.
	Requests int
	Duration time.Duration
	// Timeout bounds one request.
	Timeout time.Duration

	// PID is the server's process, whose tree is watched through /proc; 0 watches none.
	PID int
}

// DefaultConfig sends each document once, one after the other.
func DefaultConfig() Config {
	return Config{BaseURL: "http://127.0.0.1:8007", Endpoint: EndpointDocument, Concurrency: 1, Timeout: 30 * time.Minute}
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
	check(len(c.Files) > 0, "no documents to send")
	check(c.Concurrency >= 1 && c.Concurrency <= 4096, "the concurrency %d is not within 1 to 4096", c.Concurrency)
	check(c.Requests >= 0 && c.Requests <= maxRequests, "the number of requests %d is not within 0 to %d", c.Requests, maxRequests)
	check(c.Duration >= 0, "the duration %s is negative", c.Duration)
	check(c.Timeout > 0, "the timeout %s is not positive", c.Timeout)
	check(c.PID >= 0, "the process id %d is negative", c.PID)
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
	uploads, err := readUploads(cfg.Files, cfg.Fields)
	if err != nil {
		return Report{}, err
	}
	watch, err := watchTree(cfg.PID)
	if err != nil {
		return Report{}, err
	}
	run := newRun(cfg, uploads, progress)
	run.loop(ctx)
	report := run.report()
	if report.Usage, err = watch.stop(report.Pages); err != nil {
		return report, err
	}
	return report, ctx.Err()
}

// run is one measurement.
type run struct {
	cfg      Config
	uploads  []upload
	progress func(Progress)
	client   *http.Client
	total    int // requests to send
	start    time.Time

	mu      sync.Mutex
	started int
	result  tally
}

func newRun(cfg Config, uploads []upload, progress func(Progress)) *run {
	total := cfg.Requests
	if total == 0 && cfg.Duration == 0 {
		total = len(uploads)
	} else if total == 0 {
		total = maxRequests
	}
	transport := &http.Transport{
		MaxIdleConnsPerHost: cfg.Concurrency,
		DisableCompression:  true, // unpacking would be the client's work
	}
	return &run{
		cfg: cfg, uploads: uploads, progress: progress, total: total,
		client: &http.Client{Transport: transport},
		result: tally{failures: map[string]*Failure{}},
	}
}

// loop keeps Concurrency requests under way until the end of the run.
func (r *run) loop(ctx context.Context) {
	r.start = time.Now()
	var workers sync.WaitGroup
	for range min(r.cfg.Concurrency, r.total) {
		workers.Go(func() {
			for ctx.Err() == nil {
				next, ok := r.next()
				if !ok {
					return
				}
				o := r.send(ctx, next)
				if ctx.Err() == nil { // else cut off by us: no finding about the server
					r.add(o)
				}
			}
		})
	}
	workers.Wait()
	r.result.wall = time.Since(r.start)
	r.client.CloseIdleConnections()
}

// next gives the document to send, false at the end of the run.
func (r *run) next() (upload, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started == r.total || r.cfg.Duration > 0 && time.Since(r.start) >= r.cfg.Duration {
		return upload{}, false
	}
	u := r.uploads[r.started%len(r.uploads)]
	r.started++
	return u, true
}

// add counts an outcome.
func (r *run) add(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.add(o)
	if r.progress == nil {
		return
	}
	p := Progress{Done: r.result.requests, Total: r.total, Failed: r.result.failed, Pages: r.result.pages}
	if r.total == maxRequests {
		p.Total = 0
	}
	r.progress(p)
}

func (r *run) report() Report {
	report := r.result.report()
	report.Target = strings.TrimRight(r.cfg.BaseURL, "/") + r.cfg.Endpoint
	report.Concurrency = r.cfg.Concurrency
	return report
}
