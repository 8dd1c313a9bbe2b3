package vllm

import "time"

// A breaker keeps work away from a server that answers its health check and
// fails its requests, as vLLM does while it drains.
const (
	breakerFailures = 5 // in a row
	breakerPause    = 2 * time.Second
	breakerPauseMax = 30 * time.Second
)

// breaker opens after failures in a row, then lets one request through per
// pause, which doubles each time, until one succeeds. Its zero value is closed.
type breaker struct {
	failures int // in a row
	until    time.Time
	pause    time.Duration
	trial    bool // the one request is under way
}

func (b *breaker) open() bool { return b.failures >= breakerFailures }

// allows reports whether a request may be sent now.
func (b *breaker) allows(now time.Time) bool {
	return !b.open() || !b.trial && !now.Before(b.until)
}

// usable is allows, but also while the one request is under way.
func (b *breaker) usable(now time.Time) bool { return !b.open() || !now.Before(b.until) }

// sent says that a request is under way.
func (b *breaker) sent() { b.trial = b.open() }

func (b *breaker) succeeded() { *b = breaker{} }

func (b *breaker) failed(now time.Time) {
	wasTrial := b.trial
	b.trial = false
	b.failures++
	switch {
	case !b.open():
		return
	case b.pause == 0:
		b.pause = breakerPause
	case wasTrial:
		b.pause = min(2*b.pause, breakerPauseMax)
	default:
		return // sent before it opened
	}
	b.until = now.Add(b.pause)
}

// withdrawn says that the request ended without telling anything about the server.
func (b *breaker) withdrawn() { b.trial = false }

// returned says that the server was away and is back: what failed was the one before,
// and one request may show that without the rest of the pause.
func (b *breaker) returned(now time.Time) {
	if b.open() {
		b.until = now
	}
}

func (b *breaker) state(now time.Time) string {
	switch {
	case !b.open():
		return "closed"
	case b.usable(now):
		return "half-open"
	}
	return "open"
}
