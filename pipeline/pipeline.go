// Package pipeline turns a Source into accounted pages: raster, layout, engine,
// assemble. It streams, bounds memory and shares the models fairly between
// documents, and owns the three interfaces it calls.
package pipeline

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/once"
	"ocr-gateway/pipeline/turns"
)

// Rasterizer opens documents and renders their pages.
type Rasterizer interface {
	// Open reads enough of src to know its pages and checks opts.Pages and
	// opts.Password against it. Errors are *document.Problem where the input is
	// at fault. src must stay open until Pages.Close has returned.
	Open(ctx context.Context, src *document.Source, opts document.Options) (*document.Pages, error)
}

// Detector finds the regions of a page in reading order.
type Detector interface {
	// Detect may turn the page upright (it then replaces Image and sets Width, Height
	// and Rotation) before it looks. It returns no regions for an empty page. ID and
	// Order are the pipeline's to set.
	Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error)
	Info() document.Info
}

// Recognizer reads the text of one region, or finds the regions of a document.RegionPage
// and reads them: see document.Recognition.
type Recognizer interface {
	// Recognize must not change page or region and is safe for concurrent use. With an error, the
	// Usage says what the attempts cost.
	Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error)
	Info() document.Info
	// Slots is how many regions it handles well at once.
	Slots() int
}

// Preparer is a Recognizer that needs a page's pixels only at first, so that its pages give their
// memory back while they wait for the model.
type Preparer interface {
	// Prepare does the part of Recognize that needs the pixels. It must not change page or region
	// and is safe for concurrent use.
	Prepare(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Prepared, error)
}

// Answerer is a Recognizer that may also answer questions about whole pages.
type Answerer interface {
	// Answers reports whether it does so now.
	Answers() bool
	// PrepareAnswer is Prepare for a question.
	PrepareAnswer(ctx context.Context, page *document.Page, q document.Question) (document.Prepared, error)
}

// Awaited is a Recognizer that may not know at first which model it reads with.
type Awaited interface {
	// Await waits a while until it knows. The error is that of ctx.
	Await(ctx context.Context) error
}

// Prompted is a Recognizer that may take a client's prompt instead of a task's own.
type Prompted interface {
	// CheckPrompt returns why a prompt is not accepted: a *document.Problem.
	CheckPrompt(prompt string) error
}

// Writer writes a page's regions as one text.
type Writer func(*document.PageResult, document.Options) string

// Backend finds and reads the regions of pages.
type Backend struct {
	Detector   Detector
	Recognizer Recognizer
	// Assemble turns what the recognizer read on a page into its content, in
	// place, before the page's status is set. nil changes nothing.
	Assemble func(*document.PageResult)
	// Prose writes lines of a PDF's own text as the content of a region, in the form that the model
	// would. With it, the model's answers teach which of that text can be used without asking; nil
	// asks about every region.
	Prose func(page *document.Page, region *document.Region, lines []document.LayerLine, opts document.Options)
	// See locates the words on a page, for recognizers that do not, and Ground assigns them to the
	// regions, in place: for document.BoxesWord. nil for both means that the recognizer locates
	// words, or that nothing can.
	See    func(ctx context.Context, page *document.Page) ([]document.WordBox, error)
	Ground func(regions []document.Region, seen []document.WordBox)
	// Shared says that detector and recognizer use the same processors: they then take turns in one
	// gate, so that a page is read to its end before layout begins on the next.
	Shared bool
}

// Parts are what a Pipeline is made of.
type Parts struct {
	Raster Rasterizer
	Main   Backend
	// Fallback reads the pages that come up while Main's recognizer has a method Ready() bool and
	// it returns false; nil means that they wait for Main.
	Fallback *Backend
	Text     Writer // fills PageResult.Text
	Markdown Writer // fills PageResult.Markdown
	// JoinTables joins tables over page breaks, in place, in all pages of a document in order, and
	// returns the indices of those it changed. nil joins none.
	JoinTables func([]document.PageResult) (changed []int)
	// SettleHeads likewise tells running heads from titles. nil changes none.
	SettleHeads func([]document.PageResult) (changed []int)
	// Cache keeps what was read on pages; nil keeps nothing. Settings must then contain, in any
	// form, all settings that change what is read.
	Cache    Cache
	Settings string
	// Ledger makes the ledger of one document for a reader of these scripts; nil never uses PDFs'
	// own text.
	Ledger func(scripts []string) Ledger
	// Charge adds the price to a page's usage; nil means that nothing has a price.
	Charge func(*document.Usage)
}

