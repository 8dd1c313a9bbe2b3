// Package app builds the program from its settings and joins the parts by
// value; it is the only place that knows them all.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"ocr-gateway/engine/embedded"
	"ocr-gateway/format"
	"ocr-gateway/internal/config"
	"ocr-gateway/layout"
	"ocr-gateway/pipeline"
	"ocr-gateway/pipeline/assemble"
	"ocr-gateway/raster"
	"ocr-gateway/server"
)

// stopTimeout bounds the stop of each part.
const stopTimeout = 10 * time.Second

// App is the built program. Close it when done.
type App struct {
	Pipeline *pipeline.Pipeline

	cfg     config.Config
	version string
	log     *slog.Logger
	engine  *embedded.Engine
	layout  *layout.Geometry
	stops   []stop // in order of start; run in reverse
}

// stop ends one part.
type stop struct {
	name string
	run  func(context.Context) error
}

// New builds and starts the parts; on error those already started are stopped.
func New(cfg config.Config, version string, log *slog.Logger) (*App, error) {
	a := &App{cfg: cfg, version: version, log: log}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build() error {
	engineConfig := a.cfg.Engine.Embedded
	engineConfig.Dir = findModels(engineConfig.Dir)
	engine, err := embedded.New(engineConfig, a.log)
	if err != nil {
		return err
	}
	a.onStop("engine", func(context.Context) error { return engine.Close() })

	budget := pipeline.NewBudget(a.cfg.Pipeline.MemoryBudget)
	rasterizer, err := raster.New(a.cfg.Raster, budget, a.log)
	if err != nil {
		return err
	}
	a.onStop("raster", rasterizer.Close)

	a.engine, a.layout = engine, layout.NewGeometry(engine)
	a.Pipeline = pipeline.New(a.cfg.Pipeline, pipeline.Parts{
		Raster:   rasterizer,
		Main:     pipeline.Backend{Detector: a.layout, Recognizer: engine, Assemble: assemble.Plain},
		Text:     format.Text,
		Markdown: format.Markdown,
	}, a.log)
	return nil
}

// MaxUpload is the largest document, in bytes.
func (a *App) MaxUpload() int64 { return a.cfg.Server.MaxUploadBytes }

// Serve serves the HTTP API until ctx ends and running work is done or its
// grace is over.
func (a *App) Serve(ctx context.Context) error {
	s, err := server.New(a.cfg.Server, server.Deps{
		Pipeline: a.Pipeline,
		Formats:  serverFormats(),
		Status:   a.status,
		Version:  a.version,
		Limits: map[string]int64{
			"max_pages":  int64(a.cfg.Raster.MaxPages),
			"max_pixels": int64(a.cfg.Raster.MaxPixels),
		},
	}, a.log)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// serverFormats hands the formats to the server in its own terms.
func serverFormats() []server.Format {
	var formats []server.Format
	for _, f := range format.All() {
		formats = append(formats, server.Format{Name: f.Name, MediaType: f.MediaType, Encode: f.Encode})
	}
	return formats
}

// status is what /health and /api/info show. The embedded engine is loaded and
// verified before the server listens, so it is ready or the program has not started.
func (a *App) status() server.Health {
	engine, detector := a.engine.Info(), a.layout.Info()
	return server.Health{
		Ready:   true,
		Status:  "ok",
		Engines: []server.Component{{Name: engine.Name, Model: engine.Model, State: "ready", Tasks: engine.Tasks}},
		Layout:  server.Component{Name: detector.Name, Model: detector.Model, State: "ready"},
	}
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
