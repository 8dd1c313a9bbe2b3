package stage

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Header is that in which a trace goes on from one program to the next:
// https://www.w3.org/TR/trace-context/.
const Header = "traceparent"

// Continue returns a context whose spans go on with the trace of a traceparent. One that is
// empty or malformed is passed over, as the standard wants it.
func Continue(ctx context.Context, traceparent string) context.Context {
	if traceparent == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{Header: traceparent})
}

// Traceparent is what says to another program which trace ctx belongs to; empty for none. It
// goes on even where this program records nothing.
func Traceparent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier[Header]
}

// TraceID is the trace that is recorded of ctx; empty for none.
func TraceID(ctx context.Context) string {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsSampled() || span.IsRemote() {
		return ""
	}
	return span.TraceID().String()
}

// Serve begins the span of a request that came in, with which the part of its trace begins
// that this program records. It is no stage.
func Serve(ctx context.Context, name string) (context.Context, Span) {
	return root(ctx, name, trace.SpanKindServer)
}

// Work likewise begins the span of a task that somebody queued.
func Work(ctx context.Context, name string) (context.Context, Span) {
	return root(ctx, name, trace.SpanKindConsumer)
}

func root(ctx context.Context, name string, kind trace.SpanKind) (context.Context, Span) {
	sc := scopeOf(ctx)
	if sc == nil || sc.observer.tracer == nil {
		return ctx, Span{}
	}
	ctx, span := sc.observer.tracer.Start(ctx, name, trace.WithSpanKind(kind))
	if !span.IsRecording() {
		return ctx, Span{}
	}
	return ctx, Span{span: span}
}
