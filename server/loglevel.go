package server

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/answer"
)

// logLevels are the names of levels, as in the setting log.level.
var logLevels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// maxLogLevel bounds the body of a request for another level, in bytes.
const maxLogLevel = 1 << 10

type logLevelAnswer struct {
	Level    string `json:"level"`    // in force
	Settings string `json:"settings"` // in force after a restart, and after DELETE
}

func (s *Server) showLogLevel(c echo.Context) error {
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, logLevelAnswer{nameOf(s.deps.LogLevel.Level()), nameOf(s.logLevel)})
}

// setLogLevel changes the level until the next change, or the end of the process.
func (s *Server) setLogLevel(c echo.Context) error {
	var wanted struct {
		Level string `json:"level"`
	}
	err := s.receive(c.Request(), nil, func(body io.Reader) error {
		in := json.NewDecoder(io.LimitReader(body, maxLogLevel))
		in.DisallowUnknownFields()
		return in.Decode(&wanted)
	})
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p // the client sent too slowly, or too much
	}
	if err != nil {
		return document.Invalid("level", `the body must be a level as {"level": "debug"}`).Because(err)
	}
	level, known := logLevels[wanted.Level]
	if !known {
		return document.Invalid("level", "level is %q: use debug, info, warn or error", clip.Text(wanted.Level))
	}
	s.changeLogLevel(c, level)
	return s.showLogLevel(c)
}

// resetLogLevel goes back to the level of the settings.
func (s *Server) resetLogLevel(c echo.Context) error {
	s.changeLogLevel(c, s.logLevel)
	return s.showLogLevel(c)
}

func (s *Server) changeLogLevel(c echo.Context, level slog.Level) {
	before := s.deps.LogLevel.Level()
	s.deps.LogLevel.Set(level)
	// Logged as an error so that it shows at any level.
	s.log.ErrorContext(c.Request().Context(), "log level changed", "from", nameOf(before), "to", nameOf(level), "by", clientOf(c))
}

func nameOf(level slog.Level) string { return strings.ToLower(level.String()) }
