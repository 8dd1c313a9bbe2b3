package cputime_test

import (
	"testing"
	"time"

	"ocr-gateway/internal/cputime"
)

// TestWorkCountsAndWaitingDoesNot works until some of the thread's time is gone,
// however long that takes, and waits.
func TestWorkCountsAndWaitingDoesNot(t *testing.T) {
	const wait = 2 * time.Second
	if took := cputime.Of(t, func() { time.Sleep(wait) }); took >= wait {
		t.Errorf("waiting for %s took %s", wait, took)
	}
	for work, took := 1, time.Duration(0); took < 20*time.Millisecond; work *= 2 {
		took = cputime.Of(t, func() {
			for range work {
				sink++
			}
		})
	}
}

var sink int
