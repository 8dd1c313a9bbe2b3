package server

import (
	"log/slog"

	"github.com/labstack/echo/v4"

	"ocr-gateway/internal/setting"
	"ocr-gateway/server/guard"
	"ocr-gateway/server/keys"
)

// openKeys reads the keys with names; nil where there are none.
func openKeys(cfg Config, log *slog.Logger) (*keys.Ring, error) {
	if cfg.KeysFile == "" {
		return nil, nil
	}
	ring, err := keys.Open(cfg.KeysFile, log)
	if err != nil {
		return nil, setting.Errorf("server.keys_file", "cannot be used: %w", err)
	}
	return ring, nil
}

// authorize refuses requests without a key of the scope, where the server has keys. A key may
// also stand in another header; empty means none.
func (s *Server) authorize(scope keys.Scope, header string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			caller, err := s.guard.Key(c.Request(), header)
			c.Set(callerName, caller)
			if err == nil {
				err = caller.May(scope)
			}
			if err != nil {
				return err
			}
			return next(c)
		}
	}
}

// callerOf returns the caller, as far as authorize has identified it.
func callerOf(c echo.Context) guard.Caller {
	caller, _ := c.Get(callerName).(guard.Caller)
	return caller
}

// owner returns whose jobs and files a request may see.
func (s *Server) owner(c echo.Context) string { return s.guard.Owner(callerOf(c)) }

// clientOf identifies the client: by API key where there are any, else by address.
func clientOf(c echo.Context) string {
	if caller := callerOf(c); caller.Name != "" {
		return caller.Name
	}
	return guard.Client(c.RealIP())
}
