package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/answer"
	"ocr-gateway/service"
)

func (s *Server) recognize(c echo.Context) error {
	media, err := answer.Negotiate(c.Request(), s.formats.Media(answer.JSON)...)
	if err != nil {
		return err
	}
	call, err := s.take(c, service.Recognize, media)
	if err != nil {
		return err
	}
	defer call.Close()
	if call.Media == answer.NDJSON {
		return document.Invalid("format", "pages as lines are to be had of /api/ocr/document; this address knows them together")
	}
	res, err := s.whole(c.Request().Context(), call)
	if err != nil {
		return err
	}
	return s.formats.Send(c, http.StatusOK, call, res, answer.RecognitionOf(res, call.Options.Task))
}
