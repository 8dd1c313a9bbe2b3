// Package stage says where the time of documents goes: each stage of the work is a span of a
// trace, where one is recorded, a value in a histogram, and a part of the account of its page.
// A context carries all three; without them nothing is measured and nothing allocated.
//
// What is recorded has names, numbers and times only, never a word of a document, a file's
// name or a key.
package stage

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Stage is a part of the work on a document.
type Stage int

// The stages. Those that wait are for something that others have.
const (
	Receive       Stage = iota // the body of a request comes in
	WaitAdmission              // for a place among the requests that run
	Document                   // a document, from its opening to its last page
	Open                       // a document is opened
	WaitIntake                 // of a page, until the engine will soon want it
	Page                       // a page, from its begin to its result
	WaitRender                 // for a rendering process, and for memory
	Render                     // a page is drawn
	WaitLayout                 // for a place at the layout detector
	Layout                     // regions are found
	WaitEngine                 // of a region, for a place at the engine
	Region                     // a region is read
	Encode                     // a region is cut out and encoded for a model
	WaitEndpoint               // for a model server
	Model                      // one request to a model server
	Question                   // a page is asked about its fields
	Detect                     // the embedded engine finds lines
	Orient                     // it finds out which way up a page is
	Areas                      // it finds areas
	Read                       // it reads lines
	Assemble                   // regions become text
	Write                      // a document is written in a format

	stages int = iota
)

var names = [stages]string{
	"receive", "wait_admission", "document", "open", "wait_intake", "page", "wait_render", "render", "wait_layout", "layout",
	"wait_engine", "region", "encode", "wait_endpoint", "model", "question", "detect", "orient", "areas", "read", "assemble", "write",
}

func (s Stage) String() string { return names[s] }

// Span is one stage of one piece of work, from Begin to End. The zero value is of work that
// nobody observes.
type Span struct {
	stage Stage
	start time.Time
	scope *scope     // nil where it is no stage, or nobody observes
	span  trace.Span // nil where no trace is recorded
}

// Begin begins a stage of the work that ctx is for.
func Begin(ctx context.Context, s Stage) (context.Context, Span) { return BeginAt(ctx, s, time.Time{}) }

// BeginAt begins a stage that has begun at start; the zero time is now.
func BeginAt(ctx context.Context, s Stage, start time.Time) (context.Context, Span) {
	sc := scopeOf(ctx)
	if sc == nil {
		return ctx, Span{}
	}
	if start.IsZero() {
		start = time.Now()
	}
	b := Span{stage: s, start: start, scope: sc}
	sc.sheet.begin(s, start)
	if sc.observer.tracer != nil && trace.SpanFromContext(ctx).IsRecording() {
		ctx, b.span = sc.observer.tracer.Start(ctx, s.String(), trace.WithTimestamp(start))
	}
	return ctx, b
}

// Began is when the stage began; the zero time where nobody observes.
func (b Span) Began() time.Time { return b.start }

// End ends the stage.
func (b Span) End() { b.EndAt(time.Time{}) }

// EndAt ends a stage that ended at end; the zero time is now.
func (b Span) EndAt(end time.Time) {
	if b.scope == nil && b.span == nil {
		return
	}
	if end.IsZero() {
		end = time.Now()
	}
	if b.scope != nil {
		b.scope.sheet.end(b.stage, end)
		b.scope.observer.histograms.observe(b.stage, end.Sub(b.start))
	}
	if b.span != nil {
		b.span.End(trace.WithTimestamp(end))
	}
}

// Waiting is a stage that waits for something. There are many, most of which are over at once.
type Waiting struct{ span Span }

// shortWait is what a wait must take to be a span.
const shortWait = time.Millisecond

// Wait begins to wait.
func Wait(ctx context.Context, s Stage) Waiting {
	sc := scopeOf(ctx)
	if sc == nil {
		return Waiting{}
	}
	w := Waiting{Span{stage: s, start: time.Now(), scope: sc}}
	sc.sheet.begin(s, w.span.start)
	return w
}

// End ends the wait, whose context was ctx.
func (w Waiting) End(ctx context.Context) {
	if w.span.scope == nil {
		return
	}
	end := time.Now()
	if tracer := w.span.scope.observer.tracer; tracer != nil && end.Sub(w.span.start) >= shortWait && trace.SpanFromContext(ctx).IsRecording() {
		_, w.span.span = tracer.Start(ctx, w.span.stage.String(), trace.WithTimestamp(w.span.start))
	}
	w.span.EndAt(end)
}

// Name gives a span another name: what a request is for is known only when it was understood.
func (b Span) Name(name string) {
	if b.span != nil {
		b.span.SetName(name)
	}
}

// Recorded reports whether a trace is recorded, so that what costs something may be noted.
func (b Span) Recorded() bool { return b.span != nil }

// Int notes a number.
func (b Span) Int(key string, value int) {
	if b.span != nil {
		b.span.SetAttributes(attribute.Int(key, value))
	}
}

// Text notes a word that the program knows, or an id, never what a document or an error says.
func (b Span) Text(key, value string) {
	if b.span != nil {
		b.span.SetAttributes(attribute.String(key, value))
	}
}

// Fail says that the stage failed, and why by a code: what an error says is not for traces.
func (b Span) Fail(code string) {
	if b.span != nil {
		b.span.SetStatus(codes.Error, code)
	}
}

// Answered notes a request to a model server that answered, or did not.
func (b Span) Answered(a Answer) {
	if b.scope != nil {
		b.scope.observer.histograms.answered(a, time.Since(b.start))
	}
	if b.span == nil {
		return
	}
	b.span.SetAttributes(
		attribute.String("ocr.endpoint", a.Endpoint),
		attribute.String("ocr.outcome", a.Outcome),
		attribute.Int("gen_ai.usage.input_tokens", a.PromptTokens),
		attribute.Int("gen_ai.usage.output_tokens", a.CompletionTokens))
	if a.FirstToken > 0 {
		b.span.SetAttributes(attribute.Int64("ocr.first_token_ms", a.FirstToken.Milliseconds()))
	}
}

// Answer is what came of one request to a model server.
type Answer struct {
	Endpoint         string        // its name in the settings
	Outcome          string        // ok, failed or withdrawn
	FirstToken       time.Duration // until the answer began; 0 where none did
	PromptTokens     int
	CompletionTokens int
}
