package server

import (
	"context"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/presence"
)

// lines answers with NDJSON: a line per page in the order in which they finish,
// and at the end a line without page number that sums up. Failed pages are held
// back until one succeeds, so that a document of which nothing can be read is
// still an error status.
func (s *Server) lines(c echo.Context, call *call) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	out := &lineWriter{w: c.Response(), cancel: cancel}
	defer presence.Probe(ctx, out.probe)()
	var held []document.PageResult
	release := func() {
		for _, p := range held {
			out.send(withRegions(p))
		}
		held = nil
	}
	res, err := s.service.Run(ctx, call.Sources[0], call.opts, func(e document.Event) {
		switch {
		case e.Page == nil:
		case !out.started && e.Page.Status == document.StatusFailed:
			held = append(held, *e.Page)
		default:
			release()
			out.send(withRegions(*e.Page))
		}
	})
	if !out.started && err != nil {
		return err
	}
	release()
	out.last(s.ending(res, err, newID(), requestID(c)))
	return nil
}

// lineWriter writes NDJSON and flushes each line. Probes come from another goroutine,
// hence the lock.
type lineWriter struct {
	w       *echo.Response
	cancel  context.CancelFunc // ends the work when nobody reads it
	started bool               // only the handler's goroutine looks at it

	mu   sync.Mutex
	open bool // there is a line to come
	quit bool // a write failed
}

func (o *lineWriter) send(v any) { o.line(v, true) }

// last sends the line that ends the answer.
func (o *lineWriter) last(v any) { o.line(v, false) }

func (o *lineWriter) line(v any, more bool) {
	if !o.started {
		o.started = true
		o.w.Header().Set("Content-Type", mediaNDJSON)
		o.w.Header().Set("X-Accel-Buffering", "no")
		o.w.WriteHeader(http.StatusOK)
	}
	b, err := encodeJSON(v)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = more
	if err == nil {
		o.writeLocked(b)
	}
}

// probe begins the next line with a space, which says nothing in JSON.
func (o *lineWriter) probe() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open {
		o.writeLocked([]byte(" "))
	}
}

func (o *lineWriter) writeLocked(b []byte) {
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
