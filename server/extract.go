package server

import (
	"github.com/labstack/echo/v4"

	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/jobroutes"
	"ocr-gateway/service"
)

// extract finds the fields of a schema in a document.
func (s *Server) extract(c echo.Context) error {
	if jobroutes.PrefersAsync(c.Request()) {
		return s.jobs.SubmitAs(c, jobs.KindExtract, service.Extract)
	}
	if _, err := answer.Negotiate(c.Request(), answer.JSON); err != nil {
		return err
	}
	call, err := s.take(c, service.Extract, answer.JSON)
	if err != nil {
		return err
	}
	defer call.Close()
	found, err := s.service.Extract(c.Request().Context(), call.Sources[0], call.Options)
	if err != nil {
		return err
	}
	found.ID, found.Timings = newID(), answer.Timings(found.Timings)
	return answer.WriteJSON(c, 200, answer.JSON, found)
}
