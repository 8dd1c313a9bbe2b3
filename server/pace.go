package server

import (
	"math"
	"strconv"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/keys"
)

// limitRate is the name of this limit in problems and metrics.
const limitRate = "requests_per_minute"

// pace refuses a request whose key has used up its requests of this minute.
func (s *Server) pace(c echo.Context, holder *keys.Holder) error {
	if holder == nil {
		return nil
	}
	wait, ok := holder.Request()
	if ok {
		return nil
	}
	c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	p := s.service.Admission.Refuse(limitRate, "the API key %s may send %d requests a minute", holder.Name, holder.RequestsPerMinute)
	p.Code = document.CodeTooManyRequests
	return p
}
