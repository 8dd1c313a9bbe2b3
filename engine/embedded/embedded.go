// Package embedded reads text on the CPU in process: PP-OCRv6 finds and reads
// text lines and a small detector trained on CDLA finds coarse page areas, all
// on ONNX Runtime. It needs no GPU, no Python and no network.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"ocr-gateway/document"
)

// Engine holds the loaded models. It is safe for concurrent use; at most
// Config.Concurrency inferences run at once, the others wait.
type Engine struct {
	cfg      Config
	log      *slog.Logger
	detector *model
	reader   *model
	layout   *model
	alphabet alphabet
	free     chan *workspace
}

// workspace is the memory of one inference. Holding one is the right to run.
type workspace struct{ in, out buffer }

// New verifies and loads the files of cfg.Dir. The error says which file is
// missing or changed and what to do.
func New(cfg Config, log *slog.Logger) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := verifyModels(cfg.Dir); err != nil {
		return nil, err
	}
	if err := startRuntime(cfg.Dir); err != nil {
		return nil, err
	}
	e := &Engine{cfg: cfg, log: log.With("component", "embedded"), free: make(chan *workspace, cfg.Concurrency)}
	if err := e.load(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	for range cfg.Concurrency {
		e.free <- &workspace{}
	}
	e.log.Info("models loaded", "model", modelName, "threads", cfg.Threads, "concurrency", cfg.Concurrency)
	return e, nil
}

func (e *Engine) load() (err error) {
	path := func(name string) string { return filepath.Join(e.cfg.Dir, name) }
	if e.detector, err = loadModel(path(fileDetector), e.cfg.Threads, "x", "fetch_name_0"); err != nil {
		return err
	}
	if e.reader, err = loadModel(path(fileReader), e.cfg.Threads, "x", "fetch_name_0"); err != nil {
		return err
	}
	if e.layout, err = loadModel(path(fileLayout), e.cfg.Threads, "image", layoutOutputs...); err != nil {
		return err
	}
	characters, err := e.reader.metadata("character")
	if err != nil {
		return fmt.Errorf("read the dictionary of %s: %w", fileReader, err)
	}
	e.alphabet, err = parseAlphabet(characters, readClasses)
	return err
}

// Close frees the models. The engine must not be in use.
func (e *Engine) Close() error {
	var errs []error
	for _, m := range []*model{e.detector, e.reader, e.layout} {
		if m != nil {
			errs = append(errs, m.close())
		}
	}
	e.detector, e.reader, e.layout = nil, nil, nil
	for len(e.free) > 0 {
		ws := <-e.free
		ws.in.free()
		ws.out.free()
	}
	return errors.Join(errs...)
}

// workspace waits for the right to run one inference; give it back by release.
func (e *Engine) workspace(ctx context.Context) (*workspace, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case ws := <-e.free:
		return ws, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (e *Engine) release(ws *workspace) { e.free <- ws }

// Info describes the engine.
func (e *Engine) Info() document.Info {
	return document.Info{
		Name:  "embedded",
		Model: modelName,
		Tasks: []document.Task{document.TaskText, document.TaskTable, document.TaskDocument},
	}
}

// Find turns the page upright if needed (it then replaces Image and sets Width,
// Height and Rotation) and returns its text lines, without text and in no
// particular order, and the coarse areas that the layout model sees: Label (a
// CDLA class), Score and BBox. Both are in pixels of the upright page.
func (e *Engine) Find(ctx context.Context, page *document.Page) ([]document.Line, []document.Region, error) {
	lines, err := e.detect(ctx, rasterOf(page.Image))
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
	if len(lines) == 0 {
		return nil, nil, nil
	}
	areas, err := e.coarse(ctx, rasterOf(page.Image))
	if err != nil {
		return nil, nil, err
	}
	return lines, areas, nil
}

func engineFailed(detail string, err error) error {
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "%s; the server's log has the reason", detail).Because(err)
}

// Slots is how many regions to ask for at once. More would wait here, where the
// next page's lines could overtake this page's text; cutting out the next region
// meanwhile gains nothing measurable.
func (e *Engine) Slots() int { return e.cfg.Concurrency }
