// Package stages measures what the stages of reading a page cost: processor time, and how much the networks
// compute in it. The context carries the meter; without one only the time is observed, see internal/stage.
package stages

import (
	"context"
	"maps"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"ocr-gateway/internal/stage"
)

// Stage is a part of reading a page.
type Stage string

// The stages.
const (
	Detect    Stage = "detect"    // finding lines of text
	Layout    Stage = "layout"    // finding areas
	Orient    Stage = "orient"    // finding out which way up a page is
	Recognize Stage = "recognize" // reading lines
)

// Work is what networks computed: multiplications, and as many additions.
type Work struct {
	Full  float64 // in full precision
	Whole float64 // in whole numbers
}

// Times is n times w.
func (w Work) Times(n float64) Work { return Work{w.Full * n, w.Whole * n} }

// Cost is what a stage used.
type Cost struct {
	CPU time.Duration // of the calling threads; an inference's other threads are not seen
	Work
}

// Meter adds up costs. It is safe for concurrent use.
type Meter struct {
	mu    sync.Mutex
	costs map[Stage]Cost
}

// Costs returns the costs so far.
func (m *Meter) Costs() map[Stage]Cost {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.costs)
}

func (m *Meter) add(s Stage, cpu time.Duration, w Work) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.costs == nil {
		m.costs = map[Stage]Cost{}
	}
	c := m.costs[s]
	m.costs[s] = Cost{c.CPU + cpu, Work{c.Full + w.Full, c.Whole + w.Whole}}
}

// Measured returns a context in which m measures.
func (m *Meter) Measured(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, measured{meter: m})
}

type key struct{}

type measured struct {
	meter *Meter // nil for none
	stage Stage  // empty: each stage counts as itself
}

// In returns a context in which everything counts as one stage.
func In(ctx context.Context, s Stage) context.Context {
	m, _ := ctx.Value(key{}).(measured)
	m.stage = s
	return context.WithValue(ctx, key{}, m)
}

// Begin starts a stage; end ends it, on the same goroutine.
func Begin(ctx context.Context, s Stage) (end func(Work)) {
	m, _ := ctx.Value(key{}).(measured)
	if m.stage != "" {
		s = m.stage
	}
	_, seen := stage.Begin(ctx, observed[s])
	if m.meter == nil {
		return func(Work) { seen.End() }
	}
	runtime.LockOSThread() // its time is measured
	before := threadTime()
	return func(w Work) {
		m.meter.add(s, threadTime()-before, w)
		runtime.UnlockOSThread()
		seen.End()
	}
}

// observed maps the stages to those of internal/stage, which observes all work.
var observed = map[Stage]stage.Stage{Detect: stage.Detect, Layout: stage.Areas, Orient: stage.Orient, Recognize: stage.Read}

// threadTime is the processor time of this thread so far; 0 if the system does not tell.
func threadTime() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		return 0
	}
	return time.Duration(now.Nano())
}
