// Package server is the HTTP API: it decodes requests, calls the service and encodes
// what comes back. Errors become HTTP answers in one place, handleError.
// The contract is openapi.yaml, which the server also serves.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"ocr-gateway/document"
	"ocr-gateway/files"
	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/fetch"
	"ocr-gateway/server/fileroutes"
	"ocr-gateway/server/form"
	"ocr-gateway/server/guard"
	"ocr-gateway/server/health"
	"ocr-gateway/server/jobroutes"
	"ocr-gateway/server/keys"
	"ocr-gateway/server/metrics"
	"ocr-gateway/server/presence"
	"ocr-gateway/server/streams"
	"ocr-gateway/server/wire"
	"ocr-gateway/service"
)

// Deps is what the server works with.
type Deps struct {
	Service *service.Service
	Jobs    *jobs.Jobs // nil where there are none; NoJobs says why
	NoJobs  *document.Problem
	Files   *files.Files // nil where no jobs are kept
	// Webhooks counts attempts to tell addresses of the end of jobs, by how they ended; nil
	// where nobody is told.
	Webhooks    func() map[string]int64
	FieldLimits map[string]int64     // of schemas and of what is searched, shown in /api/info
	Status      func() health.Report // must be cheap; asked at most once a second
	// CacheCounts is how many pages were found in the cache, and how many not; nil
	// where there is none.
	CacheCounts func() (hits, misses int64)
	// Objects reads those that s3:// addresses of clients name; nil where none are.
	Objects fetch.Objects
	// LogLevel is that of the log, which clients may change; nil for a log whose level nobody changes.
	LogLevel *slog.LevelVar
	// Disks are the folders that are written to; nil shows none.
	Disks func() []metrics.Disk
	// Stages are the durations of stages; nil shows none.
	Stages  prometheus.Collector
	Version string           // of the program
	Limits  map[string]int64 // limits of other packages, shown in /api/info
	Draw    jobroutes.Draw   // draws pages that were read; nil where they have no pictures
}

// NoJobs is the problem of a server that keeps none.
func NoJobs(why string) *document.Problem {
	return document.Problemf(document.CodeJobsDisabled, document.PhaseAdmission, "this server keeps no jobs and no files: %s", why)
}

// BrokenJobs is the problem of a server that cannot use those that it keeps.
func BrokenJobs(why string) *document.Problem {
	return document.Problemf(document.CodeJobsUnavailable, document.PhaseAdmission, "the jobs and files of this server cannot be used: %s; what was accepted is kept", why)
}

// errStopping is the cause of contexts that end because the server stops.
var errStopping = document.Problemf(document.CodeOverloaded, "", "the server is stopping and has interrupted this request; send it again later").Retry()

// Server is the HTTP API.
type Server struct {
	cfg     Config
	deps    Deps
	service *service.Service
	formats answer.Formats
	jobs    *jobroutes.Routes
	files   *fileroutes.Routes
	guard   *guard.Guard
	limits  wire.Limits
	decoder form.Decoder
	log     *slog.Logger
	handler http.Handler
	metrics *metrics.Metrics
	health  *health.Asked
	fetcher *fetch.Fetcher
	streams *streams.Streams
	doors   map[string]*doors.Door // by the paths of their routes
	started time.Time

	auditLog *slog.Logger // nil for none
	logLevel slog.Level   // of the settings

	draining atomic.Bool
}

// New builds a server; nothing runs before Run or Serve.
func New(cfg Config, deps Deps, log *slog.Logger) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if deps.Service == nil || deps.Status == nil {
		return nil, errors.New("server: Service and Status are required")
	}
	if deps.Jobs == nil && deps.NoJobs == nil {
		deps.NoJobs = NoJobs("it was built without")
	}
	if deps.LogLevel == nil {
		deps.LogLevel = new(slog.LevelVar)
	}
	ring, err := openKeys(cfg, log)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, deps: deps, service: deps.Service, formats: deps.Service.Formats(), guard: guard.New(cfg.Access, ring), log: log, started: time.Now(),
		limits:  wire.Limits{Upload: cfg.MaxUploadBytes, Idle: cfg.IdleTimeout},
		decoder: form.Decoder{MaxBytes: cfg.MaxUploadBytes, TempDir: cfg.TempDir},
	}
	s.jobs = &jobroutes.Routes{
		Jobs: deps.Jobs, NoJobs: deps.NoJobs, Formats: s.formats, MaxFiles: cfg.MaxBatchFiles, Heartbeat: cfg.Heartbeat,
		Caller: callerOf, Owner: s.owner, Read: s.readJob, Draw: deps.Draw,
	}
	s.files = &fileroutes.Routes{
		Files: deps.Files, NoFiles: deps.NoJobs, MaxBytes: cfg.MaxUploadBytes, MaxFiles: cfg.MaxBatchFiles, TempDir: cfg.TempDir,
		Owner: s.owner, Receive: s.receivePiece,
	}
	s.logLevel = deps.LogLevel.Level()
	s.fetcher = fetch.New(cfg.URLs, deps.Objects, cfg.MaxUploadBytes, cfg.TempDir)
	s.streams = streams.New(cfg.StreamGrace, cfg.TempDir)
	s.health = health.Ask(deps.Status)
	s.metrics = s.openMetrics()
	router, err := s.routes()
	if err != nil {
		return nil, err
	}
	compress, err := gzhttp.NewWrapper(gzhttp.ContentTypes(compressible))
	if err != nil {
		return nil, fmt.Errorf("server: compression: %w", err)
	}
	s.handler = presence.Watch(s.limits.Guard(compress(router)))
	return s, nil
}

