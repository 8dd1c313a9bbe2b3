package endpoints

import (
	"slices"
	"time"
)

// A breaker keeps work from a server that answers its health check but fails its requests, as vLLM does while
// it drains.
const (
	breakerInputs   = 5 // distinct, since a request last succeeded
	breakerPause    = 2 * time.Second
	breakerPauseMax = 30 * time.Second
)

// breaker opens when requests with several different inputs have failed and none has succeeded in between: a
// failure on one input only, however often, is not the server's fault. While open it lets one request through
// per pause, which doubles each time, until one succeeds; the server is also probed, see Hooks.Probe. The
// zero value is closed.
type breaker struct {
	inputs  [breakerInputs]uint64 // that failed since a request last succeeded
	failing int                   // how many of inputs are in use
	until   time.Time
	pause   time.Duration
	trial   bool      // the one request is being sent
	trusted time.Time // until then failures are their inputs' fault: a probe has succeeded
}

func (b *breaker) open() bool { return b.failing == breakerInputs }

// allows reports whether a request may be sent now.
func (b *breaker) allows(now time.Time) bool {
	return !b.open() || !b.trial && !now.Before(b.until)
}

// usable is allows, but also true while the one request is being sent.
func (b *breaker) usable(now time.Time) bool { return !b.open() || !now.Before(b.until) }

// sent records that a request is being sent.
func (b *breaker) sent() { b.trial = b.open() }

func (b *breaker) succeeded() { *b = breaker{trusted: b.trusted} }

// failed counts a request with input, and reports whether that opened the breaker.
func (b *breaker) failed(now time.Time, input uint64) (opened bool) {
	wasTrial := b.trial
	b.trial = false
	switch {
	case wasTrial:
		b.pause = min(2*b.pause, breakerPauseMax)
		b.until = now.Add(b.pause)
	case b.open(): // sent before it opened
	case now.Before(b.trusted), slices.Contains(b.inputs[:b.failing], input):
	default:
		b.inputs[b.failing] = input
		b.failing++
		if b.open() {
			b.pause = breakerPause
			b.until = now.Add(b.pause)
			return true
		}
	}
	return false
}

// withdrawn records that the request ended without saying anything about the server.
func (b *breaker) withdrawn() { b.trial = false }

// proved records that the server read a picture of ours: the failures were the fault of their inputs. More
// may follow, so it is not doubted again for a while.
func (b *breaker) proved(now time.Time) { *b = breaker{trusted: now.Add(breakerPause)} }

// returned records that the server was away and is back: the failures were those of the previous process, and
// one request may show that without waiting for the rest of the pause.
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
