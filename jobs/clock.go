package jobs

import "time"

// tick is a moment on two clocks: the machine's, which can be set, and the time since a start,
// which cannot.
type tick struct {
	wall  time.Time
	since time.Duration
}

// mostDrift is how far the clocks may drift apart between two ticks; corrections in small steps
// stay below it.
const mostDrift = time.Minute

// jumped reports whether the machine's clock was set between two ticks.
func (t tick) jumped(now tick) bool {
	drift := now.wall.Sub(t.wall) - (now.since - t.since)
	return drift.Abs() > mostDrift
}

// holdAfterJump is how long nothing is ended or forgotten after the clock was set, so that people
// have time to correct it.
const holdAfterJump = time.Hour

// watch tells when deadlines can be trusted. Its zero value does not know the time yet.
type watch struct {
	last tick
	hold time.Duration // since the start, until when they cannot be
}

// trusts takes the next tick; jumped says that the clock was set since the last.
func (w *watch) trusts(now tick) (ok, jumped bool) {
	jumped = !w.last.wall.IsZero() && w.last.jumped(now)
	if jumped {
		w.hold = now.since + holdAfterJump
	}
	w.last = now
	return now.since >= w.hold, jumped
}
