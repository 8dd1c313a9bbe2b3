package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/jobroutes"
	"ocr-gateway/service"
)

func (s *Server) document(c echo.Context) error {
	if jobroutes.PrefersAsync(c.Request()) {
		return s.jobs.SubmitAs(c, jobs.KindDocument, service.Document)
	}
	media, err := answer.Negotiate(c.Request(), s.formats.Media(answer.JSON, answer.NDJSON)...)
	if err != nil {
		return err
	}
	call, err := s.take(c, service.Document, media)
	if err != nil {
		return err
	}
	defer call.Close()
	if call.Media == answer.NDJSON {
		return s.lines(c, call)
	}
	res, err := s.whole(c.Request().Context(), call)
	if err != nil {
		return err
	}
	v, err := call.Document(c.Request().Context(), res)
	if err != nil {
		return err
	}
	return s.formats.Send(c, http.StatusOK, call, res, v)
}

// whole reads a document to its end.
func (s *Server) whole(ctx context.Context, call *answer.Call) (*document.Result, error) {
	res, err := s.service.Read(ctx, call.Sources[0], call.Options, nil)
	if err != nil {
		return nil, err
	}
	res.ID = newID()
	return res, nil
}
