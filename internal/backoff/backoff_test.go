package backoff_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/internal/backoff"
)

func TestWaitsDoubleUpToTheMost(t *testing.T) {
	b := backoff.Exponential{First: time.Second, Max: 5 * time.Second}
	for failures, whole := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 5 * time.Second, 1 << 40: 5 * time.Second} {
		lowest, highest := whole, time.Duration(0)
		for range 1000 {
			wait := b.After(failures)
			lowest, highest = min(lowest, wait), max(highest, wait)
		}
		if lowest < whole/2 || lowest > whole*6/10 || highest > whole || highest < whole*9/10 {
			t.Errorf("after %d failures: %v to %v, want the upper half of %v", failures, lowest, highest, whole)
		}
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		if err := backoff.Sleep(t.Context(), time.Minute); err != nil || time.Since(begin) != time.Minute {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		errOver := errors.New("over")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errOver)
		defer cancel()
		if err := backoff.Sleep(ctx, time.Hour); !errors.Is(err, errOver) || time.Since(begin) != time.Minute+time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}
