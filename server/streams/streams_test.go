package streams

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"
)

// numbered is the n-th event, of a size.
func numbered(n, size int) []byte {
	return append(fmt.Appendf(nil, "%d ", n), bytes.Repeat([]byte("x"), size)...)
}

func read(t *testing.T, r *Reader) (all [][]byte) {
	t.Helper()
	for {
		b, err := r.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			return all
		}
		all = append(all, b)
	}
}

// TestEventsOfAllSizes come as they were, from memory and from the file, after any event.
func TestEventsOfAllSizes(t *testing.T) {
	st := New(time.Minute, t.TempDir()).Open("id", "", func() { t.Error("given up") })
	var want [][]byte
	for n, size := range []int{10, maxMemory - 50, 100, 3 << 20, 1, 0, maxMemory + 1, 7} {
		want = append(want, numbered(n, size))
		st.Append(want[n])
	}
	st.End()
	for had := range len(want) + 1 {
		r := st.Join(had)
		if r.Over() != (had == len(want)) {
			t.Errorf("after %d events: over is %t", had, r.Over())
		}
		got := read(t, r)
		r.Leave()
		if len(got) != len(want)-had {
			t.Fatalf("after %d events come %d", had, len(got))
		}
		for i := range got {
			if !bytes.Equal(got[i], want[had+i]) {
				t.Errorf("event %d is another after %d", had+i, had)
			}
		}
	}
}

// TestTooManyEvents wait for who reads them, who misses none, and cannot be had again.
func TestTooManyEvents(t *testing.T) {
	const size, events = 5 << 20, 30
	st := New(time.Minute, t.TempDir()).Open("id", "", func() { t.Error("given up") })
	r := st.Join(0)
	go func() {
		for n := range events {
			st.Append(numbered(n, size))
		}
		st.End()
	}()
	for n := range events {
		b, err := r.Next(t.Context())
		if err != nil || !bytes.HasPrefix(b, fmt.Appendf(nil, "%d ", n)) {
			t.Fatalf("event %d: %.10q, %v", n, b, err)
		}
	}
	if b, err := r.Next(t.Context()); b != nil || err != nil {
		t.Errorf("then comes %.10q, %v", b, err)
	}
	r.Leave()
	if st.Join(1) != nil {
		t.Error("there are events left out for who comes back")
	}
	if late := st.Join(events); late == nil || !late.Over() {
		t.Error("who has had all is told of more")
	}
}

// TestWithoutRoom: where no file can be made, who reads is not disturbed, and a stream that
// nobody reads is given up.
func TestWithoutRoom(t *testing.T) {
	given := 0
	st := New(time.Minute, t.TempDir()+"/none").Open("id", "", func() { given++ })
	for n := range 4 {
		st.Append(numbered(n, maxMemory/2))
	}
	if given == 0 {
		t.Error("goes on, though nobody could come back for it")
	}
	if st.Join(0) != nil {
		t.Error("somebody is let in who would miss events")
	}
}

func TestStreamsAreForgotten(t *testing.T) {
	all := New(time.Minute, t.TempDir())
	end := func(id string) {
		st := all.Open(id, "me", func() {})
		st.Append([]byte("event"))
		st.End()
	}
	end("first")
	if all.Find("me", "first") == nil || all.Find("you", "first") != nil || all.Find("me", "second") != nil {
		t.Error("not found as it should be")
	}
	for n := range maxEnded {
		end(fmt.Sprint(n))
	}
	if all.Find("me", "first") != nil || all.Find("me", "0") == nil {
		t.Error("the oldest is not the one that goes")
	}
	none := all.Open("none", "me", func() {})
	none.End()
	if all.Find("me", "none") != nil || none.Join(0) != nil {
		t.Error("a stream without events is kept")
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	st := New(time.Minute, t.TempDir()).Open("id", "", func() {})
	ctx, cancel := context.WithCancel(t.Context())
	r := st.Join(0)
	cancel()
	if b, err := r.Next(ctx); b != nil || err == nil {
		t.Errorf("%q, %v", b, err)
	}
	if st.Begun(ctx) {
		t.Error("has begun")
	}
	r.Leave()
	st.End()
}
