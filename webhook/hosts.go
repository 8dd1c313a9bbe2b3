package webhook

import (
	"maps"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// crowded is how long a message is put off at least, while its host has its share of the senders.
	crowded = time.Second
	// longest is how long it is put off at most, so that a host that has recovered is soon told all.
	longest = time.Minute
	// usual is how long an attempt is taken to last before one has ended.
	usual = 50 * time.Millisecond
)

// hosts shares the senders out among the hosts that messages go to, so that one that is slow holds
// up its own messages alone.
type hosts struct {
	share int // senders that one host has at most

	mu    sync.Mutex
	known map[string]*host // those that are being sent to, or have messages put off
}

type host struct {
	sending int
	pace    time.Duration // how long the last attempt took
	turn    time.Time     // when the last of the messages that were put off comes back
}

func newHosts(share int) *hosts { return &hosts{share: share, known: map[string]*host{}} }

// enter reserves a sender for a message to a host until leave. Where the host has its share, wait
// says how long the message is put off: they come back one after the other, as fast as the host
// takes them. If all came back at once, thousands would keep the outbox busy, and others' messages
// would wait behind them.
func (h *hosts) enter(name string, now time.Time) (wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.known, func(_ string, to *host) bool { return to.sending == 0 && to.turn.Before(now) })
	to := h.known[name]
	if to == nil {
		to = &host{pace: usual}
		h.known[name] = to
	}
	if to.sending < h.share {
		to.sending++
		return 0
	}
	if earliest := now.Add(crowded); to.turn.Before(earliest) {
		to.turn = earliest
	}
	to.turn = to.turn.Add(to.pace / time.Duration(h.share))
	if latest := now.Add(longest); to.turn.After(latest) {
		to.turn = latest
		return longest - rand.N(longest/2) // not all in the same moment
	}
	return to.turn.Sub(now)
}

// leave gives a sender back after an attempt that took so long.
func (h *hosts) leave(name string, took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	to := h.known[name]
	to.sending--
	to.pace = took
}
