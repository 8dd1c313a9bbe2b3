package answer

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
)

// Event names beyond those of package document. Exactly one of the last four
// ends a stream.
const (
	EventProgress  = "job.progress"
	EventCompleted = "document.completed"
	EventPartial   = "document.partial"
	EventFailed    = "document.failed"
	EventCanceled  = "document.canceled"
)

// retryMillis is how long an EventSource waits before it connects again.
const retryMillis = 5000

// LastEventID returns the id of the last event that a client has seen, 0 for none.
func LastEventID(r *http.Request) (int, error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, document.Invalid("Last-Event-ID", "the Last-Event-ID header must be the id of an event of this stream, not %q", clip.Text(text))
	}
	return n, nil
}

// Events writes server-sent events. Heartbeats come from another
// goroutine, hence the lock.
type Events struct {
	flow
	started bool // only the handler's goroutine looks at it

	mu   sync.Mutex // guards what follows, and the flow
	id   int        // of the last event; only the handler's goroutine changes it
	open bool       // the head is written
}

// NewEvents answers with a stream of events; nothing is written yet. It calls cancel when nobody
// reads them.
func NewEvents(w *echo.Response, cancel context.CancelFunc) *Events {
	return &Events{flow: flow{w: w, cancel: cancel}}
}

// Started reports whether the head of the answer is sent.
func (o *Events) Started() bool { return o.started }

// Count is how many events were sent or skipped.
func (o *Events) Count() int { return o.id }

// Begin sends the head of the answer, unless it was sent before, and reports whether it did.
func (o *Events) Begin() bool {
	if o.started {
		return false
	}
	o.started = true
	h := o.w.Header()
	h.Set("Content-Type", SSE)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	o.w.WriteHeader(http.StatusOK)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = true
	o.send(fmt.Appendf(nil, "retry: %d\n\n", retryMillis))
	return true
}

// Frame is an event as it is sent. Encode gives one line, as an event's data must be.
func Frame(id int, event string, data any) []byte {
	b, err := Encode(data)
	if err != nil {
		b = []byte("{}\n")
	}
	return fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n", id, event, b)
}

// Send writes one event.
func (o *Events) Send(event string, data any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id++
	o.send(Frame(o.id, event, data))
}

// Forward writes an event that Frame made.
func (o *Events) Forward(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send(frame)
}

// Skip counts an event that the client has seen.
func (o *Events) Skip() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id++
}

// comment writes a comment, which clients pass over.
func (o *Events) comment(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open {
		o.send([]byte(": " + text + "\n\n"))
	}
}

// Probe writes a comment, so that a client that has gone is noticed.
func (o *Events) Probe() { o.comment("still here?") }

// Heartbeat writes comments until ctx ends, so that proxies do not take a quiet stream for a dead
// one.
func (o *Events) Heartbeat(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			o.comment("still working")
		}
	}
}
