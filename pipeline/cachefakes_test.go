package pipeline_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// memoryCache is a cache without a disk.
type memoryCache struct {
	mu     sync.Mutex
	values map[[sha256.Size]byte][]byte
}

func (c *memoryCache) Get(key [sha256.Size]byte) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[key]
	return v, ok
}

func (c *memoryCache) Put(key [sha256.Size]byte, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = map[[sha256.Size]byte][]byte{}
	}
	c.values[key] = value
}

// sheets renders the same page as every page of every document.
type sheets struct {
	total int
	page  func() document.Page
}

func (s sheets) Open(ctx context.Context, _ *document.Source, opts document.Options) (*document.Pages, error) {
	numbers, _, err := opts.Pages.Resolve(s.total)
	if err != nil {
		return nil, err
	}
	return &document.Pages{Total: s.total, Numbers: numbers, Close: func() {}, Seq: func(yield func(*document.Page, error) bool) {
		for _, n := range numbers {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			page := s.page()
			page.Number = n
			if !yield(&page, nil) {
				return
			}
		}
	}}, nil
}

// noisy is a page with an image that PNG and JPEG tell apart.
func noisy() document.Page {
	img := image.NewRGBA(image.Rect(0, 0, 100, 200))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i >> 3)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return document.Page{Width: 100, Height: 200, Image: img, DPI: 150, Took: 7 * time.Millisecond}
}

// reader is a detector and an engine of which everything can be said.
type reader struct {
	detector, engine document.Info
	found            string // name of who found the regions; empty means the detector's own
	turn             int    // rotation that the detector finds
	read             func(ctx context.Context, region document.Region) (document.Recognition, error)
	answer           func() (document.Recognition, error)
	calls, asked     atomic.Int64
}

func newReader() *reader {
	return &reader{
		detector: document.Info{Name: "eye", Model: "eye-1"},
		engine:   document.Info{Name: "mind", Model: "mind-1", Tasks: document.Tasks},
	}
}

type eye struct{ *reader }

func (e eye) Info() document.Info { return e.detector }

func (e eye) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	regions, _, err := e.DetectNamed(ctx, page, opts)
	return regions, err
}

func (e eye) DetectNamed(_ context.Context, page *document.Page, _ document.Options) ([]document.Region, string, error) {
	if e.turn != 0 {
		page.Rotation, page.Image = e.turn, image.NewGray(image.Rect(0, 0, 200, 100))
		page.Width, page.Height = 200, 100
	}
	name := e.found
	if name == "" {
		name = e.detector.Name
	}
	score := 0.0 // measured, and not nil
	return []document.Region{
		{Type: document.RegionTitle, Level: 2, Label: "title", BBox: document.BBox{1, 2, 30, 40}, Score: &score},
		{Type: document.RegionTable, Grid: &document.Grid{Rows: 1, Cols: 1, Cells: []document.Cell{{RowSpan: 1, ColSpan: 1, Lines: []int{0}}}}},
		{Type: document.RegionImage, BBox: document.BBox{20, 20, 80, 90}},
		{Type: document.RegionText},
	}, name, nil
}

type mind struct{ *reader }

func (m mind) Info() document.Info { return m.engine }

func (mind) Slots() int { return 4 }

func (mind) CheckPrompt(_ string) error { return nil }

func (m mind) Recognize(ctx context.Context, page *document.Page, region document.Region, _ document.Options) (document.Recognition, error) {
	m.calls.Add(1)
	if page.Image == nil {
		return document.Recognition{}, errors.New("the page was released too early")
	}
	if m.read != nil {
		return m.read(ctx, region)
	}
	sure := 0.0
	return document.Recognition{
		Content: fmt.Sprintf("%s <&> \u2028 ü", region.Type), Format: document.FormatText, Confidence: &sure,
		Lines: []document.Line{{BBox: document.BBox{1, 2, 3, 4}, Text: "line", Confidence: &sure}},
		Usage: document.Usage{Attempts: 1, PromptTokens: 100, CompletionTokens: 10},
	}, nil
}

func (mind) Answers() bool { return true }

func (m mind) PrepareAnswer(_ context.Context, _ *document.Page, q document.Question) (document.Prepared, error) {
	m.asked.Add(1)
	return document.Prepared{Read: func(context.Context) (document.Recognition, error) {
		if m.answer != nil {
			return m.answer()
		}
		return document.Recognition{Content: "answer to " + q.Example, Usage: document.Usage{Attempts: 1}}, nil
	}}, nil
}

// merge puts the last region into the first, as assemble does with words.
func merge(page *document.PageResult) {
	page.Regions[3].MergedInto = page.Regions[0].ID
}

func withCache(store pipeline.Cache, settings string, raster pipeline.Rasterizer, r *reader) *pipeline.Pipeline {
	write := func(page *document.PageResult, opts document.Options) string {
		return fmt.Sprintf("%s %s %v %s", joined(page, opts), opts.TableFormat, opts.IncludeHeaders, page.Regions[2].Image)
	}
	return pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: raster, Main: pipeline.Backend{Detector: eye{r}, Recognizer: mind{r}, Assemble: merge},
		Text: joined, Markdown: write, Cache: store, Settings: settings,
	}, slog.New(slog.DiscardHandler))
}

// readPages runs a document and gives its pages.
func readPages(t *testing.T, p *pipeline.Pipeline, opts document.Options) (*document.Result, map[int]*document.PageResult) {
	t.Helper()
	result, pages, err := collect(t.Context(), p, opts)
	if err != nil {
		t.Fatal(err)
	}
	return result, pages
}

// free takes out of a page what it cost, which is not the same from the cache.
func free(page document.PageResult) document.PageResult {
	page.Timings, page.Usage, page.Cached = nil, document.Usage{}, false
	regions := page.Regions
	page.Regions = nil
	for _, region := range regions {
		region.Attempts, region.PromptTokens, region.CompletionTokens = 0, 0, 0
		page.Regions = append(page.Regions, region)
	}
	return page
}
