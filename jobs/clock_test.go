package jobs

import (
	"testing"
	"time"
)

func TestClockThatWasSetIsNotBelieved(t *testing.T) {
	wall := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var w watch
	for i, step := range []struct {
		wall, real time.Duration
		ok, jumped bool
	}{
		{0, 0, true, false},
		{2 * time.Second, 2 * time.Second, true, false},
		{50 * time.Second, 2 * time.Second, true, false}, // a small correction
		{25 * time.Hour, 2 * time.Second, false, true},
		{2 * time.Second, 2 * time.Second, false, false},
		{-25 * time.Hour, 2 * time.Second, false, true}, // set right again
		{50 * time.Minute, 50 * time.Minute, false, false},
		{10 * time.Minute, 10 * time.Minute, true, false},
	} {
		wall = wall.Add(step.wall)
		ok, jumped := w.trusts(tick{wall, w.last.since + step.real})
		if ok != step.ok || jumped != step.jumped {
			t.Errorf("step %d: believed %v, jumped %v", i, ok, jumped)
		}
	}
}
