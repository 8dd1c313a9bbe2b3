package answer

import (
	"context"
	"sync"

	"github.com/labstack/echo/v4"
)

// Lines writes NDJSON and flushes each line. Probes come from another goroutine,
// hence the lock.
type Lines struct {
	flow
	status  int
	started bool // only the handler's goroutine looks at it

	mu   sync.Mutex // guards what follows, and the flow
	open bool       // there is a line to come
}

// NewLines answers with a stream of lines; nothing is written yet. It calls cancel when nobody
// reads them.
func NewLines(w *echo.Response, status int, cancel context.CancelFunc) *Lines {
	return &Lines{flow: flow{w: w, cancel: cancel}, status: status}
}

// Started reports whether the head of the answer is sent.
func (o *Lines) Started() bool { return o.started }

// Send sends a line that is not the last.
func (o *Lines) Send(v any) { o.line(v, true) }

// Last sends the line that ends the answer.
func (o *Lines) Last(v any) { o.line(v, false) }

func (o *Lines) line(v any, more bool) {
	if !o.started {
		o.started = true
		o.w.Header().Set("Content-Type", NDJSON)
		o.w.Header().Set("X-Accel-Buffering", "no")
		o.w.WriteHeader(o.status)
	}
	b, err := Encode(v)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = more
	if err == nil {
		o.send(b)
	}
}

// Probe begins the next line with a space, which says nothing in JSON.
func (o *Lines) Probe() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open {
		o.send([]byte(" "))
	}
}
