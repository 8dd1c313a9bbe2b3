package vllm

import (
	"context"
	"math/rand/v2"
	"time"

	"ocr-gateway/engine/vllm/chat"
)

const (
	backoffFirst = 250 * time.Millisecond
	backoffMax   = 4 * time.Second
)

// tries counts a region's attempts by what ended them.
type tries struct{ broken, busy, unread int }

// unreadAttempts is how often a region is sent whose answers lack text: a second opinion.
const unreadAttempts = 2

// next says how long to wait before another attempt, or that there is none.
func (t *tries) next(f *chat.Fault, attempts, busyAttempts int) (wait time.Duration, again bool) {
	switch f.Kind {
	case chat.Broken:
		t.broken++
	case chat.Busy, chat.Rekeyed:
		t.busy++
	case chat.Withheld, chat.Empty:
		t.unread++
		return 0, t.unread < unreadAttempts
	default:
		return 0, false
	}
	if t.broken >= attempts || t.busy >= busyAttempts {
		return 0, false
	}
	return max(backoff(t.broken+t.busy), f.Wait), true
}

// backoff doubles with each failure and is spread over its upper half, so that the
// regions that failed together do not come back together.
func backoff(failures int) time.Duration {
	d := min(backoffFirst<<min(failures-1, 10), backoffMax)
	return d/2 + rand.N(d/2)
}

// sleep waits, or returns the error of ctx when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
