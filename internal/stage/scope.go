package stage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Observer is who wants to know about stages.
type Observer struct {
	tracer     trace.Tracer
	histograms *Histograms
}

// NewObserver observes by histograms, and by traces where there is a tracer.
func NewObserver(h *Histograms, tracer trace.Tracer) *Observer {
	return &Observer{tracer: tracer, histograms: h}
}

// Observed returns a context in which o observes all that is begun.
func (o *Observer) Observed(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, &scope{observer: o})
}

type key struct{}

// scope is what a context carries.
type scope struct {
	observer *Observer
	sheet    *Sheet // nil outside of pages
}

func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(key{}).(*scope)
	return s
}

// Sheet adds up for how long each stage was in work on one page. What is done side by side
// counts once, so that no stage has more than the page took. It is safe for concurrent use.
type Sheet struct {
	mu    sync.Mutex
	lines [stages]line
}

// line is one stage on a sheet.
type line struct {
	running int
	since   time.Time // from when on one is
	total   time.Duration
}

// Sheeted returns a context in which a new sheet adds up; nil where nobody observes.
func Sheeted(ctx context.Context) (context.Context, *Sheet) {
	sc := scopeOf(ctx)
	if sc == nil {
		return ctx, nil
	}
	sheet := new(Sheet)
	return context.WithValue(ctx, key{}, &scope{observer: sc.observer, sheet: sheet}), sheet
}

func (s *Sheet) begin(stage Stage, at time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.lines[stage]
	if l.running == 0 {
		l.since = at
	}
	l.running++
}

func (s *Sheet) end(stage Stage, at time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.lines[stage]
	if l.running--; l.running == 0 {
		l.total += at.Sub(l.since)
	}
}

// LogValue is the stages that took a millisecond or more, in their order.
func (s *Sheet) LogValue() slog.Value {
	if s == nil {
		return slog.GroupValue()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []slog.Attr
	for i, l := range s.lines {
		if ms := l.total.Milliseconds(); ms > 0 {
			all = append(all, slog.Int64(Stage(i).String()+"_ms", ms))
		}
	}
	return slog.GroupValue(all...)
}
