// Package batch has a gateway read many documents as jobs: it finds them, keeps some of them in
// work, writes the results, and resumes where it stopped when it is run again.
package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ocr-gateway/client"
	"ocr-gateway/document"
)

// Gateway reads documents.
type Gateway interface {
	Info(ctx context.Context) (*client.Info, error)
	SubmitJob(ctx context.Context, r client.JobRequest) (*client.Job, error)
	Job(ctx context.Context, id string, wait time.Duration) (*client.Job, error)
	JobResult(ctx context.Context, id string, file int, format string) (io.ReadCloser, error)
}

// Config is a run.
type Config struct {
	Inputs  []string          // folders, files, patterns, manifests (*.jsonl), s3://BUCKET/PREFIX
	Out     string            // folder or s3://BUCKET/PREFIX; empty: beside each document
	Formats []string          // of results
	Options map[string]string // of all documents, by their names in the API
	State   string            // file; empty: in Out, or in the working folder
	// Parallel is how many documents are in work at once.
	Parallel int
	// RetryFor is how long to wait for a gateway that is full or does not answer.
	RetryFor    time.Duration
	RetryFailed bool // read again what failed, or was read only in part
	// Price is that of the machines, in dollars an hour; 0 where it is of no interest.
	Price float64
}

// DefaultConfig writes Markdown beside each document.
func DefaultConfig() Config {
	return Config{Formats: []string{"md"}, Parallel: 8, RetryFor: 10 * time.Minute}
}

// Validate reports everything that cannot work.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(len(c.Inputs) > 0, "name documents: folders, files, manifests (*.jsonl) or s3://BUCKET/PREFIX")
	check(len(c.Formats) > 0, "name a format of the results")
	check(c.Parallel > 0 && c.Parallel <= 10_000, "%d documents at once: use 1 to 10000", c.Parallel)
	check(c.RetryFor >= 0, "the time to wait for the gateway is less than 0")
	return errors.Join(errs...)
}

// statePath is where the state is kept.
func (c Config) statePath() string {
	const name = ".ocr-gateway-batch.jsonl"
	switch {
	case c.State != "":
		return c.State
	case c.Out != "" && !isBucket(c.Out):
		return filepath.Join(c.Out, name)
	default:
		return name
	}
}

// Progress is how far a run has come.
type Progress struct {
	Files, FilesDone, FilesFailed int
	Pages, PagesDone, PagesFailed int // of documents that were opened
}

// Failure is a document that could not be read, or only in part.
type Failure struct {
	Name  string `json:"name"`
	Error string `json:"error"`
	// Partial says that there are results nevertheless.
	Partial bool `json:"partial,omitempty"`
}

// Report is what a run has done.
type Report struct {
	Files       int            `json:"files"`
	OK          int            `json:"ok"`
	Partial     int            `json:"partial"`
	Failed      int            `json:"failed"`
	Before      int            `json:"done_before"` // of these, in earlier runs
	Pages       int            `json:"pages"`       // by this run
	PagesFailed int            `json:"pages_failed"`
	Elapsed     time.Duration  `json:"-"`
	Seconds     float64        `json:"seconds"`
	PagesPerS   float64        `json:"pages_per_s"`
	Cost        float64        `json:"cost_usd,omitempty"`
	CostPer1000 float64        `json:"cost_usd_per_1000_pages,omitempty"`
	Usage       document.Usage `json:"usage"` // of this run, according to the gateway
	Failures    []Failure      `json:"failures"`
	Left        int            `json:"left"` // not done when the run ended
}

// run is a run in progress.
type run struct {
	cfg     Config
	gateway Gateway
	state   *state
	buckets buckets

	mu       sync.Mutex
	progress Progress
	report   Report
	tell     func(Progress)
}

// Run reads all documents. It returns an error when it could not go on: what is done is kept, and
// the next run resumes from there. Documents that cannot be read are no error, but listed in the
// report. The report counts no files where the configuration is wrong. tell is called with each
// step, one call at a time; it may be nil.
func Run(ctx context.Context, cfg Config, g Gateway, tell func(Progress)) (Report, error) {
	if err := cfg.Validate(); err != nil {
		return Report{}, err
	}
	r := &run{cfg: cfg, gateway: g, tell: tell}
	items, err := find(ctx, cfg.Inputs, cfg.Options, &r.buckets)
	if err != nil {
		return Report{}, err
	}
	items = withoutResults(cfg.Out, items)
	if err := ownPlaces(cfg.Out, items); err != nil {
		return Report{}, err
	}
	if r.state, err = openState(cfg.statePath()); err != nil {
		return Report{}, err
	}
	start := time.Now()
	r.progress.Files, r.report.Files = len(items), len(items)
	if err = r.known(ctx); err == nil {
		err = r.all(ctx, items)
	}
	if failed := r.state.close(); err == nil {
		err = failed
	}
	return r.finish(time.Since(start)), err
}

// known checks that the gateway answers and knows the formats; otherwise all results would fail to
// be fetched after all documents were read.
func (r *run) known(ctx context.Context) error {
	info, err := r.gateway.Info(ctx)
	if err != nil {
		return fmt.Errorf("ask the gateway what it is: %w", err)
	}
	var known []string
	for _, f := range info.Formats {
		known = append(known, f.Name)
	}
	for _, format := range r.cfg.Formats {
		if !slices.Contains(known, format) {
			return fmt.Errorf("the gateway knows no format %q; known are %s", format, strings.Join(known, ", "))
		}
	}
	return nil
}

func (r *run) all(ctx context.Context, items []item) error {
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(r.cfg.Parallel)
	for _, i := range items {
		g.Go(func() error {
			if working.Err() != nil {
				return context.Cause(working)
			}
			return r.one(working, i)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// done counts an item that has ended.
func (r *run) done(i item, e entry, before bool) {
	r.step(func(p *Progress) {
		p.FilesDone++
		if e.Outcome != outcomeOK {
			p.FilesFailed++
			r.report.Failures = append(r.report.Failures, Failure{i.name, e.Error, e.Outcome == outcomePartial})
		}
		switch e.Outcome {
		case outcomeOK:
			r.report.OK++
		case outcomePartial:
			r.report.Partial++
		default:
			r.report.Failed++
		}
		if before {
			r.report.Before++
			return
		}
		r.report.Pages += e.Pages
		r.report.PagesFailed += e.Failed
	})
}

// step changes the progress and reports it.
func (r *run) step(change func(*Progress)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.progress)
	if r.tell != nil {
		r.tell(r.progress)
	}
}

func (r *run) finish(took time.Duration) Report {
	p := &r.report
	p.Elapsed, p.Seconds = took, took.Seconds()
	p.Left = p.Files - p.OK - p.Partial - p.Failed
	if p.Pages > 0 {
		p.PagesPerS = float64(p.Pages) / p.Seconds
		p.Cost = r.cfg.Price * took.Hours()
		p.CostPer1000 = p.Cost / float64(p.Pages) * 1000
	}
	if p.Failures == nil {
		p.Failures = []Failure{} // in JSON
	}
	byName(p.Failures)
	return *p
}
