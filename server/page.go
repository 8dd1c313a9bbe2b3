package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/server/page"
)

// openPage serves the web page, or redirects / to the API's documentation.
func (s *Server) openPage(e *echo.Echo) error {
	reads := []string{http.MethodGet, http.MethodHead}
	if !s.cfg.Page {
		e.Match(reads, "/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/docs") })
		return nil
	}
	p, err := page.New(page.Settings{Version: s.deps.Version, KeyRequired: s.cfg.Keyed(), Jobs: s.deps.Jobs != nil, MaxUpload: s.cfg.MaxUploadBytes})
	if err != nil {
		return err
	}
	for _, path := range []string{"/", "/page/*"} {
		e.Match(reads, path, func(c echo.Context) error {
			if !p.Has(c.Request().URL.Path) {
				return echo.ErrNotFound
			}
			p.ServeHTTP(c.Response(), c.Request())
			return nil
		})
	}
	return nil
}
