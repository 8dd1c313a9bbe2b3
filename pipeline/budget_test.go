package pipeline_test

import (
	"context"
	"testing"
	"testing/synctest"

	"ocr-gateway/pipeline"
)

// want is a page that asks a budget for memory.
type want struct {
	free    func(rest int64)
	granted bool
	cancel  context.CancelFunc
}

// ask begins to wait for bytes. What came of it is known after synctest.Wait.
func ask(t *testing.T, b *pipeline.Budget, bytes int64) *want {
	ctx, cancel := context.WithCancel(t.Context())
	w := &want{cancel: cancel}
	go func() {
		free, err := b.Acquire(ctx, bytes)
		if err == nil {
			w.free, w.granted = free, true
		}
	}()
	synctest.Wait()
	return w
}

// check compares who was granted memory so far. The budget of 80 has a reserve of 10.
func check(t *testing.T, when string, wants map[string]*want, granted ...string) {
	t.Helper()
	synctest.Wait()
	is := map[string]bool{}
	for _, name := range granted {
		is[name] = true
	}
	for name, w := range wants {
		if w.granted != is[name] {
			t.Errorf("%s: %s granted is %v, want %v", when, name, w.granted, is[name])
		}
	}
}

func TestSmallPagesPassLargeOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := pipeline.NewBudget(80)
		w := map[string]*want{}
		w["large"] = ask(t, b, 60)
		w["waiting"] = ask(t, b, 60)
		w["third"] = ask(t, b, 20)
		w["small"] = ask(t, b, 6)
		w["small 2"] = ask(t, b, 6)
		check(t, "the reserve has 10", w, "large", "small")
		w["small"].free(0)
		check(t, "a small page is done", w, "large", "small", "small 2")
		w["large"].free(0)
		check(t, "the first large page is done", w, "large", "small", "small 2", "waiting")
		w["waiting"].free(0)
		check(t, "and the second", w, "large", "small", "small 2", "waiting", "third")
		w["third"].free(0)
		w["small 2"].free(0)
	})
}

// TestSmallPagesCannotStarveALargeOne wants what is given back beyond the reserve to go to the
// large page that waits, however many small ones there are.
func TestSmallPagesCannotStarveALargeOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := pipeline.NewBudget(80)
		var small []*want
		for range 8 {
			small = append(small, ask(t, b, 10))
		}
		large := ask(t, b, 70)
		late := ask(t, b, 10)
		for i, w := range small[:7] {
			if !w.granted || large.granted || late.granted {
				t.Fatalf("after %d are done: %v, large %v, late %v", i, w.granted, large.granted, late.granted)
			}
			w.free(0)
			synctest.Wait()
		}
		if !large.granted || late.granted {
			t.Errorf("with one small page left: large %v, late %v", large.granted, late.granted)
		}
		small[7].free(0)
		synctest.Wait()
		if !late.granted {
			t.Error("the small page behind the large one still waits")
		}
		large.free(0)
		late.free(0)
	})
}

func TestBudgetTakesPartsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := pipeline.NewBudget(80)
		w := map[string]*want{"huge": ask(t, b, 1000), "large": ask(t, b, 40)}
		check(t, "a page larger than all", w, "huge")
		w["huge"].free(40)
		check(t, "30 are free beside the reserve", w, "huge")
		w["huge"].free(30)
		check(t, "40 are free", w, "huge", "large")
		w["huge"].free(35) // more than it has: no change
		w["other"] = ask(t, b, 11)
		check(t, "all but the reserve is taken", w, "huge", "large")
		w["huge"].free(0)
		w["huge"].free(0)
		check(t, "30 are free", w, "huge", "large", "other")
		w["large"].free(0)
		w["other"].free(0)
		w["all"] = ask(t, b, 70)
		check(t, "all is free", w, "huge", "large", "other", "all")
		w["all"].free(0)
	})
}

func TestWhoLeavesTheBudgetHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := pipeline.NewBudget(80)
		first, gone, next := ask(t, b, 40), ask(t, b, 70), ask(t, b, 30)
		if next.granted {
			t.Error("a large page passed another")
		}
		gone.cancel()
		synctest.Wait()
		if gone.granted || !next.granted {
			t.Errorf("gone %v, next %v", gone.granted, next.granted)
		}
		first.free(0)
		next.free(0)
	})
}
