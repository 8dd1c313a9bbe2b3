package server

import (
	"github.com/labstack/echo/v4"

	"ocr-gateway/jobs"
	"ocr-gateway/service"
)

// extract finds the fields of a schema in a document.
func (s *Server) extract(c echo.Context) error {
	if prefersAsync(c.Request()) {
		return s.submitAs(c, jobs.KindExtract, service.Extract)
	}
	if _, err := negotiate(c, mediaJSON); err != nil {
		return err
	}
	call, err := s.take(c, service.Extract, mediaJSON)
	if err != nil {
		return err
	}
	defer call.Close()
	found, err := s.service.Extract(c.Request().Context(), call.Sources[0], call.opts)
	if err != nil {
		return err
	}
	found.ID, found.Timings = newID(), timings(found.Timings)
	return writeJSON(c, 200, mediaJSON, found)
}
