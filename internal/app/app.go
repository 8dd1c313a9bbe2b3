// Package app builds the program from its settings and joins the parts by
// value; it is the only place that knows them all.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"ocr-gateway/blob"
	"ocr-gateway/cache"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/extract"
	"ocr-gateway/files"
	"ocr-gateway/format"
	"ocr-gateway/internal/assemble"
	"ocr-gateway/internal/config"
	"ocr-gateway/internal/otlp"
	"ocr-gateway/internal/setting"
	"ocr-gateway/internal/stage"
	"ocr-gateway/pipeline"
	"ocr-gateway/raster"
	"ocr-gateway/server"
	"ocr-gateway/server/health"
	"ocr-gateway/server/metrics"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

// stopTimeout bounds the stop of each part.
const stopTimeout = 10 * time.Second

// App is the built program. Close it when done.
type App struct {
	Service *service.Service
	// LogLevel is that of the log, where it may be changed. It is set before Serve.
	LogLevel *slog.LevelVar

	pipeline *pipeline.Pipeline
	raster   *raster.Rasterizer
	files    *files.Files            // nil where no jobs are kept
	jobsDir  string                  // where jobs are kept, if in a folder
	webhooks func() map[string]int64 // attempts by how they ended; nil where none are sent
	cfg      config.Config
	version  string
	log      *slog.Logger
	stages   *stage.Histograms
	observer *stage.Observer
	backends []backend        // the one in use first
	embedded *embedded.Engine // nil where it is not in use
	stops    []stop           // in order of start; run in reverse
}

// stop ends one part.
type stop struct {
	name string
	run  func(context.Context) error
}

// gcPercent is how much the heap may grow between collections, instead of Go's
// 100: it holds few and large things (page images), so that collections are
// cheap and headroom is not. GOGC goes before it.
const gcPercent = 40

// besidePages is how many bytes Go's heap may take beside pipeline.memory_budget before it is
// collected more often than gcPercent says: with the budget full of pages that would let it
// grow by a hundred MiB. A collection has little to look at, as pixels hold no pointers.
// GOMEMLIMIT goes before it.
const besidePages = 64 << 20

// New builds and starts the parts; on error those already started are stopped.
func New(cfg config.Config, version string, log *slog.Logger) (*App, error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(cfg.Pipeline.MemoryBudget + besidePages)
	}
	a := &App{cfg: cfg, version: version, log: log}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build() error {
	if err := a.observe(); err != nil {
		return err
	}
	main, fallback, err := a.chooseBackends()
	if err != nil {
		return err
	}
	budget := pipeline.NewBudget(a.cfg.Pipeline.MemoryBudget)
	drawing := a.cfg.Raster
	drawing.OnlyPlaced = a.embedded == nil
	rasterizer, err := raster.New(drawing, budget, a.log)
	if err != nil {
		return err
	}
	a.raster = rasterizer
	a.onStop("raster", rasterizer.Close)
	kept, err := a.openCache()
	if err != nil {
		return err
	}
	a.pipeline = pipeline.New(a.cfg.Pipeline, pipeline.Parts{
		Raster:      rasterizer,
		Main:        main,
		Fallback:    fallback,
		Text:        format.Text,
		Markdown:    format.Markdown{Table: assemble.TableMarkdown}.Page,
		JoinTables:  assemble.JoinTables,
		SettleHeads: assemble.SettleHeads,
		Cache:       kept,
		Settings:    readingSettings(a.version, a.cfg),
		Ledger:      newLedger,
		Charge:      a.cfg.Prices.Charge,
	}, a.log)
	a.Service, err = service.New(a.cfg.Server.Config, service.Parts{
		Pipeline: a.pipeline,
		Formats:  a.formats(),
		Fields:   func(schema string) (service.Fields, error) { return extract.New(schema) },
		Layout:   a.cfg.Layout.Enabled,
	}, a.log)
	return err
}

// observe has stages measured, and recorded where traces are wanted. Traces are closed last.
func (a *App) observe() error {
	traces, err := otlp.Open(context.Background(), a.cfg.Trace, a.version, a.log)
	if err != nil {
		return err
	}
	if traces != nil {
		a.onStop("traces", traces.Close)
	}
	a.stages = stage.NewHistograms()
	a.observer = stage.NewObserver(a.stages, traces.Tracer())
	return nil
}

// openCache opens the cache of pages; nil when there is none.
func (a *App) openCache() (pipeline.Cache, error) {
	switch {
	case a.cfg.Cache.Shared:
		return a.shareCache()
	case a.cfg.Cache.Dir != "":
		return cache.Open(a.cfg.Cache, a.log)
	}
	return nil, nil
}

