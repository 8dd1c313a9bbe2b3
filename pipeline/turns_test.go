package pipeline

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestUrgentGoFirst queues a batch, the middle of a document and first pages behind one
// slot: the first pages go first, and every fifth turn is for the least urgent.
func TestUrgentGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		if err := g.enter(t.Context(), &lane{first: 1}, 1, 0); err != nil {
			t.Fatal(err)
		}
		var order []string
		queue := func(name string, l *lane, page int) {
			go func() {
				if err := g.enter(t.Context(), l, page, 0); err != nil {
					t.Error(err)
					return
				}
				order = append(order, name)
				g.leave()
			}()
			synctest.Wait()
		}
		queue("batch a", &lane{first: 1, batch: true}, 1)
		queue("batch b", &lane{first: 1, batch: true}, 1)
		queue("page 2", &lane{first: 1}, 2)
		for i := range 7 {
			queue(fmt.Sprint("first ", i), &lane{first: 3}, 3)
		}
		g.leave()
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
		in := &intake{limit: func() int { return 2 }}
		a, b := &lane{first: 1}, &lane{first: 1}
		var begun []string
		begin := func(ctx context.Context, name string, l *lane, page int) {
			go func() {
				if in.begin(ctx, l, page) == nil {
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
		in.end()
		want("a1", "a2", "b1") // b1 went over the limit
		in.end()
		want("a1", "a2", "b1", "a3")
		in.end()
		want("a1", "a2", "b1", "a3", "b2")
		leave() // a4 waits no longer
		synctest.Wait()
		in.end()
		in.end()
		if in.ahead != 0 || len(in.turns.lines) != 0 {
			t.Errorf("%d pages ahead, %d documents waiting", in.ahead, len(in.turns.lines))
		}
	})
}

func TestPagesAheadFollowWhatWasMeasured(t *testing.T) {
	const slots = 64
	for name, tc := range map[string]struct {
		render, layout, read time.Duration
		regions, pages       int
	}{
		"a quick model":                 {10 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond, 8, 16},
		"a slow model":                  {20 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, 8, 10},
		"whole pages":                   {20 * time.Millisecond, 0, 2 * time.Second, 1, 65},
		"full pages":                    {20 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, 100, minAhead},
		"pages with nothing to be read": {20 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, 0, 800},
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			if got := p.pages(slots); got != minAhead {
				t.Errorf("%d pages before anything was measured, want %d", got, minAhead)
			}
			for range 3 {
				p.rendered(tc.render)
				p.looked(tc.layout)
				p.found(tc.regions)
				p.took(tc.read)
			}
			if got := p.pages(slots); got != tc.pages {
				t.Errorf("%d pages, want %d", got, tc.pages)
			}
		})
	}
}
