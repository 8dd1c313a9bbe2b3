package turns

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

// TestUrgentGoFirst queues a batch, the middle of a document and first pages behind one
// slot: the first pages go first, and every fifth turn is for the least urgent.
func TestUrgentGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(1)
		if err := g.Enter(t.Context(), &Lane{First: 1}, 1, 0); err != nil {
			t.Fatal(err)
		}
		var order []string
		queue := func(name string, l *Lane, page int) {
			go func() {
				if err := g.Enter(t.Context(), l, page, 0); err != nil {
					t.Error(err)
					return
				}
				order = append(order, name)
				g.Leave()
			}()
			synctest.Wait()
		}
		queue("batch a", &Lane{First: 1, Batch: true}, 1)
		queue("batch b", &Lane{First: 1, Batch: true}, 1)
		queue("page 2", &Lane{First: 1}, 2)
		for i := range 7 {
			queue(fmt.Sprint("first ", i), &Lane{First: 3}, 3)
		}
		g.Leave()
		synctest.Wait()
		want := []string{
			"first 0", "first 1", "first 2", "first 3", "batch a",
			"first 4", "first 5", "first 6", "page 2", "batch b",
		}
		if !slices.Equal(order, want) {
			t.Errorf("served %q\nwant   %q", order, want)
		}
	})
}

// TestIntakeHoldsPagesBack has documents begin pages until the limit: the first page
// of another one does not wait, its second waits for its turn.
func TestIntakeHoldsPagesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := NewIntake(func() int { return 2 })
		a, b := &Lane{First: 1}, &Lane{First: 1}
		var begun []string
		begin := func(ctx context.Context, name string, l *Lane, page int) {
			go func() {
				if in.Begin(ctx, l, page) == nil {
					begun = append(begun, fmt.Sprint(name, page))
				}
			}()
			synctest.Wait()
		}
		want := func(names ...string) {
			t.Helper()
			synctest.Wait()
			if !slices.Equal(begun, names) {
				t.Fatalf("begun %v, want %v", begun, names)
			}
		}
		ctx, leave := context.WithCancel(t.Context())
		begin(ctx, "a", a, 1)
		begin(ctx, "a", a, 2)
		begin(ctx, "a", a, 3)
		begin(ctx, "a", a, 4)
		want("a1", "a2")
		begin(t.Context(), "b", b, 1)
		begin(t.Context(), "b", b, 2)
		want("a1", "a2", "b1")
		in.End()
		want("a1", "a2", "b1") // b1 went over the limit
		in.End()
		want("a1", "a2", "b1", "a3")
		in.End()
		want("a1", "a2", "b1", "a3", "b2")
		leave() // a4 waits no longer
		synctest.Wait()
		in.End()
		in.End()
		if in.ahead != 0 || len(in.turns.lines) != 0 {
			t.Errorf("%d pages ahead, %d documents waiting", in.ahead, len(in.turns.lines))
		}
	})
}
