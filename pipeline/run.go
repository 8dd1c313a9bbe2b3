package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/share"
	"ocr-gateway/internal/stage"
	"ocr-gateway/pipeline/turns"
	"ocr-gateway/pipeline/verified"
)

// run is one document on its way through the pipeline.
type run struct {
	*Pipeline
	opts   document.Options
	pass   turns.Lane // place in the intake
	lanes  map[*backend]*lanes
	window chan struct{} // a token for each page in work
	seen   chan struct{} // closed when the first page is read
	result document.Result
	blamed *document.PageResult // see blame; nil while no page has failed
	emit   func(document.Event)

	pictures pictures

	layered bool // text may be taken from the document itself
	course  *verified.Course

	mu    sync.Mutex
	begun map[int]*begun // by page number
}

// begun is a page from its start to its end.
type begun struct {
	at    time.Time
	ahead bool      // is counted by the intake
	use   share.Use // of processor time
	spent bool      // use has ended
}

// lanes are a document's places in the gates of one backend.
type lanes struct{ layout, engine turns.Lane }

// layoutLane is where pages wait for layout: with the regions when both use one gate.
func (l *lanes) layoutLane(b *backend) *turns.Lane {
	if b.Shared {
		return &l.engine
	}
	return &l.layout
}

// Run reads src and calls emit for every event, one call at a time: accepted first, then each page
// as it finishes. While emit blocks, only this document waits. The result has everything but pages
// and text, which come through emit only. The error is a *document.Problem: the document could not
// be opened, the engine cannot do the task, or ctx ended; in that last case there is a result too,
// which accounts for the pages that were not read.
func (p *Pipeline) Run(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
	if opts.Task == "" {
		opts.Task = document.TaskDocument
	}
	if opts.TextLayer == "" {
		opts.TextLayer = p.textLayer
	}
	if err := p.await(ctx, opts); err != nil {
		return nil, problemOf(ctx, err, document.CodeCanceled, document.PhaseAdmission, "the work was ended")
	}
	if err := p.supports(opts); err != nil {
		return nil, err
	}
	start := time.Now()
	ctx, whole := stage.Begin(ctx, stage.Document)
	defer whole.End()
	opening, open := stage.Begin(ctx, stage.Open)
	pages, err := p.raster.Open(opening, src, opts)
	open.End()
	if err != nil {
		problem := problemOf(ctx, err, document.CodeInternal, document.PhaseRaster, "the document could not be opened, for a reason on our side")
		whole.Fail(string(problem.Code))
		return nil, problem
	}
	defer pages.Close()

	r := p.newRun(opts, pages, emit)
	pages.Begin = r.begin
	emit(document.Event{Kind: document.EventAccepted, Summary: r.result.Summary, Model: r.result.Model})
	err = r.pages(ctx, pages)
	r.result.Timings = map[string]int{"total": milliseconds(time.Since(start))}
	r.finish(ctx, err)
	note(whole, opts, &r.result)
	if err != nil {
		return &r.result, r.result.Error
	}
	return &r.result, nil
}

// newRun makes the run of a document that was opened.
func (p *Pipeline) newRun(opts document.Options, pages *document.Pages, emit func(document.Event)) *run {
	r := &run{
		Pipeline: p, opts: opts, emit: emit,
		window: make(chan struct{}, p.window), seen: make(chan struct{}), begun: map[int]*begun{}, course: verified.NewCourse(nil),
		pictures: pictures{maxCount: p.maxImages, maxBytes: p.maxImageBytes}, pass: turns.Lane{Batch: opts.Batch},
	}
	if opts.TextLayer == document.TextLayerVerified && p.newLedger != nil {
		r.layered, r.course = true, verified.NewCourse(p.newLedger(p.main.Recognizer.Info().Scripts))
	}
	if len(pages.Numbers) > 0 {
		r.pass.First = pages.Numbers[0]
	}
	r.lanes = map[*backend]*lanes{p.main: {r.pass, r.pass}, p.fallback: {r.pass, r.pass}}
	r.result = document.Result{
		Summary: document.Summary{Total: pages.Total, Pages: len(pages.Numbers), Notice: pages.Notice},
		Model:   p.main.Recognizer.Info().Model,
		Engine:  p.main.Recognizer.Info().Name,
		Layout:  p.main.Detector.Info().Name,
	}
	return r
}

// note describes a document in its span.
func note(span stage.Span, opts document.Options, res *document.Result) {
	if !span.Recorded() {
		return
	}
	span.Text("ocr.task", string(opts.Task))
	span.Text("ocr.engine", res.Engine)
	span.Text("ocr.status", string(res.Status))
	span.Int("ocr.pages", res.Summary.Pages)
	span.Int("ocr.pages.failed", res.Summary.Failed)
	if res.Error != nil {
		span.Fail(string(res.Error.Code))
	}
}

// pages renders and reads the pages and emits them as they finish. It returns when
// no goroutine of the run is left.
func (r *run) pages(ctx context.Context, pages *document.Pages) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan *document.PageResult)
	fatal := make(chan error, 1)
	go func() {
		fatal <- r.render(ctx, pages, done)
		close(done)
	}()
	for page := range done {
		r.account(page)
		kind := document.EventPage
		if page.Status == document.StatusFailed {
			kind = document.EventPageFail
		}
		r.emit(document.Event{Kind: kind, Page: page, Summary: r.result.Summary, Model: r.result.Model})
	}
	return <-fatal
}

