// Package jobs is work that outlives requests, clients and processes: documents are
// accepted, cut into tasks, read by workers on any machine, and kept for a while with
// their pages. What was accepted is on disk; every page that was done is done for good.
//
// The truth about a job is its log of events (package broker); bytes are blobs beside it.
package jobs

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"ocr-gateway/document"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/jobs/seal"
	"ocr-gateway/jobs/worker"
	"ocr-gateway/service"
)

// Blobs keep bytes by key. They are safe for concurrent use.
type Blobs interface {
	// Put stores all of r durably, or leaves the key as it was.
	Put(ctx context.Context, key string, r io.Reader) error
	// Get reads a blob; the error is fs.ErrNotExist where there is none.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a key; a missing one is no error.
	Delete(ctx context.Context, key string) error
	// DeleteAll removes all keys below one: for a, those that begin with a/.
	DeleteAll(ctx context.Context, key string) error
	// List calls found for all keys that begin with prefix, until it returns an error.
	List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error
}

// Parts are what Jobs work with.
type Parts struct {
	Service *service.Service
	Blobs   Blobs
	Sealer  *seal.Sealer // nil refuses passwords
	// Ready reports whether pages can be read now.
	Ready func() bool
	// Whole reports whether a document must be read as one task, because what is read on one page
	// depends on others.
	Whole   func(document.Options) bool
	TempDir string // for copies of blobs; empty means the system's
	// CheckWebhook says whether an address, given as the value of an option, may be notified of the
	// end of jobs; the error is a *document.Problem. Nil where nobody sends notices: see
	// TakeNotice.
	CheckWebhook func(option, address string) error
}

// Jobs accepts jobs and, with Config.Parallel, works on them. It is safe for concurrent use.
type Jobs struct {
	cfg    Config
	parts  Parts
	broker *broker.Broker
	index  *index.Index
	log    *slog.Logger
	depths depths
	memory *semaphore.Weighted // for results
	stop   context.CancelFunc
	work   sync.WaitGroup
}

// Open opens the log in cfg.Dir, or that of a cluster, and starts working. Unfinished jobs go on.
// It must be closed.
func Open(ctx context.Context, cfg Config, parts Parts, log *slog.Logger) (*Jobs, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	b, err := broker.Open(ctx, cfg.NATS, cfg.Dir, log)
	if err != nil {
		return nil, err
	}
	j := &Jobs{cfg: cfg, parts: parts, broker: b, index: index.New(cfg.Keep), log: log, memory: semaphore.NewWeighted(cfg.ResultMemory)}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	j.stop = stop
	j.work.Go(func() { b.Follow(working, j.index) })
	j.work.Go(func() { j.sweep(working) })
	if parts.CheckWebhook != nil {
		j.work.Go(func() { j.post(working) })
	}
	if cfg.Parallel > 0 {
		w := worker.New(worker.Config{
			Parallel: cfg.Parallel, TaskPages: cfg.TaskPages, Attempts: cfg.Attempts,
		}, worker.Parts{
			Broker: b, Index: j.index, Service: parts.Service, Blobs: parts.Blobs, Options: j.options,
			Whole: parts.Whole, Ready: parts.Ready, TempDir: parts.TempDir,
		}, log)
		j.work.Go(func() { w.Run(working) })
	}
	return j, nil
}

// Close gives unfinished tasks back and stops.
func (j *Jobs) Close(context.Context) error {
	j.stop()
	j.work.Wait()
	return j.broker.Close()
}

// Trouble is why jobs cannot be taken, worked on or asked for at the moment, fit to be shown; nil while
// they can.
func (j *Jobs) Trouble() error { return j.broker.Trouble() }

// Keep is how long jobs are kept after their end.
func (j *Jobs) Keep() time.Duration { return j.cfg.Keep }

// Deadline is how long a job may take at most.
func (j *Jobs) Deadline() time.Duration { return j.cfg.Deadline }

// known waits until the log has been read as it was at the start.
func (j *Jobs) known(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, knownTimeout)
	defer cancel()
	select {
	case <-j.index.Ready():
		return nil
	case <-ctx.Done():
		return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the jobs that are there are still being counted; try again later").Retry()
	}
}

const knownTimeout = 10 * time.Second

// options returns the options of a job, parsed again and with its password.
func (j *Jobs) options(job *record.Job) (service.Options, error) {
	if job.Format > record.Format {
		return service.Options{}, document.Problemf(document.CodeInternal, document.PhaseAdmission,
			"this job was accepted by a newer version of the program (format %d, this one knows %d); nothing of it is lost: it waits for that version", job.Format, record.Format)
	}
	kind, ok := kinds[job.Kind]
	if !ok {
		return service.Options{}, document.Problemf(document.CodeInternal, document.PhaseAdmission, "this version does not know jobs of kind %q", job.Kind)
	}
	opts, err := j.parts.Service.Parse(kind, job.Values)
	if err != nil {
		return opts, err
	}
	opts.Batch = true
	if opts.Format != nil {
		opts.Use(*opts.Format)
	}
	if job.Kind == KindExtract {
		if err := opts.Ask(); err != nil {
			return opts, err
		}
	}
	if job.Password == nil {
		return opts, nil
	}
	if j.parts.Sealer == nil {
		return opts, document.Problemf(document.CodeInternal, document.PhaseAdmission, "this server has no key for passwords")
	}
	opts.Password, err = j.parts.Sealer.Open(job.Password, job.ID)
	return opts, err
}