// Pipeline runs documents. It is safe for concurrent use and holds no goroutine
// between runs.
type Pipeline struct {
	raster         Rasterizer
	main           *backend
	fallback       *backend // nil when there is none
	text, markdown Writer
	joinTables     func([]document.PageResult) []int
	settleHeads    func([]document.PageResult) []int
	maxImages      int
	maxImageBytes  int64
	intake         *turns.Intake
	cache          *once.Values // of pages that were read; nil when there is none
	hits, misses   atomic.Int64
	settings       string
	newLedger      func(scripts []string) Ledger // nil when there is none
	processor      processor
	charge         func(*document.Usage)
	textLayer      document.TextLayer
	window         int           // pages of one document in work at once, at most
	slow           time.Duration // pages that take longer are logged; 0 logs none
	log            *slog.Logger
}

// backend is a Backend with its slots.
type backend struct {
	Backend
	slots  int
	layout *turns.Gate
	engine *turns.Gate
	pace   pace
}

// New joins the parts.
func New(cfg Config, parts Parts, log *slog.Logger) *Pipeline {
	p := &Pipeline{
		raster: parts.Raster, text: parts.Text, markdown: parts.Markdown,
		main: newBackend(cfg, parts.Main), window: cfg.PagesAhead, slow: cfg.SlowPage, log: log,
		joinTables: parts.JoinTables, settleHeads: parts.SettleHeads, cache: once.New(parts.Cache), settings: parts.Settings,
		newLedger: parts.Ledger, textLayer: cfg.TextLayer,
		maxImages: cfg.MaxImages, maxImageBytes: cfg.MaxImageBytes,
		processor: newProcessor(), charge: parts.Charge,
	}
	if p.charge == nil {
		p.charge = func(*document.Usage) {}
	}
	if parts.Fallback != nil {
		p.fallback = newBackend(cfg, *parts.Fallback)
	}
	if p.window == 0 {
		p.window = min(max(minAhead, p.main.slots), maxWindow)
	}
	p.intake = turns.NewIntake(func() int {
		by := p.choose(document.Options{Task: document.TaskDocument})
		return by.pace.pages(by.slots)
	})
	return p
}

// maxWindow limits the pages of a document whose reader is slow.
const maxWindow = 128

func newBackend(cfg Config, b Backend) *backend {
	slots := cfg.RegionSlots
	if slots == 0 {
		slots = max(1, b.Recognizer.Slots())
	}
	engine := turns.NewGate(slots)
	layout := engine
	if !b.Shared {
		layout = turns.NewGate(cfg.LayoutSlots)
	}
	return &backend{Backend: b, slots: slots, layout: layout, engine: engine}
}

// choose returns the backend that reads the next page of a document.
func (p *Pipeline) choose(opts document.Options) *backend {
	if p.fallback == nil || !p.fallback.can(opts.Task) || p.fallback.takes(opts.Prompt) != nil {
		return p.main
	}
	if r, ok := p.main.Recognizer.(interface{ Ready() bool }); ok && !r.Ready() {
		return p.fallback
	}
	return p.main
}

func (b *backend) can(task document.Task) bool {
	return slices.Contains(b.Recognizer.Info().Tasks, task)
}

// takes reports why the backend does not take a prompt; none is always taken.
func (b *backend) takes(prompt string) error {
	if prompt == "" {
		return nil
	}
	if r, ok := b.Recognizer.(Prompted); ok {
		return r.CheckPrompt(prompt)
	}
	return document.Problemf(document.CodeTaskUnsupported, document.PhaseAdmission,
		"the %s engine takes no prompt: leave prompt out and name a task", b.Recognizer.Info().Name)
}

// await lets the engine find out what it reads with: tasks, layout and the cache's keys depend on
// that.
func (p *Pipeline) await(ctx context.Context, opts document.Options) error {
	if engine, ok := p.main.Recognizer.(Awaited); ok && p.choose(opts) == p.main {
		return engine.Await(ctx)
	}
	return nil
}

// supports reports whether the engine in use can do what opts ask for.
func (p *Pipeline) supports(opts document.Options) error {
	info := p.main.Recognizer.Info()
	switch {
	case p.main.can(opts.Task):
	case info.Profile != "":
		return document.Problemf(document.CodeTaskUnsupported, document.PhaseAdmission,
			"the model behind the %s engine (%s) cannot do task %q; it can do %s", info.Name, info.Profile, opts.Task, join(info.Tasks))
	default:
		return document.Problemf(document.CodeTaskUnsupported, document.PhaseAdmission,
			"the %s engine cannot do task %q; the vllm engine can: set vllm.endpoints", info.Name, opts.Task)
	}
	return p.main.takes(opts.Prompt)
}

func join(tasks []document.Task) string {
	names := make([]string, len(tasks))
	for i, t := range tasks {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}
