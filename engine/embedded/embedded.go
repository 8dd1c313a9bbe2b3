// Package embedded reads pages on the CPU in process: which way up they are, their
// lines of text, read by the models of ppocr and proofread against the words of the
// PDF, and their regions as text. It needs no GPU, no Python and no network.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/ppocr"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/script"
	"ocr-gateway/engine/embedded/stamp"
	"ocr-gateway/engine/embedded/tesseract"
	"ocr-gateway/internal/setting"
)

// Engine holds the loaded models. It is safe for concurrent use; at most
// Config.Concurrency inferences run at once, the others wait.
type Engine struct {
	cfg         Config
	models      *ppocr.Models
	recognizers []*ppocr.Recognizer // those of cfg.Recognizers
	tesseract   *tesseract.Reader   // nil where there is none
	ways        map[string][]way    // to read the other scripts
	scripts     []string            // of ways, sorted
}

// New verifies and loads the files of cfg.Dir, and finds out what else can read. The
// error says which file is missing or changed and what to do.
func New(cfg Config, log *slog.Logger) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	models, err := ppocr.Load(ppocr.Config{Dir: cfg.Dir, Threads: cfg.Threads, Concurrency: cfg.Concurrency, MaxSide: cfg.MaxSide, Full: cfg.Precision == PrecisionFull})
	if err != nil {
		return nil, err
	}
	e := &Engine{cfg: cfg, models: models}
	log = log.With("component", "embedded")
	if err := e.addReaders(log); err != nil {
		return nil, errors.Join(err, models.Close())
	}
	log.Info("models loaded", "model", ppocr.Name, "threads", cfg.Threads, "concurrency", cfg.Concurrency)
	return e, nil
}

// addReaders loads what reads the scripts that the built-in model does not know, and
// logs which can be read.
func (e *Engine) addReaders(log *slog.Logger) error {
	ctx := context.Background() // start-up is not canceled; each step is bounded
	for i, r := range e.cfg.Recognizers {
		loaded, err := e.models.Add(ctx, r.Model, r.Dictionary, r.SHA256)
		if err != nil {
			return setting.Errorf(fmt.Sprintf("engine.embedded.recognizers[%d]", i), "cannot be used: %w", err)
		}
		e.recognizers = append(e.recognizers, loaded)
	}
	var err error
	if e.tesseract, err = tesseract.Find(ctx, e.cfg.Tesseract, e.cfg.Concurrency, log); err != nil {
		return setting.Errorf("engine.embedded.tesseract", "%w", err)
	}
	e.findWays()
	with := "none" // more with it: README.md has its packages
	if e.tesseract != nil {
		with = e.tesseract.Version()
	}
	log.Info("scripts that can be read", "scripts", strings.Join(e.Info().Scripts, ", "), "tesseract", with)
	return nil
}

// Rates measures what one thread of this machine multiplies in a second.
func (e *Engine) Rates(ctx context.Context) (ppocr.Rates, error) { return e.models.Rates(ctx) }

// Close frees the models. The engine must not be in use.
func (e *Engine) Close() error { return e.models.Close() }

// proofread corrects by what the built-in recognizer knows.
func (e *Engine) proofread() proofread.By { return proofread.By{Knows: e.models.Knows} }

// Info describes the engine.
func (e *Engine) Info() document.Info {
	return document.Info{
		Name:  "embedded",
		Model: ppocr.Name,
		Tasks: []document.Task{document.TaskText, document.TaskTable, document.TaskDocument},
		// The built-in model reads the first four.
		Scripts: append([]string{script.Latin, script.Han, script.Hiragana, script.Katakana}, e.scripts...),
	}
}

// Find turns the page upright if needed (it then replaces Image and sets Width,
// Height and Rotation), tells its Script, and returns its text lines, most of them without text yet and in no
// particular order, and the coarse areas that the layout model sees: Label (a
// CDLA class, or seal, which has its lines), Score and BBox. Both are in pixels of the upright page.
func (e *Engine) Find(ctx context.Context, page *document.Page) ([]document.Line, []document.Region, error) {
	stamps, clean := withoutStamps(page)
	if page.Layer != nil {
		return e.findByLayer(ctx, page, stamps, clean)
	}
	lines, err := e.models.Detect(ctx, clean)
	if err != nil {
		return nil, nil, err
	}
	if lines, page.Script, err = e.confirm(ctx, clean, lines, page.Words); err != nil {
		return nil, nil, err
	}
	if page.Script == "" {
		turned := page.Rotation
		if lines, err = e.turnUpright(ctx, page, lines); err != nil {
			return nil, nil, err
		}
		if page.Rotation != turned {
			stamps, clean = withoutStamps(page)
		}
	}
	seals, err := e.seals(ctx, pixels.Of(page.Image), stamps)
	if err != nil {
		return nil, nil, err
	}
	lines = append(lines, unseen(lines, page)...)
	lines = append(lines, findChecks(page, lines)...)
	if len(lines) == 0 {
		return nil, seals, nil
	}
	if lines, err = e.readClaimed(ctx, pixels.Of(page.Image), lines, e.claimedOf(lines, page.Words)); err != nil {
		return nil, nil, err
	}
	if lines, err = e.readUnder(ctx, clean, lines, stamps); err != nil {
		return nil, nil, err
	}
	areas, err := e.models.Areas(ctx, pixels.Of(page.Image))
	if err != nil {
		return nil, nil, err
	}
	return lines, append(areas, seals...), nil
}

// withoutStamps finds the stamps of a page, and gives its pixels without them.
func withoutStamps(page *document.Page) ([]stamp.Stamp, pixels.Raster) {
	src := pixels.Of(page.Image)
	stamps := stamp.Find(src)
	if len(stamps) == 0 {
		return nil, src
	}
	return stamps, stamp.Without(src, stamps)
}

// Slots is how many regions to ask for at once. More would wait here, where the
// next page's lines could overtake this page's text; cutting out the next region
// meanwhile gains nothing measurable.
func (e *Engine) Slots() int { return e.cfg.Concurrency }
