package pipeline

import (
	"context"
	"sync"
)

// gate lets n holders in at a time, in the order of turns.
type gate struct {
	mu    sync.Mutex
	free  int
	turns turns
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
	w := g.turns.add(l, page, seq)
	g.mu.Unlock()
	return g.turns.await(ctx, &g.mu, w, g.pass)
}

// leave gives the slot to who is next, or back.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pass()
}

// pass is leave for who holds mu.
func (g *gate) pass() {
	if !g.turns.next() {
		g.free++
	}
}
