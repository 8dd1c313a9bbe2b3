package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/presence"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Event names beyond those of package document. Exactly one of the last four
// ends a stream.
const (
	eventProgress  = "job.progress"
	eventCompleted = "document.completed"
	eventPartial   = "document.partial"
	eventFailed    = "document.failed"
	eventCanceled  = "document.canceled"
)

// retryMillis is how long an EventSource waits before it connects again.
const retryMillis = 5000

// tail is a result without its pages: the end of a stream.
type tail struct {
	ID      string           `json:"id"`
	Status  document.Status  `json:"status"`
	Summary document.Summary `json:"summary"`
	Usage   document.Usage   `json:"usage"`
	Timings map[string]int   `json:"timings_ms"`
	Model   string           `json:"model"`
	Engine  string           `json:"engine"`
	Layout  string           `json:"layout"`
	Error   *problem.Body    `json:"error,omitempty"`
}

// progress is how far a document is.
type progress struct {
	ID      string           `json:"id"`
	Done    int              `json:"done"`
	Total   int              `json:"total"` // pages asked for
	Summary document.Summary `json:"summary"`
}

func progressOf(id string, s document.Summary) progress {
	return progress{id, s.OK + s.Partial + s.Failed + s.Canceled, s.Pages, s}
}

func (s *Server) documentStream(c echo.Context) error {
	if _, err := negotiate(c, mediaSSE); err != nil {
		return err
	}
	call, err := s.take(c, service.Document, mediaSSE)
	if err != nil {
		return err
	}
	defer call.Close()
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	out := &eventStream{w: c.Response(), cancel: cancel}
	defer presence.Probe(ctx, out.probe)()
	id := newID()
	var beat sync.WaitGroup
	res, err := s.service.Run(ctx, call.Sources[0], call.opts, func(e document.Event) {
		if out.begin() {
			beat.Go(func() { out.heartbeat(ctx, s.cfg.Heartbeat) })
		}
		if e.Kind == document.EventAccepted {
			out.send(string(e.Kind), progressOf(id, e.Summary))
			return
		}
		out.send(string(e.Kind), withRegions(*e.Page))
		out.send(eventProgress, progressOf(id, e.Summary))
	})
	cancel() // no heartbeat after the last event
	beat.Wait()
	if res == nil {
		return err
	}
	out.begin()
	end := s.ending(res, err, id, requestID(c))
	out.send(endings[end.Status], end)
	return nil
}

var endings = map[document.Status]string{
	document.StatusOK:       eventCompleted,
	document.StatusPartial:  eventPartial,
	document.StatusFailed:   eventFailed,
	document.StatusCanceled: eventCanceled,
}

// ending sums up a document whose pages have been sent already.
func (s *Server) ending(res *document.Result, err error, id, requestID string) tail {
	end := tail{
		ID: id, Status: res.Status, Summary: res.Summary, Usage: res.Usage, Timings: timings(res.Timings),
		Model: res.Model, Engine: res.Engine, Layout: res.Layout,
	}
	if err != nil {
		p := problemOf(err)
		if problem.Ours(p.Code) {
			s.log.Error("stream failed", "request_id", requestID, "code", p.Code, "error", err)
		}
		body := problem.BodyOf(p, requestID)
		end.Error = &body
	}
	return end
}

// eventStream writes server-sent events. Heartbeats come from another
// goroutine, hence the lock.
type eventStream struct {
	w       *echo.Response
	cancel  context.CancelFunc // ends the work when nobody reads it
	started bool               // only the handler's goroutine looks at it

	mu   sync.Mutex
	id   int  // of the last event; only the handler's goroutine changes it
	open bool // the head is written
	quit bool // a write failed: the client is gone or has stopped reading
}

// begin sends the head of the answer; it reports whether it did so now.
func (o *eventStream) begin() bool {
	if o.started {
		return false
	}
	o.started = true
	h := o.w.Header()
	h.Set("Content-Type", mediaSSE)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	o.w.WriteHeader(http.StatusOK)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = true
	o.writeLocked(fmt.Appendf(nil, "retry: %d\n\n", retryMillis))
	return true
}

// send writes one event. encodeJSON gives one line, as an event's data must be.
func (o *eventStream) send(event string, data any) {
	b, err := encodeJSON(data)
	if err != nil {
		b = []byte("{}\n")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id++
	o.writeLocked(fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n", o.id, event, b))
}

// skip counts an event that the client has seen.
func (o *eventStream) skip() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.id++
}

// comment writes what no reader of the stream is told.
func (o *eventStream) comment(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open {
		o.writeLocked([]byte(": " + text + "\n\n"))
	}
}

func (o *eventStream) probe() { o.comment("still here?") }

func (o *eventStream) writeLocked(b []byte) {
	if o.quit {
		return
	}
	if _, err := o.w.Write(b); err == nil {
		if http.NewResponseController(o.w).Flush() == nil {
			return
		}
	}
	o.quit = true
	o.cancel()
}

// heartbeat writes comments, so that proxies do not take a quiet stream for a
// dead one, until ctx ends.
func (o *eventStream) heartbeat(ctx context.Context, every time.Duration) {
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
