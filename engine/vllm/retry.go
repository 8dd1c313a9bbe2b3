package vllm

import (
	"time"

	"ocr-gateway/engine/vllm/chat"
	"ocr-gateway/internal/backoff"
)

// pause is the wait between attempts.
var pause = backoff.Exponential{First: 250 * time.Millisecond, Max: 4 * time.Second}

// tries counts a region's attempts by what ended them.
type tries struct{ broken, busy, unread int }

// unreadAttempts is how often a region is sent whose answers lack text: to get a second opinion.
const unreadAttempts = 2

// next returns how long to wait before another attempt, or that there is none.
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
	return max(pause.After(t.broken+t.busy), f.Wait), true
}
