package streams

import (
	"context"
	"sync"
	"time"
)

// Stream is the events of one document. One goroutine appends, any number may read.
type Stream struct {
	streams   *Streams
	id, owner string
	abandon   func()

	mu      sync.Mutex
	kept    kept
	over    bool // no event follows
	closed  bool // nobody may join
	readers map[*Reader]bool
	changed chan struct{} // closed when an event came, was read, or somebody has left
	timer   *time.Timer   // gives the stream up; nil while somebody reads
}

// Append adds an event. When there are too many it first waits until all who read have had them,
// and then lets go of them; without anybody who reads, the stream is given up.
func (t *Stream) Append(event []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.kept.add(event) {
		if len(t.readers) == 0 {
			t.abandon()
			t.kept.drop()
			continue
		}
		if t.allRead() {
			t.kept.drop()
			continue
		}
		t.wait(nil)
	}
	t.change()
}

// allRead reports whether all who read have had all events.
func (t *Stream) allRead() bool {
	for r := range t.readers {
		if r.read < len(t.kept.events) {
			return false
		}
	}
	return true
}

// wait waits for the next change, or until done is closed. mu is held before and after.
func (t *Stream) wait(done <-chan struct{}) {
	changed := t.changed
	t.mu.Unlock()
	select {
	case <-changed:
	case <-done:
	}
	t.mu.Lock()
}

// change wakes everybody up. mu is held.
func (t *Stream) change() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// End says that no event follows. Without any there was no stream.
func (t *Stream) End() {
	t.mu.Lock()
	t.over = true
	t.stopTimer()
	t.change()
	none := len(t.kept.events) == 0
	t.mu.Unlock()
	if none {
		t.streams.forget(t)
	} else {
		t.streams.retire(t)
	}
}

// Begun waits for the first event, or the end, and reports whether there is an event.
func (t *Stream) Begun(ctx context.Context) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.kept.events) == 0 && !t.over {
		if t.wait(ctx.Done()); ctx.Err() != nil {
			return false
		}
	}
	return len(t.kept.events) > 0
}

// Cancel ends the work of the stream.
func (t *Stream) Cancel() { t.abandon() }

// Reader reads a stream for one client.
type Reader struct {
	stream *Stream
	next   int // event to give
	read   int // events that the client has been given
}

// Join begins to read after as many events as the client has had. It is nil when some of those
// that follow are not kept any more. The reader must Leave.
func (t *Stream) Join(had int) *Reader {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || had < t.kept.from {
		return nil
	}
	t.stopTimer()
	r := &Reader{stream: t, next: had, read: had}
	t.readers[r] = true
	return r
}

func (t *Stream) stopTimer() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// Over reports whether nothing is left to read.
func (r *Reader) Over() bool {
	t := r.stream
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.over && r.next >= len(t.kept.events)
}

// Next waits for the next event; the one before it has been given to the client. It is nil
// after the last.
func (r *Reader) Next(ctx context.Context) ([]byte, error) {
	t := r.stream
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.read < r.next {
		r.read = r.next
		t.change()
	}
	for r.next >= len(t.kept.events) {
		if t.over {
			return nil, nil
		}
		if t.wait(ctx.Done()); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	b, err := t.kept.read(r.next)
	r.next++
	return b, err
}

// Leave ends the reading. When nobody is left the stream has its grace.
func (r *Reader) Leave() {
	t := r.stream
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.readers, r)
	t.change()
	switch {
	case len(t.readers) > 0:
	case t.closed:
		t.kept.drop()
	case !t.over:
		t.timer = time.AfterFunc(t.streams.grace, t.giveUp)
	}
}

// giveUp ends the work unless somebody has come back just now.
func (t *Stream) giveUp() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.readers) == 0 && !t.over {
		t.abandon()
	}
}

// close lets nobody in any more; the events go when nobody reads them.
func (t *Stream) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if len(t.readers) == 0 {
		t.kept.drop()
	}
}