// shareCache is the cache of pages in the storage of blobs.
func (a *App) shareCache() (pipeline.Cache, error) {
	store, err := blob.Open(a.cfg.Blob, a.log)
	if err != nil {
		return nil, err
	}
	if store == nil {
		return nil, setting.Errorf("cache.shared", "needs storage that gateways share: set blob.dir or blob.s3.bucket")
	}
	a.onStop("cache's blobs", func(context.Context) error { return store.Close() })
	shared := cache.Share(store, a.cfg.Cache, a.log)
	a.onStop("cache", background(context.Background(), shared.Sweep))
	return shared, nil
}

// Serve serves the HTTP API until ctx ends and running work is done or its
// grace is over.
func (a *App) Serve(ctx context.Context) error {
	ctx = a.observer.Observed(ctx)
	if err := a.openDebug(ctx); err != nil {
		return err
	}
	kept, noJobs, err := a.openJobs(ctx)
	if err != nil {
		return err
	}
	previews, err := a.openPreviews(kept)
	if err != nil {
		return err
	}
	objects, err := a.openObjects()
	if err != nil {
		return err
	}
	s, err := server.New(a.cfg.Server, server.Deps{
		Objects:     objects,
		Service:     a.Service,
		Jobs:        kept,
		NoJobs:      noJobs,
		Files:       a.files,
		Webhooks:    a.webhooks,
		FieldLimits: extract.Limits(),
		Status:      a.status,
		LogLevel:    a.LogLevel,
		Stages:      a.stages,
		Disks:       a.disks,
		Version:     a.version,
		CacheCounts: a.cacheCounts(),
		Draw:        previews,
		Limits: map[string]int64{
			"max_pages":       int64(a.cfg.Raster.MaxPages),
			"max_pixels":      int64(a.cfg.Raster.MaxPixels),
			"max_images":      int64(a.cfg.Pipeline.MaxImages),
			"max_image_bytes": a.cfg.Pipeline.MaxImageBytes,
		},
	}, a.log)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// cacheCounts is nil without a cache, so that metrics do not show one.
func (a *App) cacheCounts() func() (hits, misses int64) {
	if !a.cfg.Cache.Enabled() {
		return nil
	}
	return a.pipeline.CacheCounts
}

// status is what /health and /api/info show: the service is ready while one of
// its backends is and documents can be opened, and degraded when that backend is not the one
// it prefers, or not all of it.
func (a *App) status() health.Report {
	report := health.Report{Status: "failed", Layout: a.backends[0].layout(), Rendering: rendering(a.raster.State())}
	for i, b := range a.backends {
		engine := b.engine()
		report.Engines = append(report.Engines, engine)
		if engine.State != stateReady || report.Ready {
			continue
		}
		report.Ready, report.Status = true, "ok"
		if i > 0 || report.Layout.State != stateReady || !wholly(engine) {
			report.Status = "degraded"
		}
	}
	if report.Rendering.State != stateReady {
		report.Ready, report.Status = false, "failed"
	}
	return report
}

// rendering says how the children are that open documents.
func rendering(s raster.State) health.Rendering {
	r := health.Rendering{State: stateReady, Isolated: s.Isolated, Shared: s.Shared, Failures: s.Failures, Died: s.Died, Overran: s.Overran}
	switch {
	case s.Failing != nil:
		r.State, r.Detail = "failed", "no process to open documents in can be started: the machine is out of processes, file descriptors or memory, or forbids it; the log has the reason"
	case s.Shared > 0:
		r.Detail = "processes that open documents share the server's network namespace: the kernel permits no other"
	}
	return r
}

// disks are the folders that are written to, as far as they are known.
func (a *App) disks() (all []metrics.Disk) {
	jobs := a.cfg.Blob.Dir
	if jobs == "" && a.cfg.Blob.S3.Bucket == "" && a.files != nil {
		jobs = a.jobsDir
	}
	for _, d := range []metrics.Disk{
		{Name: "uploads", Dir: a.cfg.Server.TempDir, MinFree: a.cfg.Server.MinFreeDisk},
		{Name: "jobs", Dir: jobs, MinFree: a.cfg.Blob.MinFreeDisk},
		{Name: "cache", Dir: a.cfg.Cache.Dir},
	} {
		if d.Dir == "" && d.Name != "uploads" {
			continue
		}
		if free, known := admission.FreeDisk(d.Dir); known {
			d.Free = free
			all = append(all, d)
		}
	}
	return all
}

// onStop remembers how to end a part that has started.
func (a *App) onStop(name string, run func(context.Context) error) {
	a.stops = append(a.stops, stop{name, run})
}

// Close stops the parts in reverse order of their start. Nothing may be running.
func (a *App) Close() error {
	var errs []error
	for _, part := range slices.Backward(a.stops) {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		if err := part.run(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", part.name, err))
		}
		cancel()
	}
	a.stops = nil
	return errors.Join(errs...)
}
