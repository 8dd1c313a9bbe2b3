package pool_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"ocr-gateway/raster/pool"
)

// TestNamespacesAreTriedAgain wants each child tried with a network namespace, and a
// machine that is short of processes not taken for one that forbids them.
func TestNamespacesAreTriedAgain(t *testing.T) {
	got := pool.Starts(0, syscall.EPERM, 0, syscall.EAGAIN, 0, syscall.ENOSPC, syscall.EMFILE, 0)
	if want := []string{"own", "shared", "own", "not", "own", "shared", "not", "own"}; !slices.Equal(got, want) {
		t.Errorf("started %v, want %v", got, want)
	}
}

// TestOldFaultsAreNobodys wants a request that comes when children can be started again
// not refused for a start that failed before it came, and one for which the start fails
// again told why.
func TestOldFaultsAreNobodys(t *testing.T) {
	for name, again := range map[string][]error{"over": nil, "goes on": {syscall.ENFILE}} {
		t.Run(name, func(t *testing.T) {
			p := pool.Scripted(append([]error{syscall.EMFILE}, again...)...)
			defer p.Close(context.Background())
			for p.State().Failures == 0 {
				runtime.Gosched()
			}
			c, err := p.Acquire(t.Context(), true)
			if len(again) == 0 && err != nil || len(again) > 0 && !errors.Is(err, again[0]) {
				t.Fatalf("%v", err)
			}
			if c != nil {
				p.Release(c)
			}
			if _, err := p.Decoders.Acquire(t.Context()); err != nil {
				t.Errorf("the next: %v", err)
			}
		})
	}
}
