// Package backoff says how long to wait between tries, and waits.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// Exponential is a wait that doubles with each failure in a row, from First to Max. It is
// spread over its upper half at random, so that those who failed together do not come back
// together.
type Exponential struct{ First, Max time.Duration }

// After is the wait after as many failures in a row, 1 or more.
func (e Exponential) After(failures int) time.Duration {
	wait := e.First
	for i := 1; i < failures && wait < e.Max; i++ {
		wait *= 2
	}
	wait = min(wait, e.Max)
	return wait - rand.N(wait/2+1)
}

// Sleep waits, or returns the cause of ctx's end when that comes first.
func Sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
