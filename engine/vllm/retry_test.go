package vllm

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/engine/vllm/chat"
)

func TestBackoff(t *testing.T) {
	for failures, limit := range map[int]time.Duration{1: 250 * time.Millisecond, 2: 500 * time.Millisecond, 5: 4 * time.Second, 500: 4 * time.Second} {
		for range 100 {
			if d := backoff(failures); d < limit/2 || d >= limit {
				t.Errorf("after %d failures: %s, want %s to %s", failures, d, limit/2, limit)
			}
		}
	}
}

func TestTriesAreCountedByKind(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults []chat.Fault
		again  bool
	}{
		{"refused", []chat.Fault{{Kind: chat.Refused}}, false},
		{"misconfigured", []chat.Fault{{Kind: chat.Misconfigured}}, false},
		{"oversized", []chat.Fault{{Kind: chat.Oversized}}, false},
		{"broken once", []chat.Fault{{Kind: chat.Broken}}, true},
		{"broken as often as allowed", []chat.Fault{{Kind: chat.Broken}, {Kind: chat.Broken}}, false},
		{"busy more often", []chat.Fault{{Kind: chat.Busy}, {Kind: chat.Busy}, {Kind: chat.Busy}}, true},
		{"busy too often", []chat.Fault{{Kind: chat.Busy}, {Kind: chat.Busy}, {Kind: chat.Busy}, {Kind: chat.Busy}}, false},
		{"both", []chat.Fault{{Kind: chat.Busy}, {Kind: chat.Broken}, {Kind: chat.Busy}}, true},
	} {
		var tr tries
		var again bool
		for i := range c.faults {
			_, again = tr.next(&c.faults[i], 2, 4)
		}
		if again != c.again {
			t.Errorf("%s: again %v, want %v", c.name, again, c.again)
		}
	}
	var tr tries
	if wait, _ := tr.next(&chat.Fault{Kind: chat.Busy, Wait: 7 * time.Second}, 2, 4); wait != 7*time.Second {
		t.Errorf("waits %s, the server asked for 7 s", wait)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		if err := sleep(t.Context(), time.Minute); err != nil || time.Since(begin) != time.Minute+time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}
