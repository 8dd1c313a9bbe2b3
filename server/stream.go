package server

import (
	"context"
	"sync"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/presence"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

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
	if _, err := answer.Negotiate(c.Request(), answer.SSE); err != nil {
		return err
	}
	call, err := s.take(c, service.Document, answer.SSE)
	if err != nil {
		return err
	}
	defer call.Close()
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	out := answer.NewEvents(c.Response(), cancel)
	defer presence.Probe(ctx, out.Probe)()
	id := newID()
	var beat sync.WaitGroup
	res, err := s.service.Run(ctx, call.Sources[0], call.Options, func(e document.Event) {
		if out.Begin() {
			beat.Go(func() { out.Heartbeat(ctx, s.cfg.Heartbeat) })
		}
		if e.Kind == document.EventAccepted {
			out.Send(string(e.Kind), progressOf(id, e.Summary))
			return
		}
		out.Send(string(e.Kind), answer.WithRegions(*e.Page))
		out.Send(answer.EventProgress, progressOf(id, e.Summary))
	})
	cancel() // no heartbeat after the last event
	beat.Wait()
	if res == nil {
		return err
	}
	out.Begin()
	end := s.ending(res, err, id, requestID(c))
	out.Send(endings[end.Status], end)
	return nil
}

var endings = map[document.Status]string{
	document.StatusOK:       answer.EventCompleted,
	document.StatusPartial:  answer.EventPartial,
	document.StatusFailed:   answer.EventFailed,
	document.StatusCanceled: answer.EventCanceled,
}

// ending sums up a document whose pages have been sent already.
func (s *Server) ending(res *document.Result, err error, id, requestID string) tail {
	end := tail{
		ID: id, Status: res.Status, Summary: res.Summary, Usage: res.Usage, Timings: answer.Timings(res.Timings),
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
