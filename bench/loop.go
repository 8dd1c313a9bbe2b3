package bench

import (
	"context"
	"math"
	"sync"
	"time"
)

// load sends the documents of one class.
type load struct {
	*run
	class   Class
	uploads []upload
	total   int // requests to schedule, when the class has an end of its own
	started int // under run.mu
	result  tally
}

// closed keeps Concurrency requests under way: a new one starts when one has
// ended. With a ramp the loops start one after the other.
func (l *load) closed(ctx context.Context) {
	var workers sync.WaitGroup
	for n := range min(l.class.Concurrency, l.total) {
		workers.Go(func() {
			if !l.waitUntil(ctx, l.start.Add(l.cfg.Ramp*time.Duration(n)/time.Duration(l.class.Concurrency))) {
				return
			}
			for ctx.Err() == nil {
				next, ok := l.next(time.Now())
				if !ok {
					return
				}
				l.measure(ctx, next, time.Now())
			}
		})
	}
	workers.Wait()
}

// open starts requests by schedule, however slow the answers are, and times them
// from when they were due. What would exceed Concurrency is not sent but counted.
func (l *load) open(ctx context.Context) {
	slots := make(chan struct{}, l.class.Concurrency)
	var sent sync.WaitGroup
	for n := 0; ; n++ {
		due := l.start.Add(arrival(n, l.class.Rate, l.cfg.Ramp))
		next, ok := l.next(due)
		if !ok || !l.waitUntil(ctx, due) {
			break
		}
		select {
		case slots <- struct{}{}:
			sent.Go(func() {
				defer func() { <-slots }()
				l.measure(ctx, next, due)
			})
		default:
			l.overrun()
		}
	}
	sent.Wait()
}

// arrival is when request n of an open loop is due after its start. During the
// ramp the rate grows evenly from nothing, so the number of requests grows with
// the square of the time.
func arrival(n int, rate float64, ramp time.Duration) time.Duration {
	grown := rate * ramp.Seconds() / 2 // requests within the ramp
	seconds := ramp.Seconds() + (float64(n)-grown)/rate
	if float64(n) < grown {
		seconds = math.Sqrt(2 * ramp.Seconds() * float64(n) / rate)
	}
	return time.Duration(seconds * float64(time.Second))
}

// waitUntil is false when the run ends before.
func (l *load) waitUntil(ctx context.Context, due time.Time) bool {
	if l.cfg.Duration > 0 && due.Sub(l.start) >= l.cfg.Duration {
		return false
	}
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// measure sends one document and counts how that ended.
func (l *load) measure(ctx context.Context, u upload, due time.Time) {
	l.timeline.began()
	o := l.send(ctx, u, due)
	l.timeline.ended(o.latency)
	if ctx.Err() == nil { // else cut off by us: no finding about the server
		l.add(o)
	}
}
