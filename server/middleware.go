package server

import (
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/internal/correlation"
	"ocr-gateway/internal/stage"
	"ocr-gateway/server/tus"
)

const headerRequestID = "X-Request-Id"

// newID makes ids that sort by time (UUIDv7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// identify gives every request an id, which log lines carry: the client's own when it is harmless.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Request().Header.Get(headerRequestID)
		if !saneID(id) {
			id = newID()
		}
		c.Response().Header().Set(headerRequestID, id)
		c.Response().Header().Set("X-Content-Type-Options", "nosniff")
		c.SetRequest(c.Request().WithContext(correlation.With(c.Request().Context(), "request_id", id)))
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(headerRequestID) }

func saneID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for _, r := range id {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-_.:", r)) {
			return false
		}
	}
	return true
}

// observe writes the access log and counts requests. It has errors answered first, so that it sees
// the final status. The query is left out: it may hold a password.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, req, res := time.Since(start), c.Request(), c.Response()
		s.metrics.Request(c.Path(), req.Method, res.Status, took)
		said := []any{
			"method", clip.Text(req.Method), "path", clip.Text(req.URL.Path), "status", res.Status,
			"bytes", res.Size, "duration_ms", took.Milliseconds(), "remote", c.RealIP(),
		}
		if id := stage.TraceID(req.Context()); id != "" {
			said = append(said, "trace_id", id)
		}
		s.log.Log(req.Context(), logLevel(req.Method, res.Status), "request", said...)
		s.audit(c, took)
		return nil
	}
}

// logLevel keeps probes, which come every few seconds, out of the usual log.
func logLevel(method string, status int) slog.Level {
	reads := method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
	if reads && status < http.StatusBadRequest {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// recoverPanics turns a panic into an internal problem. An answer that has
// begun cannot be taken back: its connection is cut, so that nobody takes it for
// complete.
func (s *Server) recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if err, ok := r.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(r)
			}
			s.log.ErrorContext(c.Request().Context(), "panic", "panic", r, "stack", string(debug.Stack()))
			if c.Response().Committed {
				panic(http.ErrAbortHandler)
			}
			err = errors.New("panic")
		}()
		return next(c)
	}
}

// admitCaller refuses callers that may not call at all.
func (s *Server) admitCaller(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.guard.Admit(c.Request()); err != nil {
			return err
		}
		return next(c)
	}
}

// cors lets scripts of the allowed origins see the answers.
func (s *Server) cors() echo.MiddlewareFunc {
	return middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOriginFunc: func(origin string) (bool, error) { return s.guard.Allows(origin), nil },
		AllowMethods:    []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowHeaders:    append([]string{"Authorization", "Content-Type", "X-API-Key", "Idempotency-Key", "Last-Event-ID", "Prefer", headerRequestID}, tus.Headers...),
		ExposeHeaders:   append([]string{headerRequestID, "Location", "Preference-Applied", "Retry-After", "X-Usage"}, tus.Headers...),
		MaxAge:          600,
	})
}

// Where middleware leaves what handlers need.
const (
	callerName = "caller" // a guard.Caller
	billName   = "bill"   // a *bill, for requests that may have pages read
	ticketName = "ticket"
)

// admit decides, before its body is read, whether a request may come in.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		declared := c.Request().ContentLength
		if declared > s.limits.Body(c.Request()) {
			return document.TooLarge(s.cfg.MaxUploadBytes)
		}
		caller := callerOf(c)
		if err := s.pace(c, caller.Holder); err != nil {
			return err
		}
		t, err := s.service.Admission.Enter(clientOf(c), declared)
		if err != nil {
			return err
		}
		defer t.Leave()
		pages := &bill{holder: caller.Holder, elsewhere: func() int { return s.jobs.PagesToday(c) }}
		t.Charge(pages)
		c.Set(billName, pages)
		c.Set(ticketName, t)
		return next(c)
	}
}
