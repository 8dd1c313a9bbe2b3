package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/presence"
)

// lines answers with NDJSON: a line per page in the order in which they finish,
// and at the end a line without page number that sums up. Failed pages are held
// back until one succeeds, so that a document of which nothing can be read is
// still an error status.
func (s *Server) lines(c echo.Context, call *answer.Call) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	out := answer.NewLines(c.Response(), http.StatusOK, cancel)
	defer presence.Probe(ctx, out.Probe)()
	var held []document.PageResult
	release := func() {
		for _, p := range held {
			out.Send(answer.WithRegions(p))
		}
		held = nil
	}
	res, err := s.service.Run(ctx, call.Sources[0], call.Options, func(e document.Event) {
		switch {
		case e.Page == nil:
		case !out.Started() && e.Page.Status == document.StatusFailed:
			held = append(held, *e.Page)
		default:
			release()
			out.Send(answer.WithRegions(*e.Page))
		}
	})
	if !out.Started() && err != nil {
		return err
	}
	release()
	out.Last(s.ending(ctx, res, err, newID(), requestID(c)))
	return nil
}