// openMetrics are those of the server, and of what it works with.
func (s *Server) openMetrics() *metrics.Metrics {
	m := metrics.New(s.service)
	m.Rendering(func() health.Rendering { return s.health.Report().Rendering })
	m.Readiness(s.deps.Version, s.healthNow)
	if s.deps.Disks != nil {
		m.Disks(s.deps.Disks)
	}
	if s.deps.Jobs != nil {
		m.Jobs(s.deps.Jobs.Load)
	}
	if s.deps.Webhooks != nil {
		m.Webhooks(s.deps.Webhooks)
	}
	if s.deps.Files != nil {
		m.Files(s.deps.Files.Received)
	}
	if s.deps.Stages != nil {
		m.Add(s.deps.Stages)
	}
	if s.deps.CacheCounts != nil {
		m.Cache(s.deps.CacheCounts)
	}
	return m
}

// compressible lists the answers worth compressing.
var compressible = []string{
	"application/json", "application/problem+json", "application/x-ndjson", "application/xml", "application/alto+xml",
	"application/vnd.docling+json", "application/yaml", "image/svg+xml", "text/css", "text/event-stream", "text/html", "text/javascript", "text/markdown", "text/plain", "text/vnd.hocr+html", "text/xml",
}

// Handler is the whole API, for tests and for embedding.
func (s *Server) Handler() http.Handler { return s.handler }

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

	known := []echo.MiddlewareFunc{s.authorize}
	work := []echo.MiddlewareFunc{s.authorize, s.admit}
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
	admin := s.open(keys.Admin, "")
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

// Run listens on the configured address and serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	address := s.cfg.Address()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another with --host and --port", address, err)
	}
	if err := s.cfg.CheckReach(ln.Addr()); err != nil {
		ln.Close()
		return err
	}
	if s.cfg.Keyless(ln.Addr()) {
		s.log.WarnContext(ctx, "everybody who reaches this address may use the server: there are no API keys", "address", ln.Addr().String())
	}
	return s.Serve(ctx, ln)
}

// Serve serves on ln, which it closes, until ctx ends and running work is done
// or DrainTimeout is over.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	workCtx, cancelWork := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancelWork(errStopping)
	defer s.fetcher.Close()
	var idle wire.Unused
	closeAudit, err := s.openAudit()
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer closeAudit()
	conns := wire.Reserve(presence.Listener{Listener: ln}, wire.MaxConnections(), s.turnAway)
	srv := &http.Server{
		ConnState:         func(c net.Conn, state http.ConnState) { idle.Watch(c, state); conns.Watch(plain(c), state) },
		Handler:           s.handler,
		BaseContext:       func(net.Listener) context.Context { return workCtx },
		ConnContext:       presence.ConnContext,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	serve, err := s.serving(srv)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	served := make(chan error, 1)
	go func() { served <- serve(conns) }()
	s.log.InfoContext(ctx, "listening", "address", ln.Addr().String(), "tls", s.cfg.TLSCert != "")
	select {
	case err := <-served:
		return fmt.Errorf("server: %w", err)
	case <-ctx.Done():
	}
	err = s.stop(srv, &idle, cancelWork)
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// stop is what happens between the wish to end and the end. The listener stays
// open while work runs, so that probes see the server as not ready.
func (s *Server) stop(srv *http.Server, idle *wire.Unused, cancelWork context.CancelCauseFunc) error {
	s.draining.Store(true)
	here := s.service.Admission.Counts()
	s.log.Info("stopping", "running", here.Running, "uploading", here.Uploading, "timeout", s.cfg.DrainTimeout)
	grace, cancel := context.WithTimeout(context.Background(), s.cfg.DrainTimeout)
	defer cancel()
	if s.service.Admission.Drain(grace) != nil {
		here := s.service.Admission.Counts()
		s.log.Warn("canceling work that did not end in time", "running", here.Running, "uploading", here.Uploading)
	}
	cancelWork(errStopping)
	last, cancel := context.WithTimeout(context.Background(), cancelGrace)
	defer cancel()
	idle.Close()
	if err := srv.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("server: connections cut off: %w", err), srv.Close())
	}
	return nil
}

// cancelGrace is how long canceled requests may take to end.
const cancelGrace = 5 * time.Second
