// Package server is the HTTP API: it decodes requests, calls the service and encodes
// what comes back. Errors become HTTP answers in one place, handleError.
// The contract is openapi.yaml, which the server also serves.
package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"
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
	// Webhooks counts deliveries of webhooks, by outcome; nil where none are sent.
	Webhooks    func() map[string]int64
	FieldLimits map[string]int64     // of schemas and searched text, shown in /api/info
	Status      func() health.Report // must be cheap; asked at most once a second
	// CacheCounts returns how many pages were found in the cache, and how many were not; nil
	// without a cache.
	CacheCounts func() (hits, misses int64)
	// Objects reads objects at s3:// addresses; nil where none may be named.
	Objects fetch.Objects
	// LogLevel is the level of the log, which administrators may change; nil means a fixed one.
	LogLevel *slog.LevelVar
	// Disks reports the folders that are written to; nil shows none.
	Disks func() []metrics.Disk
	// Stages are the durations of stages; nil shows none.
	Stages  prometheus.Collector
	Version string           // of the program
	Limits  map[string]int64 // limits of other packages, shown in /api/info
	Draw    jobroutes.Draw   // draws pictures of pages; nil where they have none
}

// NoJobs is the problem of a server that has no jobs.
func NoJobs(why string) *document.Problem {
	return document.Problemf(document.CodeJobsDisabled, document.PhaseAdmission, "this server keeps no jobs and no files: %s", why)
}

// BrokenJobs is the problem of a server whose jobs cannot be used now.
func BrokenJobs(why string) *document.Problem {
	return document.Problemf(document.CodeJobsUnavailable, document.PhaseAdmission, "the jobs and files of this server cannot be used: %s; what was accepted is kept", why)
}

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

	auditLog *slog.Logger // nil without one
	logLevel slog.Level   // as configured

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

// openMetrics registers the metrics of the server and of what it works with.
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