// render ranges over the pages and starts the work on each; it returns when all
// of it is done.
func (r *run) render(ctx context.Context, pages *document.Pages, done chan<- *document.PageResult) error {
	defer r.endAll() // after all workers
	var workers sync.WaitGroup
	defer workers.Wait()
	for page, err := range pages.Seq {
		if page == nil {
			return problemOf(ctx, err, document.CodeInternal, document.PhaseRaster, "the document could not be read further, for a reason on our side")
		}
		if err := r.begin(ctx, page.Number); err != nil { // most have begun already
			page.Release()
			return problemOf(ctx, err, document.CodeCanceled, document.PhaseRaster, "the work was ended")
		}
		turn := r.course.Next()
		workers.Go(func() {
			defer r.end(page.Number)
			result := r.observed(ctx, page, err, turn)
			if page.Number == r.pass.First {
				close(r.seen)
			}
			turn.End()
			if result == nil { // the run was canceled: counted by finish
				return
			}
			done <- result
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return problemOf(ctx, err, document.CodeCanceled, document.PhaseRecognize, "the work was ended")
	}
	return nil
}

// begin waits until a page may begin: until the document has not too many in work, which happens
// when its reader is slow, and the engine will soon need it. For a page that has begun it does
// nothing.
func (r *run) begin(ctx context.Context, page int) error {
	r.mu.Lock()
	_, again := r.begun[page]
	r.mu.Unlock()
	if again {
		return nil
	}
	wait := stage.Wait(ctx, stage.WaitIntake)
	defer wait.End(ctx)
	select {
	case r.window <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := r.intake.Begin(ctx, &r.pass, page); err != nil {
		<-r.window
		return err
	}
	r.mu.Lock()
	r.begun[page] = &begun{at: time.Now(), ahead: true, use: r.processor.pages.Begin()}
	r.mu.Unlock()
	return nil
}

// handed says that the engine has been given the page's last region.
func (r *run) handed(page int) {
	r.mu.Lock()
	b := r.begun[page]
	was := b != nil && b.ahead
	if was {
		b.ahead = false
	}
	r.mu.Unlock()
	if was {
		r.intake.End()
	}
}

// end says that nothing of the page is left but its result, which was delivered.
func (r *run) end(page int) {
	r.handed(page)
	r.spent(page)
	r.mu.Lock()
	delete(r.begun, page)
	r.mu.Unlock()
	<-r.window
}

// spent is the page's share of the processor time that was not spent on any page's reading. Later
// time is not the page's.
func (r *run) spent(page int) document.Seconds {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.begun[page]
	if b == nil || b.spent {
		return 0
	}
	b.spent = true
	return document.Seconds(r.processor.pages.End(b.use))
}

// endAll ends pages that began and never came.
func (r *run) endAll() {
	for page := range r.begun {
		r.end(page)
	}
}

// beginOf returns when a page began.
func (r *run) beginOf(page int) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.begun[page].at
}

// account adds a finished page to the result.
func (r *run) account(page *document.PageResult) {
	r.result.Account(page)
	if page.Status == document.StatusFailed {
		r.blame(page)
	}
	if s := &r.result.Summary; r.layered && s.TextLayer == nil {
		s.TextLayer = s.TextLayer.Plus(nil)
	}
}

// blame keeps the page whose failure is reported should all fail: the earliest of those that got
// past the rasterizer, so that damage to the input is only named when no page did.
func (r *run) blame(page *document.PageResult) {
	damaged := func(p *document.PageResult) bool { return p.Error.Phase == document.PhaseRaster }
	if r.blamed == nil || damaged(r.blamed) && !damaged(page) ||
		damaged(r.blamed) == damaged(page) && page.Number < r.blamed.Number {
		r.blamed = page
	}
}

// finish sets the document's status from the summary.
func (r *run) finish(ctx context.Context, err error) {
	s := &r.result.Summary
	s.Canceled = s.Pages - s.OK - s.Partial - s.Failed
	switch {
	case err != nil:
		var p *document.Problem
		errors.As(err, &p)
		r.result.Error = p
		r.result.Status = document.StatusFailed
		if ctx.Err() != nil {
			r.result.Status = document.StatusCanceled
		}
	case s.Pages > 0 && s.Failed == s.Pages:
		r.result.Status = document.StatusFailed
		r.result.Error = allFailed(s.Pages, r.blamed)
	case s.Failed+s.Partial > 0:
		r.result.Status = document.StatusPartial
	default:
		r.result.Status = document.StatusOK
	}
}

// allFailed explains a document of which no page could be read.
func allFailed(pages int, blamed *document.PageResult) *document.Problem {
	first := blamed.Error
	code := document.CodeAllPagesFailed
	switch {
	case first.Code == document.CodeOverloaded: // the server lacked something, not the document
		code = first.Code
	case first.Phase == document.PhaseRaster:
		code = document.CodeUnreadable
	}
	p := document.Problemf(code, first.Phase, "none of the %d pages could be read; page %d: %s", pages, blamed.Number, first.Detail).Because(first)
	if pages == 1 {
		p.Detail = first.Detail
	}
	p.Retryable = first.Retryable
	return p
}

// problemOf turns err into a Problem: its own if it is one, the end of the context if that caused
// it, else code with detail.
func problemOf(ctx context.Context, err error, code document.Code, phase document.Phase, detail string) *document.Problem {
	if ctx.Err() != nil {
		return document.EndProblem(context.Cause(ctx), phase)
	}
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	return document.Problemf(code, phase, "%s", detail).Because(err)
}
