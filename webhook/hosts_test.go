package webhook

import (
	"slices"
	"testing"
	"time"
)

// TestSlowHostsMessagesComeBackInTurn: thousands of messages for a host that hangs are not taken up
// every second, each time for nothing, while those of other hosts wait.
func TestSlowHostsMessagesComeBackInTurn(t *testing.T) {
	h, now := newHosts(4), time.Unix(1_800_000_000, 0)
	for range 4 {
		if wait := h.enter("slow", now); wait != 0 {
			t.Fatalf("a free sender: waits %s", wait)
		}
	}
	h.leave("slow", 15*time.Second)
	h.enter("slow", now)
	perSecond := map[int]int{}
	for i := range 3000 {
		wait := h.enter("slow", now)
		if wait < crowded || wait > longest {
			t.Fatalf("message %d is put off by %s", i, wait)
		}
		perSecond[int(wait.Seconds())]++
	}
	for second, n := range perSecond {
		if n > 200 {
			t.Errorf("%d of 3000 messages come back in second %d", n, second)
		}
	}
	if wait := h.enter("other", now); wait != 0 {
		t.Errorf("another host's waits %s", wait)
	}
}

// TestQuickHostsMessagesComeBackAtItsPace: a burst is no reason to wait for long where the host keeps up.
func TestQuickHostsMessagesComeBackAtItsPace(t *testing.T) {
	h, now := newHosts(4), time.Unix(1_800_000_000, 0)
	for range 4 {
		h.enter("quick", now)
	}
	h.leave("quick", 4*time.Millisecond)
	h.enter("quick", now)
	var waits []time.Duration
	for range 1000 {
		waits = append(waits, h.enter("quick", now))
	}
	if last := slices.Max(waits); last != crowded+time.Second { // 1000 times 4 ms by 4 senders
		t.Errorf("the last of 1000 messages comes back after %s", last)
	}
	for range 4 {
		h.leave("quick", time.Millisecond)
	}
	later := now.Add(time.Hour)
	if h.enter("other", later); len(h.known) != 1 {
		t.Errorf("hosts are not forgotten: %d", len(h.known))
	}
}
