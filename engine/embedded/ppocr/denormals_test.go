//go:build amd64 || arm64

package ppocr

import (
	"errors"
	"math"
	"runtime"
	"testing"
)

//go:noinline
func half(x float32) float32 { return x / 2 }

// TestDenormalsAreFlushed computes with the smallest normal number before, inside and after.
func TestDenormalsAreFlushed(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	smallest := math.Float32frombits(1 << 23)
	if half(smallest) == 0 {
		t.Fatal("the thread flushes denormals already")
	}
	var inside float32 = 1
	failed := errors.New("failed")
	if err := flushingDenormals(func() error { inside = half(smallest); return failed }); !errors.Is(err, failed) {
		t.Errorf("returned %v", err)
	}
	if inside != 0 {
		t.Errorf("half of the smallest normal number is %g, want 0", inside)
	}
	if half(smallest) == 0 {
		t.Error("the thread flushes denormals afterwards")
	}
}
