package keys

import (
	"sync"
	"time"
)

// Holder is the owner of a key.
type Holder struct {
	Entry
	usage *usage
	now   func() time.Time
}

// usage is what was used up under a name since the program started.
type usage struct {
	mu       sync.Mutex
	requests float64   // left at the time filled
	filled   time.Time // zero before the first
	day      time.Time // of pages, in UTC
	pages    int
}

// Request counts a request. When there are too many it returns how long to wait. A key may use up
// its minute in a burst.
func (h *Holder) Request() (wait time.Duration, ok bool) {
	if h.RequestsPerMinute == 0 {
		return 0, true
	}
	u, now, most := h.usage, h.now(), float64(h.RequestsPerMinute)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.filled.IsZero() {
		u.requests = most
	} else {
		u.requests = min(most, u.requests+now.Sub(u.filled).Minutes()*most)
	}
	u.filled = now
	if u.requests < 1 {
		return time.Duration((1 - u.requests) / most * float64(time.Minute)), false
	}
	u.requests--
	return 0, true
}

// Pages counts n pages against the daily limit, of which elsewhere were used by jobs. Where they
// exceed it none is counted, and the number left is returned.
func (h *Holder) Pages(n, elsewhere int) (left int, ok bool) {
	u := h.usage
	u.mu.Lock()
	defer u.mu.Unlock()
	if today := h.now().UTC().Truncate(24 * time.Hour); !today.Equal(u.day) {
		u.day, u.pages = today, 0
	}
	if left := h.PagesPerDay - u.pages - elsewhere; h.PagesPerDay > 0 && n > left {
		return max(0, left), false
	}
	u.pages += n
	return max(0, h.PagesPerDay-u.pages-elsewhere), true
}
