package pool_test

import (
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
