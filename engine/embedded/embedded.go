// Package embedded reads pages on the CPU in process: which way up they are, their
// lines of text, read by the models of ppocr and proofread against the words of the
// PDF, and their regions as text. It needs no GPU, no Python and no network.
package embedded

import (
	"context"
	"log/slog"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/ppocr"
)

// Engine holds the loaded models. It is safe for concurrent use; at most
// Config.Concurrency inferences run at once, the others wait.
type Engine struct {
	cfg    Config
	models *ppocr.Models
}

// New verifies and loads the files of cfg.Dir. The error says which file is
// missing or changed and what to do.
func New(cfg Config, log *slog.Logger) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	models, err := ppocr.Load(ppocr.Config{Dir: cfg.Dir, Threads: cfg.Threads, Concurrency: cfg.Concurrency, MaxSide: cfg.MaxSide})
	if err != nil {
		return nil, err
	}
	log.Info("models loaded", "component", "embedded", "model", ppocr.Name, "threads", cfg.Threads, "concurrency", cfg.Concurrency)
	return &Engine{cfg, models}, nil
}

// Close frees the models. The engine must not be in use.
func (e *Engine) Close() error { return e.models.Close() }

// Info describes the engine.
func (e *Engine) Info() document.Info {
	return document.Info{
		Name:  "embedded",
		Model: ppocr.Name,
		Tasks: []document.Task{document.TaskText, document.TaskTable, document.TaskDocument},
	}
}

// Find turns the page upright if needed (it then replaces Image and sets Width,
// Height and Rotation) and returns its text lines, most of them without text yet and in no
// particular order, and the coarse areas that the layout model sees: Label (a
// CDLA class), Score and BBox. Both are in pixels of the upright page.
func (e *Engine) Find(ctx context.Context, page *document.Page) ([]document.Line, []document.Region, error) {
	if page.Layer != nil {
		return e.findByLayer(ctx, page)
	}
	lines, err := e.models.Detect(ctx, pixels.Of(page.Image))
	if err != nil {
		return nil, nil, err
	}
	img, lines, degrees, err := e.upright(ctx, page.Image, lines)
	if err != nil {
		return nil, nil, err
	}
	if degrees != 0 {
		page.Words = turnWords(page.Words, page.Width, page.Height, degrees)
		page.Image = img
		page.Width, page.Height = img.Bounds().Dx(), img.Bounds().Dy()
		page.Rotation = (page.Rotation + degrees) % 360
	}
	lines = append(lines, unseen(lines, page)...)
	lines = append(lines, findChecks(page, lines)...)
	if len(lines) == 0 {
		return nil, nil, nil
	}
	areas, err := e.models.Areas(ctx, pixels.Of(page.Image))
	if err != nil {
		return nil, nil, err
	}
	return lines, areas, nil
}

// Slots is how many regions to ask for at once. More would wait here, where the
// next page's lines could overtake this page's text; cutting out the next region
// meanwhile gains nothing measurable.
func (e *Engine) Slots() int { return e.cfg.Concurrency }
