// Package worker works on tasks: it takes them from the queues of all owners in turn, reads their
// pages and stores each as it is finished. It may be killed at any time: its tasks are then given
// to others, which read what was not stored.
package worker

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
	"ocr-gateway/internal/correlation"
	"ocr-gateway/internal/stage"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

// Config is what an operator decides about workers: see jobs.Config.
type Config struct {
	Parallel  int
	TaskPages int
	Attempts  int
}

// Service reads documents.
type Service interface {
	Run(ctx context.Context, src *document.Source, opts service.Options, emit func(document.Event)) (*document.Result, error)
}

// Blobs hold files and pages: see jobs.Blobs.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}

// Parts are what a Worker works with.
type Parts struct {
	Broker  *broker.Broker
	Index   *index.Index
	Service Service
	Blobs   Blobs
	Options func(*record.Job) (service.Options, error)
	Whole   func(document.Options) bool // see jobs.Parts
	Ready   func() bool
	TempDir string
}

// Worker works on tasks.
type Worker struct {
	cfg     Config
	parts   Parts
	log     *slog.Logger
	sources sources
	turns   turns
}

// New makes a worker that has nothing to do yet.
func New(cfg Config, parts Parts, log *slog.Logger) *Worker {
	return &Worker{cfg: cfg, parts: parts, log: log, sources: sources{open: map[string]*shared{}}}
}

const (
	// lookInterval is how often a worker without a task looks, while there are jobs, whether
	// another has given one back.
	lookInterval = time.Second
	// readyInterval is how often it checks whether pages can be read again.
	readyInterval = 500 * time.Millisecond
)

// Run works until ctx ends, and then gives its tasks back.
func (w *Worker) Run(ctx context.Context) {
	select {
	case <-w.parts.Index.Ready():
	case <-ctx.Done():
		return
	}
	var working sync.WaitGroup
	defer working.Wait()
	places := make(chan struct{}, w.cfg.Parallel)
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		d := w.next(ctx)
		if d == nil {
			return
		}
		working.Go(func() {
			defer func() { <-places }()
			w.work(ctx, d)
		})
	}
}

// next waits for a task; nil when ctx ends.
func (w *Worker) next(ctx context.Context) *broker.Delivery {
	for ctx.Err() == nil {
		lanes, moved := w.parts.Index.Lanes()
		if len(lanes) > 0 && w.parts.Ready() {
			if d := w.take(ctx, lanes); d != nil {
				return d
			}
		}
		w.pause(ctx, len(lanes) > 0, moved)
	}
	return nil
}

// pause waits until something has moved or, while there are jobs, for lookInterval.
func (w *Worker) pause(ctx context.Context, jobs bool, moved <-chan struct{}) {
	var look <-chan time.Time
	if jobs {
		timer := time.NewTimer(lookInterval)
		defer timer.Stop()
		look = timer.C
	}
	select {
	case <-moved:
	case <-look:
	case <-ctx.Done():
	}
}

func (w *Worker) take(ctx context.Context, lanes []record.Lane) *broker.Delivery {
	for _, lane := range w.turns.order(lanes) {
		d, err := w.parts.Broker.Take(ctx, lane)
		if err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "no task taken", "error", err)
		}
		if d != nil {
			w.turns.served(lane)
			return d
		}
	}
	return nil
}

// work does a task and reports the outcome to the queue.
func (w *Worker) work(ctx context.Context, d *broker.Delivery) {
	log := w.log.With("file", d.File)
	ctx, cancel := context.WithCancelCause(correlation.With(ctx, "job", d.Job))
	var beats sync.WaitGroup
	defer beats.Wait()
	defer cancel(nil)
	beats.Go(func() { w.beat(ctx, d) })
	job, err := w.accepted(ctx, d)
	if job != nil {
		beats.Go(func() { w.watch(ctx, d.Job, cancel) })
		err = w.do(ctx, d, job)
	}
	if context.Cause(ctx) == errEnded { //nolint:errorlint // it is ours
		err = nil // nobody wants the rest
	}
	if other, is := errors.AsType[notMine](err); is {
		err = w.leave(ctx, d, job, other)
	} else if err == nil {
		err = d.Ack(context.WithoutCancel(ctx))
	}
	if err == nil {
		return
	}
	if ctx.Err() == nil {
		log.WarnContext(ctx, "task given back", "attempt", d.Attempt, "error", err)
	}
	if err := d.Nak(retryDelay(ctx)); err != nil {
		log.DebugContext(ctx, "task not given back: it will be when its time is over", "error", err)
	}
}

// do does a task as part of the trace of the request that submitted its job.
func (w *Worker) do(ctx context.Context, d *broker.Delivery, job *record.Job) error {
	ctx, span := stage.Work(stage.Continue(ctx, job.Trace), "task")
	defer span.End()
	if span.Recorded() {
		span.Text("ocr.job", d.Job)
		span.Text("ocr.kind", job.Kind)
		span.Int("ocr.file", d.File)
		span.Int("ocr.attempt", int(d.Attempt))
		span.Int("ocr.queued_ms", int(time.Since(d.Queued).Milliseconds()))
	}
	err := (&task{Worker: w, d: d, job: job}).do(ctx)
	if err != nil {
		span.Fail("given_back")
	}
	return err
}

// leaveWait is the pause before a task is left to other workers, of which this one may be the
// next.
const leaveWait = 5 * time.Second

// leave returns a task that this worker does not understand: a worker that does accepted its job.
func (w *Worker) leave(ctx context.Context, d *broker.Delivery, job *record.Job, why notMine) error {
	w.log.WarnContext(ctx, "task left to workers of another version or with other settings", "error", why.error)
	if err := backoff.Sleep(ctx, leaveWait); err != nil {
		return err
	}
	return d.Requeue(ctx, record.Lane{Owner: job.Owner, Priority: job.Priority})
}

// retryDelay is how long a failed task waits: not at all when its worker stops.
func retryDelay(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	return 2 * time.Second
}

// beat keeps the task marked as in work until ctx ends.
func (w *Worker) beat(ctx context.Context, d *broker.Delivery) {
	t := time.NewTicker(d.AckWait / 3)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := d.Beat(); err != nil {
				w.log.DebugContext(ctx, "no sign of work given", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// errEnded is the cause of contexts of tasks whose job has ended.
var errEnded = document.Problemf(document.CodeCanceled, "", "the job has ended")

// watch ends the work on a task when its job has ended.
func (w *Worker) watch(ctx context.Context, id string, cancel context.CancelCauseFunc) {
	for {
		job, changed, there := w.parts.Index.Get(id)
		if !there || job.State.Ended() {
			cancel(errEnded)
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
