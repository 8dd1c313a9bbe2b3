package pipeline

import (
	"container/heap"
	"context"
	"sync"
)

// gate lets n holders in at a time, fairly: documents take turns, and within one
// document the earliest page comes first. So a one-page image does not wait
// behind an 800-page document, and a streamed document finishes from its start.
type gate struct {
	mu    sync.Mutex
	free  int
	lines []*lane // documents with someone waiting, in turn order
}

// lane is one document's place in a gate. It belongs to one gate.
type lane struct{ waiting waiters }

// waiter is one page or region that waits for its turn.
type waiter struct {
	page   int
	seq    int // tie-break within a page: first come, first served
	index  int // in the heap; -1 when no longer waiting
	turn   chan struct{}
	inLane *lane
}

func newGate(slots int) *gate { return &gate{free: slots} }

// enter waits for a turn and returns nil, or the context's error. Every nil needs
// one leave.
func (g *gate) enter(ctx context.Context, l *lane, page, seq int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return nil
	}
	w := &waiter{page: page, seq: seq, turn: make(chan struct{}), inLane: l}
	if len(l.waiting) == 0 {
		g.lines = append(g.lines, l)
	}
	heap.Push(&l.waiting, w)
	g.mu.Unlock()

	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		if g.abandon(w) {
			return ctx.Err()
		}
		g.leave() // the turn came at the same moment: pass it on
		return ctx.Err()
	}
}

// abandon takes w out of the queue; false when its turn has come already.
func (g *gate) abandon(w *waiter) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.index < 0 {
		return false
	}
	heap.Remove(&w.inLane.waiting, w.index)
	if len(w.inLane.waiting) == 0 {
		g.drop(w.inLane)
	}
	return true
}

func (g *gate) drop(l *lane) {
	for i, other := range g.lines {
		if other == l {
			g.lines = append(g.lines[:i], g.lines[i+1:]...)
			return
		}
	}
}

// leave gives the slot to the next document in turn, or back.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.lines) == 0 {
		g.free++
		return
	}
	l := g.lines[0]
	g.lines = append(g.lines[:0], g.lines[1:]...)
	w := heap.Pop(&l.waiting).(*waiter)
	if len(l.waiting) > 0 {
		g.lines = append(g.lines, l)
	}
	close(w.turn)
}

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
