package turns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

// TestGateTakesTurns queues a large and a small document behind one slot: the
// small one is served after one region of the large one, and pages in order.
func TestGateTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(1)
		var large, small Lane
		var order []string
		if err := g.Enter(t.Context(), &large, 1, 0); err != nil {
			t.Fatal(err)
		}
		queue := func(name string, l *Lane, page, seq int) {
			go func() {
				if err := g.Enter(t.Context(), l, page, seq); err != nil {
					t.Error(err)
					return
				}
				order = append(order, fmt.Sprint(name, page, ".", seq))
				g.Leave()
			}()
			synctest.Wait()
		}
		queue("large", &large, 3, 0)
		queue("large", &large, 2, 1)
		queue("large", &large, 2, 0)
		queue("small", &small, 1, 0)
		queue("large", &large, 1, 1)
		queue("small", &small, 1, 1)
		g.Leave()
		synctest.Wait()
		want := []string{"large1.1", "small1.0", "large2.0", "small1.1", "large2.1", "large3.0"}
		if !slices.Equal(order, want) {
			t.Errorf("served %v\nwant   %v", order, want)
		}
		if g.free != 1 || len(g.turns.lines) != 0 {
			t.Errorf("%d slots free, %d documents waiting", g.free, len(g.turns.lines))
		}
	})
}

func TestGateForgetsWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(1)
		var a, b Lane
		if err := g.Enter(t.Context(), &a, 1, 0); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error, 3)
		for i := range 3 {
			go func() { gaveUp <- g.Enter(ctx, &a, 2, i) }()
		}
		served := make(chan error, 1)
		go func() { served <- g.Enter(t.Context(), &b, 1, 0) }()
		synctest.Wait()
		cancel()
		for range 3 {
			if err := <-gaveUp; !errors.Is(err, context.Canceled) {
				t.Errorf("gave up with %v", err)
			}
		}
		g.Leave()
		if err := <-served; err != nil {
			t.Error(err)
		}
		g.Leave()
		if g.free != 1 || len(g.turns.lines) != 0 {
			t.Errorf("%d slots free, %d documents waiting", g.free, len(g.turns.lines))
		}
	})
}

// A turn that comes at the moment of giving up must not be lost.
func TestGateLosesNoSlot(t *testing.T) {
	g := NewGate(2)
	lanes := make([]Lane, 5)
	done := make(chan struct{})
	for i := range 200 {
		go func() {
			ctx, cancel := context.WithCancel(t.Context())
			if i%3 == 0 {
				go cancel()
			} else {
				defer cancel()
			}
			if g.Enter(ctx, &lanes[i%5], i, 0) == nil {
				g.Leave()
			}
			done <- struct{}{}
		}()
	}
	for range 200 {
		<-done
	}
	if g.free != 2 || len(g.turns.lines) != 0 {
		t.Errorf("%d of 2 slots free, %d documents waiting", g.free, len(g.turns.lines))
	}
}
