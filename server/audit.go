package server

import (
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/internal/setting"
	"ocr-gateway/server/guard"
)

// openAudit opens the audit log for appending only, so that it can be rotated.
func (s *Server) openAudit() (closed func(), err error) {
	if s.cfg.AuditLog == "" {
		return func() {}, nil
	}
	file, err := os.OpenFile(s.cfg.AuditLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, setting.Errorf("server.audit_log", "cannot be written: %w", err)
	}
	s.auditLog = slog.New(slog.NewJSONHandler(file, nil))
	return func() { file.Close() }, nil
}

// audit records who had how many pages read, and who was refused, without anything of the content.
// Requests that need no key are left out.
func (s *Server) audit(c echo.Context, took time.Duration) {
	caller, asked := c.Get(callerName).(guard.Caller)
	if s.auditLog == nil || !asked {
		return
	}
	pages := int64(0)
	if b, ok := c.Get(billName).(*bill); ok {
		pages = b.pages.Load()
	}
	r, status := c.Request(), c.Response().Status
	s.auditLog.InfoContext(r.Context(), "request",
		"key", caller.Name, "remote", c.RealIP(), "request_id", requestID(c), "method", r.Method, "route", c.Path(),
		"status", status, "allowed", status != http.StatusUnauthorized && status != http.StatusForbidden,
		"pages", pages, "bytes_in", max(0, r.ContentLength), "bytes_out", c.Response().Size, "duration_ms", took.Milliseconds())
}
