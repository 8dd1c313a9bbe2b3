package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
)

const headerRequestID = "X-Request-Id"

// newID makes ids that sort by time (UUIDv7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// identify gives every request an id: the client's own when it is harmless.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Request().Header.Get(headerRequestID)
		if !saneID(id) {
			id = newID()
		}
		c.Response().Header().Set(headerRequestID, id)
		c.Response().Header().Set("X-Content-Type-Options", "nosniff")
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

// observe writes the access log and counts. It has errors answered first, so
// that it sees the final status. The query is left out: it may hold a password.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, req, res := time.Since(start), c.Request(), c.Response()
		s.metrics.request(c.Path(), req.Method, res.Status, took)
		s.log.Log(req.Context(), logLevel(req.Method, res.Status), "request",
			"request_id", requestID(c), "method", clip(req.Method), "path", clip(req.URL.Path), "status", res.Status,
			"bytes", res.Size, "duration_ms", took.Milliseconds(), "remote", c.RealIP())
		return nil
	}
}

// logLevel keeps probes, which come every few seconds, out of the usual log.
func logLevel(method string, status int) slog.Level {
	if method != http.MethodPost && status < http.StatusBadRequest {
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
			s.log.ErrorContext(c.Request().Context(), "panic", "request_id", requestID(c), "panic", r, "stack", string(debug.Stack()))
			if c.Response().Committed {
				panic(http.ErrAbortHandler)
			}
			err = errors.New("panic")
		}()
		return next(c)
	}
}

// authorize wants one of the API keys, when there are any. All keys are compared,
// each in constant time.
func (s *Server) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if len(s.cfg.APIKeys) == 0 {
			return next(c)
		}
		given := c.Request().Header.Get("X-API-Key")
		if scheme, token, ok := strings.Cut(c.Request().Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
			given = strings.TrimSpace(token)
		}
		sum, match := sha256.Sum256([]byte(given)), 0
		for i, key := range s.cfg.APIKeys {
			want := sha256.Sum256([]byte(key))
			match |= subtle.ConstantTimeCompare(sum[:], want[:]) * (i + 1)
		}
		if match == 0 {
			return document.Problemf(codeUnauthorized, document.PhaseAdmission,
				"send a valid API key as \"Authorization: Bearer KEY\" or \"X-API-Key: KEY\"")
		}
		c.Set(keyName, "key "+strconv.Itoa(match))
		return next(c)
	}
}

// admit lets a request in before its body is read, or does not.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		declared := c.Request().ContentLength
		if declared > s.bodyLimit(c.Request()) {
			return tooLarge(s.cfg.MaxUploadBytes)
		}
		t, err := s.admission.enter(clientOf(c), declared)
		if err != nil {
			return err
		}
		defer t.leave()
		c.Set(ticketName, t)
		return next(c)
	}
}

// ticketName is where admit leaves the request's ticket.
const ticketName = "ticket"

func stopping() *document.Problem {
	return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the server is stopping; try again later").Retry()
}
