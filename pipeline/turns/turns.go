// Package turns decides in which order pages and regions of all documents get what they wait for:
// the right to begin (Intake), and a slot of an engine or of its layout (Gate).
package turns

import (
	"container/heap"
	"context"
	"slices"
	"sync"
)

// turns is the order of those that wait: the most urgent first, equally urgent documents in turn,
// and within a document the earliest page. So a one-page image does not wait behind an 800-page
// document, and a streamed document finishes from its start. Users lock it.
type turns struct {
	lines []*Lane // documents with someone waiting, in turn order
	given int
}

// Lane is one document's place in one Gate or Intake.
type Lane struct {
	First   int  // page that somebody waits for
	Batch   bool // nobody waits for its pages
	waiting waiters
}

// urgency of a page: 0 is the most urgent.
func (l *Lane) urgency(page int) int {
	switch {
	case l.Batch:
		return 2
	case page > l.First:
		return 1
	}
	return 0
}

// waiter is one page or region that waits for its turn.
type waiter struct {
	page   int
	seq    int // tie-break within a page: first come, first served
	index  int // in the heap; -1 when no longer waiting
	turn   chan struct{}
	inLane *Lane
}

func (t *turns) add(l *Lane, page, seq int) *waiter {
	w := &waiter{page: page, seq: seq, turn: make(chan struct{}), inLane: l}
	if len(l.waiting) == 0 {
		t.lines = append(t.lines, l)
	}
	heap.Push(&l.waiting, w)
	return w
}

// await waits for w's turn, or gives it up when ctx ends. mu is what the user
// locks this by; it is not held here. giveBack, called with it, passes on a turn that
// came at the same moment.
func (t *turns) await(ctx context.Context, mu sync.Locker, w *waiter, giveBack func()) error {
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
	}
	mu.Lock()
	defer mu.Unlock()
	if !t.abandon(w) {
		giveBack()
	}
	return ctx.Err()
}

// abandon removes w; false when its turn has come already.
func (t *turns) abandon(w *waiter) bool {
	if w.index < 0 {
		return false
	}
	l := w.inLane
	heap.Remove(&l.waiting, w.index)
	if len(l.waiting) == 0 {
		t.lines = slices.DeleteFunc(t.lines, func(other *Lane) bool { return other == l })
	}
	return true
}

// leastShare is how many turns there are for each one that goes to the least urgent, so that a
// stream of urgent work does not starve it.
const leastShare = 5

// next gives the next waiter its turn; false when nobody waits.
func (t *turns) next() bool {
	if len(t.lines) == 0 {
		return false
	}
	t.given++
	wanted := 1 // sign of the urgency
	if t.given%leastShare == 0 {
		wanted = -1
	}
	at := 0
	for i := range t.lines {
		if wanted*t.lines[i].urgencyNow() < wanted*t.lines[at].urgencyNow() {
			at = i
		}
	}
	l := t.lines[at]
	t.lines = slices.Delete(t.lines, at, at+1)
	w := heap.Pop(&l.waiting).(*waiter)
	if len(l.waiting) > 0 {
		t.lines = append(t.lines, l)
	}
	close(w.turn)
	return true
}

// urgencyNow is that of the earliest page that waits.
func (l *Lane) urgencyNow() int { return l.urgency(l.waiting[0].page) }

// waiters is a heap: earliest page first, then earliest in line.
type waiters []*waiter

func (h waiters) Len() int { return len(h) }
func (h waiters) Less(i, j int) bool {
	if h[i].page != h[j].page {
		return h[i].page < h[j].page
	}
	return h[i].seq < h[j].seq
}

func (h waiters) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push is called by container/heap.
func (h *waiters) Push(x any) {
	w := x.(*waiter)
	w.index = len(*h)
	*h = append(*h, w)
}

// Pop is called by container/heap.
func (h *waiters) Pop() any {
	old := *h
	w := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	w.index = -1
	return w
}
