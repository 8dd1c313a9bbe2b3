// Package vllm reads regions and pages with vision models on vLLM servers, over OpenAI's chat completion
// interface. It spreads the work over its endpoints, repeats requests that servers lose, and stops the model
// when the client leaves. How a model is asked and read is defined by its Profile.
package vllm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/vllm/chat"
	"ocr-gateway/engine/vllm/crops"
	"ocr-gateway/engine/vllm/endpoints"
	"ocr-gateway/internal/stage"
	"ocr-gateway/model"
)

// Engine is a pipeline.Recognizer. It is safe for concurrent use.
type Engine struct {
	cfg      Config
	log      *slog.Logger
	pool     *endpoints.Pool
	encoder  crops.Encoder
	selector *selector
	started  time.Time
	encoding chan struct{} // one place per core
	large    chan struct{} // those that crops larger than largeCrop may take
}

// New starts watching the endpoints. It does not wait for them: servers may come up later. profiles are those
// of the models that may be used, the default first. library is the folder that `make models` fills, for its
// JPEG encoder; it may be missing. The caller must Close the engine.
func New(cfg Config, profiles []Profile, library string, log *slog.Logger) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("vllm engine: %w", err)
	}
	cfg.Endpoints = endpoints.Complete(cfg.Endpoints, cfg.APIKey, cfg.APIKeyFile)
	selector, err := newSelector(profiles, cfg)
	if err != nil {
		return nil, fmt.Errorf("vllm engine: %w", err)
	}
	e := &Engine{
		cfg: cfg, log: log, selector: selector, started: time.Now(),
		pool:     endpoints.New(cfg.Endpoints, endpoints.Watch{Model: cfg.Model, CheckInterval: cfg.CheckInterval, DownTimeout: cfg.DownTimeout}),
		encoder:  crops.OpenEncoder(library, log),
		encoding: make(chan struct{}, runtime.GOMAXPROCS(0)),
		large:    make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1)),
	}
	e.pool.Start(endpoints.Hooks{Judge: e.judge, Probe: e.probe}, log)
	log.Info("vllm engine started", "endpoints", cfg.Endpoints, "model", cfg.Model, "profile", selector.get().String(), "jpeg_encoder", e.encoder.Name)
	return e, nil
}

// Close stops watching the endpoints. No Recognize may run any more.
func (e *Engine) Close() { e.pool.Close() }

// Info returns the engine, the model, its profile and what it can do. Until a server was ready, profile and
// tasks are those that the settings suggest.
func (e *Engine) Info() document.Info {
	s := e.selector.get()
	return document.Info{Name: "vllm", Model: e.cfg.Model, Tasks: slices.Clone(s.profile.Traits(s.variant).Tasks), Profile: s.String()}
}

// Encoder names the JPEG encoder: libjpeg-turbo, or image/jpeg if that is missing.
func (e *Engine) Encoder() string { return e.encoder.Name }

// Traits are what the model in use can do.
func (e *Engine) Traits() model.Traits {
	s := e.selector.get()
	return s.profile.Traits(s.variant)
}

// Assemble turns what the model read on a page into its content, in place.
func (e *Engine) Assemble(page *document.PageResult) { e.selector.get().profile.Assemble(page) }

// Slots is how many regions the servers take at once, plus one crop per core, made while they work, so that
// no server waits for us.
func (e *Engine) Slots() int {
	n := cap(e.encoding)
	for _, ep := range e.cfg.Endpoints {
		n += ep.MaxInFlight
	}
	return n
}

// Health returns the state of the endpoints, in the order of the configuration.
func (e *Engine) Health() []Health { return e.pool.Health() }

// AwaitLook waits until Health knows the state of each endpoint, or ctx ends.
func (e *Engine) AwaitLook(ctx context.Context) { e.pool.AwaitLook(ctx) }

// Drafts asks the endpoint with that name whether it guesses tokens ahead.
func (e *Engine) Drafts(ctx context.Context, endpoint string) Drafts {
	return e.pool.Drafts(ctx, endpoint)
}

// Ready reports whether any endpoint would take a region now or soon.
func (e *Engine) Ready() bool { return e.pool.Ready() }

// Recognize reads one region. Errors are *document.Problem.
func (e *Engine) Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error) {
	prepared, err := e.Prepare(ctx, page, region, opts)
	if err != nil {
		return document.Recognition{}, err
	}
	return prepared.Read(ctx)
}

// Prepare cuts a region out of its page and encodes it. Errors, also those of Read,
// are *document.Problem.
func (e *Engine) Prepare(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Prepared, error) {
	if err := e.Await(ctx); err != nil {
		return document.Prepared{}, e.problemOf(ctx, ctx, err)
	}
	s := e.selector.get()
	if opts.Task != "" && !slices.Contains(s.profile.Traits(s.variant).Tasks, opts.Task) {
		return document.Prepared{}, document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize,
			"the vllm engine with the profile %s cannot do task %q", s, opts.Task)
	}
	if opts.Prompt != "" {
		if err := e.CheckPrompt(opts.Prompt); err != nil {
			return document.Prepared{}, err
		}
	}
	return e.prepare(ctx, page, s, model.Ask{Region: region, Layout: opts.Layout, Prompt: opts.Prompt})
}

