package server

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"ocr-gateway/internal/stage"
)

// probes are asked every few seconds and leave no traces.
var probes = []string{"/health", "/livez", "/readyz", "/metrics"}

// trace continues the client's trace, or begins one. Query, headers and body stay out of it.
func (s *Server) trace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if slices.Contains(probes, c.Path()) {
			return next(c)
		}
		before := r.Context()
		ctx, span := stage.Serve(stage.Continue(before, r.Header.Get(stage.Header)), s.metrics.MethodOf(r.Method)+" "+s.metrics.RouteOf(c.Path()))
		defer span.End()
		if ctx != before {
			c.SetRequest(r.WithContext(ctx))
		}
		err := next(c)
		if !span.Recorded() {
			return err
		}
		status := c.Response().Status
		span.Text("http.request.method", s.metrics.MethodOf(r.Method))
		span.Text("http.route", s.metrics.RouteOf(c.Path()))
		span.Int("http.response.status_code", status)
		span.Int("http.response.body.size", int(c.Response().Size))
		span.Text("ocr.request_id", requestID(c))
		if status >= http.StatusInternalServerError {
			span.Fail(http.StatusText(status))
		}
		return err
	}
}
