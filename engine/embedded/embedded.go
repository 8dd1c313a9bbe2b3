// Package embedded reads pages on the CPU, in process: it finds which way up they are and where their lines
// are, reads these by the models of ppocr, corrects them by the words of the PDF, and writes the text of
// regions. It needs no GPU, no Python and no network.
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

// Engine holds the loaded models. It is safe for concurrent use; at most Config.Concurrency inferences run at
// once, others wait.
type Engine struct {
	cfg         Config
	models      *ppocr.Models
	recognizers []*ppocr.Recognizer // those of cfg.Recognizers
	tesseract   *tesseract.Reader   // nil if Tesseract is not installed
	ways        map[string][]way    // to read other scripts, by the script
	scripts     []string            // of ways, sorted
}

// New verifies and loads the files of cfg.Dir, and looks for further readers. The error says which file is
// missing or changed, and what to do.
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

// addReaders loads the readers of scripts that the built-in model does not know, and logs which scripts can
// be read.
func (e *Engine) addReaders(log *slog.Logger) error {
	ctx := context.Background() // start-up cannot be canceled; each step is bounded
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
	with := "none" // README.md lists the packages that add scripts
	if e.tesseract != nil {
		with = e.tesseract.Version()
	}
	log.Info("scripts that can be read", "scripts", strings.Join(e.Info().Scripts, ", "), "tesseract", with)
	return nil
}

// Rates measures how much one thread of this machine multiplies in a second.
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

// Find turns the page upright if needed (it then replaces Image and sets Width, Height and Rotation) and sets
// its Script and Careful. It returns the page's text lines, most of them without text yet and in no
// particular order, and the coarse areas of the layout model: BBox, Score and Label, which is a CDLA class,
// or seal, which comes with its lines. Both are in pixels of the upright page.
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

// withoutStamps finds the stamps of a page, and returns its pixels without them.
func withoutStamps(page *document.Page) ([]stamp.Stamp, pixels.Raster) {
	src := pixels.Of(page.Image)
	stamps := stamp.Find(src)
	if len(stamps) == 0 {
		return nil, src
	}
	return stamps, stamp.Without(src, stamps)
}

// Slots is how many regions to ask for at once. More would only wait here, where the next page's lines could
// overtake this page's text; to cut out the next region meanwhile gains nothing measurable.
func (e *Engine) Slots() int { return e.cfg.Concurrency }
