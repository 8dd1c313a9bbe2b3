package turns

import (
	"context"
	"sync"
)

// Gate lets n holders in at a time, in the order of turns.
type Gate struct {
	mu    sync.Mutex
	free  int
	turns turns
}

// NewGate returns a gate with so many slots.
func NewGate(slots int) *Gate { return &Gate{free: slots} }

// Enter waits for a turn and returns nil, or the context's error. Every nil needs
// one Leave.
func (g *Gate) Enter(ctx context.Context, l *Lane, page, seq int) error {
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

// Leave gives the slot to the next in turn, or back.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pass()
}

// pass is Leave with mu held.
func (g *Gate) pass() {
	if !g.turns.next() {
		g.free++
	}
}
