package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/server/keys"
)

// routes registers every address of the API.
func (s *Server) routes() (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.cfg.Proxies().Client
	e.HTTPErrorHandler = s.handleError
	e.Use(s.identify, s.trace, s.observe, s.recoverPanics, s.admitCaller)
	if len(s.cfg.AllowedOrigins) > 0 {
		e.Use(s.cors())
	}

	reader := s.authorize(keys.Read, "")
	known := []echo.MiddlewareFunc{reader}
	work := []echo.MiddlewareFunc{reader, s.admit}
	e.POST("/api/ocr/recognize", s.recognize, work...)
	e.POST("/api/ocr/batch", s.batch, work...)
	e.POST("/api/ocr/document", s.document, work...)
	e.POST(streamPath, s.documentStream, work...)
	e.GET(streamPath+"/:stream", s.streamAgain, known...)
	e.DELETE(streamPath+"/:stream", s.endStream, known...)
	e.POST("/api/ocr/extract", s.extract, work...)
	s.jobs.Register(e, work, known)
	s.files.Register(e, work, known)

	const logLevel = "/api/admin/log-level"
	admin := s.authorize(keys.Admin, "")
	e.PUT(logLevel, s.setLogLevel, admin)
	e.DELETE(logLevel, s.resetLogLevel, admin)

	s.openDoors(e)

	docs, err := s.docsPage()
	if err != nil {
		return nil, err
	}
	for _, r := range []struct {
		path    string
		handler echo.HandlerFunc
		guards  []echo.MiddlewareFunc
	}{
		{"/health", s.showHealth, nil},
		{"/livez", s.live, nil},
		{"/readyz", s.ready, nil},
		{"/api/info", s.info, known},
		{"/metrics", echo.WrapHandler(s.metrics.Handler()), []echo.MiddlewareFunc{admin}},
		{logLevel, s.showLogLevel, []echo.MiddlewareFunc{admin}},
		{"/openapi.yaml", openAPI, nil},
		{"/docs", docs, nil},
	} {
		e.Match([]string{http.MethodGet, http.MethodHead}, r.path, r.handler, r.guards...)
	}
	if err := s.openPage(e); err != nil {
		return nil, err
	}
	var paths []string
	for _, r := range e.Routes() {
		paths = append(paths, r.Path)
	}
	s.metrics.Routes(paths)
	return e, nil
}
