package jobs_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/blob"
	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/jobs/seal"
	"ocr-gateway/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipeline plays documents by their content: "pages:3".
type pipeline struct {
	// page, where it is not nil, is called before a page is done, and says how it ends.
	page func(ctx context.Context, n int) *document.Problem
	// began, where it is not nil, is called with the name of a file that is opened.
	began func(name string)
}

func (p pipeline) Run(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
	b, err := io.ReadAll(src.Reader())
	if err != nil {
		return nil, err
	}
	var total int
	if _, err := fmt.Sscanf(string(b), "pages:%d", &total); err != nil {
		return nil, document.Problemf(document.CodeUnreadable, document.PhaseRaster, "no script: %q", b)
	}
	if strings.Contains(string(b), "secret") && opts.Password != "correct horse" {
		return nil, document.Problemf(document.CodePasswordRequired, document.PhaseRaster, "a password is required")
	}
	if p.began != nil {
		p.began(src.Name)
	}
	numbers, notice, err := opts.Pages.Resolve(total)
	if err != nil {
		return nil, err
	}
	res := &document.Result{Model: "fake-1", Status: document.StatusOK, Summary: document.Summary{Total: total, Pages: len(numbers), Notice: notice}}
	emit(document.Event{Kind: document.EventAccepted, Summary: res.Summary, Model: res.Model})
	for _, n := range numbers {
		page := document.PageResult{Number: n, Status: document.StatusOK, Engine: "fake", Text: fmt.Sprint("page ", n), Markdown: fmt.Sprintf("**page %d**", n)}
		if p.page != nil {
			page.Error = p.page(ctx, n)
		}
		if ctx.Err() != nil {
			res.Summary.Canceled = len(numbers) - res.Summary.OK - res.Summary.Failed
			res.Status = document.StatusCanceled
			return res, document.EndProblem(context.Cause(ctx), "")
		}
		kind := document.EventPage
		if page.Error != nil {
			kind, page.Status = document.EventPageFail, document.StatusFailed
		}
		res.Account(&page)
		emit(document.Event{Kind: kind, Page: &page, Summary: res.Summary, Model: res.Model})
	}
	if res.Summary.Failed == len(numbers) {
		res.Status = document.StatusFailed
	}
	return res, nil
}

func (pipeline) Join([]document.PageResult, document.Options) {}

// fixture is where jobs are kept, over several lives of a gateway.
type fixture struct {
	t    *testing.T
	dir  string
	cfg  jobs.Config
	pipe pipeline
	// check, where it is not nil, says which addresses may be told of the end of jobs.
	check func(option, address string) error
	// blobs, where it is not nil, stands between the jobs and their blobs.
	blobs func(jobs.Blobs) jobs.Blobs
}

func newFixture(t *testing.T) *fixture {
	cfg := jobs.DefaultConfig()
	cfg.Dir = t.TempDir()
	cfg.NATS.AckWait = time.Second
	return &fixture{t: t, dir: cfg.Dir, cfg: cfg}
}

// open starts a gateway; the test's end closes it.
func (f *fixture) open() *jobs.Jobs {
	f.t.Helper()
	j := f.start()
	f.t.Cleanup(func() { j.Close(context.Background()) })
	return j
}

func (f *fixture) start() *jobs.Jobs {
	f.t.Helper()
	log := slog.New(slog.NewTextHandler(testLog{f.t}, nil))
	svc, err := service.New(service.DefaultConfig(), service.Parts{Pipeline: f.pipe}, log)
	if err != nil {
		f.t.Fatal(err)
	}
	blobs, err := blob.Open(blob.Config{Dir: filepath.Join(f.dir, "blobs")}, log)
	if err != nil {
		f.t.Fatal(err)
	}
	var kept jobs.Blobs = blobs
	if f.blobs != nil {
		kept = f.blobs(blobs)
	}
	sealer, err := seal.Load(filepath.Join(f.dir, "key"))
	if err != nil {
		f.t.Fatal(err)
	}
	j, err := jobs.Open(f.t.Context(), f.cfg, jobs.Parts{
		Service: svc, Blobs: kept, Sealer: sealer, Ready: func() bool { return true }, Whole: func(document.Options) bool { return false }, CheckWebhook: f.check,
	}, log)
	if err != nil {
		f.t.Fatal(err)
	}
	return j
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// request asks for documents with scripts.
func request(scripts ...string) jobs.Request {
	r := jobs.Request{Kind: jobs.KindDocument, Values: map[string]string{}}
	for i, s := range scripts {
		r.Sources = append(r.Sources, document.NewSource(fmt.Sprintf("%d.pdf", i), []byte(s)))
	}
	return r
}

func submit(t *testing.T, j *jobs.Jobs, r jobs.Request) index.Job {
	t.Helper()
	job, err := j.Submit(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// ended waits for a job's end.
func ended(t *testing.T, j *jobs.Jobs, owner, id string, want record.State) index.Job {
	t.Helper()
	job, err := j.Wait(t.Context(), owner, id, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if job.State != want {
		t.Fatalf("the job is %s (%v) with %+v, want %s", job.State, job.Problem, job.Pages, want)
	}
	return job
}
