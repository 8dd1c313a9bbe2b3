package vllm

import (
	"testing"
	"time"

	"ocr-gateway/engine/vllm/chat"
)

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