// Answers reports whether the model in use answers questions.
func (e *Engine) Answers() bool { return e.Traits().Questions }

// PrepareAnswer asks q about the whole page and binds the answer to q.Schema. The text is returned as the
// model wrote it. Errors, also those of Read, are *document.Problem.
func (e *Engine) PrepareAnswer(ctx context.Context, page *document.Page, q document.Question) (document.Prepared, error) {
	if err := e.Await(ctx); err != nil {
		return document.Prepared{}, e.problemOf(ctx, ctx, err)
	}
	whole := document.Region{Type: document.RegionPage, BBox: document.BBox{0, 0, page.Width, page.Height}}
	return e.prepare(ctx, page, e.selector.get(), model.Ask{Region: whole, Question: &q})
}

// prepare makes a job of the region asked about.
func (e *Engine) prepare(ctx context.Context, page *document.Page, s selection, ask model.Ask) (document.Prepared, error) {
	request, err := e.request(s, ask)
	if err != nil {
		return document.Prepared{}, err
	}
	ctx, encoding := stage.Begin(ctx, stage.Encode)
	defer encoding.End()
	job := &job{selected: s, request: request}
	box := ask.Region.BBox
	err = e.encoded(ctx, (box[2]-box[0])*(box[3]-box[1]), func() error {
		img, problem := crops.Cut(page, box, ask.Region.Outline, request.Image)
		if problem != nil {
			return problem
		}
		return e.show(job, img)
	})
	if err != nil {
		return document.Prepared{}, e.problemOf(ctx, ctx, err)
	}
	return document.Prepared{
		Bytes: job.load.Bytes(),
		Read:  func(ctx context.Context) (document.Recognition, error) { return e.finish(ctx, job) },
	}, nil
}

// largeCrop, in pixels, is more than an A4 page at 300 dpi. A larger crop occupies a core for some tenths of
// a second.
const largeCrop = 10_000_000

// encoded runs encode, which makes a job's image of that many pixels, when a core is free for it. Large ones
// leave a core for others, so that a small one does not wait for them.
func (e *Engine) encoded(ctx context.Context, pixels int, encode func() error) error {
	if pixels > largeCrop {
		select {
		case e.large <- struct{}{}:
			defer func() { <-e.large }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case e.encoding <- struct{}{}:
		defer func() { <-e.encoding }()
		return encode()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish sees the job to its end within the time for one region.
func (e *Engine) finish(ctx context.Context, job *job) (document.Recognition, error) {
	defer func() { job.load.Release() }()
	inTime, cancel := context.WithTimeout(ctx, e.cfg.RegionTimeout)
	defer cancel()
	got, err := e.read(inTime, job)
	if err != nil && job.partial != nil && ctx.Err() == nil {
		got, err = *job.partial, nil // part of the text is worth more than an error
	}
	if err != nil {
		return document.Recognition{Usage: job.usage}, e.problemOf(ctx, inTime, err)
	}
	got.Usage = job.usage
	return recognition(job.request, got), nil
}

// read asks once, and once more if a changed request can mend the answer.
func (e *Engine) read(ctx context.Context, job *job) (chat.Answer, error) {
	got, err := e.ask(ctx, job)
	var f *chat.Fault
	if errors.As(err, &f) && f.Kind == chat.Oversized {
		if err := e.encoded(ctx, 0, func() error { return e.reduce(job, f.Tokens) }); err != nil {
			return chat.Answer{}, err
		}
		got, err = e.ask(ctx, job)
	}
	if err != nil || !got.Looped {
		return got, err
	}
	job.request.Sampling.RepetitionPenalty = e.cfg.LoopPenalty
	again, err := e.ask(ctx, job)
	if err != nil {
		return got, nil // the text before the loop is worth more than an error
	}
	if again.Looped {
		return got, nil
	}
	return again, nil
}

// problemOf says why a region ended. ctx is the caller's; inTime has the region's deadline.
func (e *Engine) problemOf(ctx, inTime context.Context, err error) *document.Problem {
	var p *document.Problem
	var f *chat.Fault
	switch {
	case ctx.Err() != nil:
		return document.EndProblem(context.Cause(ctx), document.PhaseRecognize)
	case inTime.Err() != nil:
		return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
			"the model servers did not read this region within %s: try again later", e.cfg.RegionTimeout).Retry().Because(err)
	case errors.As(err, &f):
		return f.Problem()
	case errors.As(err, &p):
		return p
	}
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "this region could not be read").Because(err)
}
