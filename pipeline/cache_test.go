package pipeline_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"maps"
	"reflect"
	"strings"
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

func (m mind) Info() document.Info      { return m.engine }
func (mind) Slots() int                 { return 4 }
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

// TestCachedPagesAreTheSame compares pages from the cache with those that are read, with
// every wish that does not change what is read. Nothing is asked for again.
func TestCachedPagesAreTheSame(t *testing.T) {
	for _, opts := range []document.Options{
		{Layout: true},
		{Layout: true, IncludeHeaders: true},
		{Layout: true, TableFormat: document.TableMarkdown, JoinTables: true},
		{Layout: true, Batch: true, DPI: 300, Password: "x", Pages: second(t)},
		{Layout: true, Images: document.ImagesRef, ImagePrefix: "a-"},
		{Layout: true, Images: document.ImagesInline},
	} {
		raster := sheets{3, noisy}
		plain := newReader()
		_, want := readPages(t, withCache(nil, "", raster, plain), opts)

		r := newReader()
		p := withCache(&memoryCache{}, "", raster, r)
		readPages(t, p, document.Options{Layout: true}) // all three pages are one
		if n := r.calls.Load(); n != 3 {
			t.Fatalf("%d regions read of one page with 3", n)
		}
		result, got := readPages(t, p, opts)
		if n := r.calls.Load(); n != 3 {
			t.Errorf("%+v: read again: %d", opts, n)
		}
		for number, page := range got {
			if !page.Cached || !maps.Equal(page.Timings, map[string]int{"raster": 7}) {
				t.Errorf("page %d: cached %v, timings %v", number, page.Cached, page.Timings)
			}
			if a, b := free(*want[number]), free(*page); !reflect.DeepEqual(a.Regions[1].Grid, b.Regions[1].Grid) || asJSON(t, a) != asJSON(t, b) || a.Text != b.Text {
				t.Errorf("%+v: page %d\n%s\nis not\n%s", opts, number, asJSON(t, b), asJSON(t, a))
			}
		}
		result.Usage.CPUSeconds = 0 // whatever the machine takes
		if want := (document.Usage{Pages: len(got)}); result.Usage != want || len(got) != result.Summary.OK {
			t.Errorf("usage %+v", result.Usage)
		}
		if hits, misses := p.CacheCounts(); misses != 1 || hits != int64(2+len(got)) {
			t.Errorf("%d hits, %d misses", hits, misses)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func second(t *testing.T) document.PageRange {
	t.Helper()
	r, err := document.ParsePageRange("2")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestWhatChangesAPageIsInItsKey changes one thing at a time: the page is read again.
func TestWhatChangesAPageIsInItsKey(t *testing.T) {
	type setup struct {
		opts     document.Options
		page     document.Page
		settings string
		r        *reader
	}
	ask := func(prompt, schema string) *document.Question {
		return &document.Question{Example: prompt, Schema: json.RawMessage(schema)}
	}
	standard := func() setup {
		return setup{document.Options{Task: document.TaskText, Layout: true, Question: ask("a", `{}`)}, noisy(), "v1", newReader()}
	}
	for name, change := range map[string]func(*setup){
		"task":           func(s *setup) { s.opts.Task = document.TaskDocument },
		"layout":         func(s *setup) { s.opts.Layout = false },
		"prompt":         func(s *setup) { s.opts.Prompt = "b" },
		"question":       func(s *setup) { s.opts.Question = ask("b", `{}`) },
		"schema":         func(s *setup) { s.opts.Question = ask("a", `{"x":1}`) },
		"no question":    func(s *setup) { s.opts.Question = nil },
		"settings":       func(s *setup) { s.settings = "v2" },
		"detector":       func(s *setup) { s.r.detector.Name = "other" },
		"its model":      func(s *setup) { s.r.detector.Model = "eye-2" },
		"engine":         func(s *setup) { s.r.engine.Name = "other" },
		"its own model":  func(s *setup) { s.r.engine.Model = "mind-2" },
		"words":          func(s *setup) { s.page.Words = []document.Word{{Text: "x"}} },
		"one pixel":      func(s *setup) { s.page.Image.(*image.RGBA).SetRGBA(99, 199, color.RGBA{1, 2, 3, 255}) },
		"height":         func(s *setup) { s.page.Height = 100 },
		"other shape":    func(s *setup) { reshape(&s.page) },
		"gray, as bytes": func(s *setup) { s.page.Image = gray(s.page.Image.(*image.RGBA)) },
	} {
		t.Run(name, func(t *testing.T) {
			store := &memoryCache{}
			read := func(s setup) int64 {
				readPages(t, withCache(store, s.settings, sheets{1, func() document.Page { return s.page }}, s.r), s.opts)
				return s.r.calls.Load()
			}
			if n := read(standard()); n == 0 {
				t.Fatal("nothing was read")
			}
			if n := read(standard()); n != 0 {
				t.Fatalf("an equal page was read again: %d", n)
			}
			other := standard()
			change(&other)
			if n := read(other); n == 0 {
				t.Error("another page was answered with this one")
			}
		})
	}
}

// TestEveryOptionIsInTheKeyOrNot fails when a new option is not listed here: say then
// whether it changes what is read, and leave it out of the key if it does not.
func TestEveryOptionIsInTheKeyOrNot(t *testing.T) {
	type option struct {
		set   func(*document.Options)
		inKey bool
	}
	options := map[string]option{
		"Task":           {func(o *document.Options) { o.Task = document.TaskText }, true},
		"Layout":         {func(o *document.Options) { o.Layout = true }, true},
		"Prompt":         {func(o *document.Options) { o.Prompt = "x" }, true},
		"Question":       {func(o *document.Options) { o.Question = &document.Question{Example: "x"} }, true},
		"Pages":          {func(o *document.Options) { o.Pages = second(t) }, false},
		"Password":       {func(o *document.Options) { o.Password = "x" }, false},
		"DPI":            {func(o *document.Options) { o.DPI = 300 }, false},
		"IncludeHeaders": {func(o *document.Options) { o.IncludeHeaders = true }, false},
		"TableFormat":    {func(o *document.Options) { o.TableFormat = document.TableMarkdown }, false},
		"JoinTables":     {func(o *document.Options) { o.JoinTables = true }, false},
		"Images":         {func(o *document.Options) { o.Images = document.ImagesRef }, false},
		"Boxes":          {func(o *document.Options) { o.Boxes = document.BoxesWord }, true},
		"ImagePrefix":    {func(o *document.Options) { o.ImagePrefix = "x" }, false},
		"TextLayer":      {func(o *document.Options) { o.TextLayer = document.TextLayerVerified }, true},
		"Batch":          {func(o *document.Options) { o.Batch = true }, false},
	}
	fields := reflect.TypeFor[document.Options]()
	if len(options) != fields.NumField() {
		t.Errorf("%d options are listed, there are %d", len(options), fields.NumField())
	}
	for field := range fields.Fields() {
		option, listed := options[field.Name]
		if !listed {
			t.Errorf("the option %s is not listed", field.Name)
			continue
		}
		var opts document.Options
		option.set(&opts)
		if reflect.ValueOf(opts).FieldByIndex(field.Index).IsZero() {
			t.Errorf("%s is not set", field.Name)
		}
		r := newReader()
		p := withCache(&memoryCache{}, "", sheets{2, noisy}, r)
		readPages(t, p, document.Options{})
		before := r.calls.Load()
		readPages(t, p, opts)
		if again := r.calls.Load() != before; again != option.inKey {
			t.Errorf("%s: read again %v, in the key %v", field.Name, again, option.inKey)
		}
	}
}

// TestEveryFieldOfAPageIsInTheKeyOrNot fails when a new field is not listed here.
// TestWhatChangesAPageIsInItsKey shows those that are.
func TestEveryFieldOfAPageIsInTheKeyOrNot(t *testing.T) {
	listed := map[string]string{
		"Image": "", "Width": "", "Height": "", "Words": "", "Drawn": "", // in the key
		"Layer":  "made of Drawn and of what the ledger knows, which are",
		"Number": "names only", "Rotation": "set by the detector", "Script": "set by the detector", "DPI": "shown only", "Scaled": "shown only", "Took": "shown only", "Spent": "shown only",
		"Faults": "of the page at hand, not of what is read", "Free": "memory",
	}
	for field := range reflect.TypeFor[document.Page]().Fields() {
		if _, ok := listed[field.Name]; !ok {
			t.Errorf("the field %s of pages is not listed", field.Name)
		}
	}
}

// reshape keeps the bytes and changes how they make rows.
func reshape(page *document.Page) {
	img := page.Image.(*image.RGBA)
	page.Image = &image.RGBA{Pix: img.Pix, Stride: 800, Rect: image.Rect(0, 0, 200, 100)}
	page.Width, page.Height = 200, 100
}

// gray has the same bytes.
func gray(img *image.RGBA) *image.Gray {
	return &image.Gray{Pix: img.Pix, Stride: img.Stride, Rect: image.Rect(0, 0, img.Stride, img.Rect.Dy())}
}

// TestOnlyThePixelsCount: bytes between rows are no part of a page.
func TestOnlyThePixelsCount(t *testing.T) {
	store, whole := &memoryCache{}, noisy()
	img := whole.Image.(*image.RGBA)
	wide := image.NewRGBA(image.Rect(0, 0, 130, 200))
	for y := range 200 {
		copy(wide.Pix[y*wide.Stride:], img.Pix[y*img.Stride:(y+1)*img.Stride])
		wide.SetRGBA(120, y, color.RGBA{9, 9, 9, 9})
	}
	part := whole
	part.Image = wide.SubImage(image.Rect(0, 0, 100, 200))
	for i, page := range []document.Page{whole, part} {
		r := newReader()
		readPages(t, withCache(store, "", sheets{1, func() document.Page { return page }}, r), document.Options{})
		if n := r.calls.Load(); (n == 0) != (i == 1) {
			t.Errorf("page %d: %d calls", i, n)
		}
	}
}

// TestIncompletePagesAreNotKept has pages fail in part in every way.
func TestIncompletePagesAreNotKept(t *testing.T) {
	problem := document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "no")
	for name, change := range map[string]func(*reader){
		"failed": func(r *reader) {
			r.read = func(context.Context, document.Region) (document.Recognition, error) {
				return document.Recognition{}, problem
			}
		},
		"partial": func(r *reader) {
			r.read = func(_ context.Context, region document.Region) (document.Recognition, error) {
				if region.Type == document.RegionTable {
					return document.Recognition{}, problem
				}
				return document.Recognition{Content: "x"}, nil
			}
		},
		"truncated": func(r *reader) {
			r.read = func(context.Context, document.Region) (document.Recognition, error) {
				return document.Recognition{Content: "x", Truncated: problem}, nil
			}
		},
		"panic": func(r *reader) {
			r.read = func(context.Context, document.Region) (document.Recognition, error) { panic("a defect") }
		},
		"without layout": func(r *reader) { r.found = "disabled" },
		"answer failed": func(r *reader) {
			r.answer = func() (document.Recognition, error) { return document.Recognition{}, problem }
		},
		"answer cut": func(r *reader) {
			r.answer = func() (document.Recognition, error) {
				return document.Recognition{Content: "x", Truncated: problem}, nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, bad, good := &memoryCache{}, newReader(), newReader()
			change(bad)
			opts := document.Options{Task: document.TaskText, Layout: true, Question: &document.Question{Example: "a"}}
			for _, r := range []*reader{bad, good} {
				_, pages := readPages(t, withCache(store, "", sheets{1, noisy}, r), opts)
				if pages[1].Cached {
					t.Error("answered from the cache")
				}
				if r == bad && len(store.values) != 0 {
					t.Error("kept")
				}
			}
			if len(store.values) != 1 || good.calls.Load() != 3 {
				t.Errorf("%d kept, %d calls", len(store.values), good.calls.Load())
			}
		})
	}
}

// TestEntriesOfEarlierVersionsAreNotFound: an empty page could be kept then for an answer
// without text.
func TestEntriesOfEarlierVersionsAreNotFound(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	opts := document.Options{Layout: true}
	page := noisy()
	pixels, _ := pipeline.HashPixels(page.Image)
	former, err := json.Marshal(struct { // as version 1 wrote it, which had no Version
		Settings             string
		Detector, Recognizer document.Info
		Task                 document.Task
		Layout               bool
		Prompt               string
		Question             *document.Question
		Words                []document.Word
		Width, Height        int
		Pixels               [sha256.Size]byte
	}{"", r.detector, r.engine, document.TaskDocument, true, "", nil, nil, page.Width, page.Height, pixels})
	if err != nil {
		t.Fatal(err)
	}
	store.Put(sha256.Sum256(former), []byte(`{"Width":100,"Height":200,"Rotation":0,"Layout":"eye","Regions":null,"Answer":null}`))
	_, pages := readPages(t, withCache(store, "", sheets{1, noisy}, r), opts)
	if pages[1].Cached || len(pages[1].Regions) == 0 || len(store.values) != 2 {
		t.Errorf("cached %v with %d regions, %d entries", pages[1].Cached, len(pages[1].Regions), len(store.values))
	}
}

// TestPagesReadWithoutLayoutOnPurposeAreKept, whatever the detector calls itself then.
func TestPagesReadWithoutLayoutOnPurposeAreKept(t *testing.T) {
	for _, opts := range []document.Options{{Layout: false}, {Layout: true, Task: document.TaskTable}} {
		store, r := &memoryCache{}, newReader()
		r.found = "disabled"
		for range 2 {
			readPages(t, withCache(store, "", sheets{1, noisy}, r), opts)
		}
		if n := r.calls.Load(); n != 3 {
			t.Errorf("%+v: %d calls", opts, n)
		}
	}
}

// TestAnswersAreKept with the question that they answer.
func TestAnswersAreKept(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	p := withCache(store, "", sheets{1, noisy}, r)
	for _, prompt := range []string{"one", "two", "one", "two"} {
		_, pages := readPages(t, p, document.Options{Question: &document.Question{Example: prompt}})
		if a := pages[1].Answer; a == nil || a.Text != "answer to "+prompt || a.Error != nil {
			t.Errorf("%s: %+v", prompt, a)
		}
	}
	if n := r.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	if _, pages := readPages(t, p, document.Options{}); pages[1].Answer != nil {
		t.Error("an answer that nobody asked for")
	}
}

// TestPicturesOfTurnedPages: the page at hand is not turned, so they cannot be cut.
func TestPicturesOfTurnedPages(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	r.turn = 90
	p := withCache(store, "", sheets{1, noisy}, r)
	for i, tc := range []struct {
		images document.Images
		cached bool
	}{{"", false}, {"", true}, {document.ImagesRef, false}, {document.ImagesInline, false}, {document.ImagesNone, true}} {
		_, pages := readPages(t, p, document.Options{Layout: true, Images: tc.images})
		page := pages[1]
		if page.Cached != tc.cached || page.Rotation != 90 || page.Width != 200 {
			t.Errorf("%d: cached %v, %d degrees, %d wide", i, page.Cached, page.Rotation, page.Width)
		}
		if has := page.Regions[2].Image != ""; has != (tc.images == document.ImagesRef || tc.images == document.ImagesInline) {
			t.Errorf("%d: image %q", i, page.Regions[2].Image)
		}
	}
}

func TestPicturesFromTheCacheAreBounded(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	readPages(t, withCache(store, "", sheets{1, noisy}, r), document.Options{})
	cfg := pipeline.DefaultConfig()
	cfg.MaxImages = 2
	p := pipeline.New(cfg, pipeline.Parts{
		Raster: sheets{5, noisy}, Main: pipeline.Backend{Detector: eye{r}, Recognizer: mind{r}, Assemble: merge}, Text: joined, Markdown: joined, Cache: store,
	}, slog.New(slog.DiscardHandler))
	kept, left := 0, 0
	_, pages := readPages(t, p, document.Options{Images: document.ImagesRef})
	for _, page := range pages {
		kept += len(page.Images)
		if e := page.Regions[2].Error; e != nil && e.Code == document.CodeImageLeftOut {
			left++
		}
	}
	if kept != 2 || left != 3 {
		t.Errorf("%d kept, %d left out", kept, left)
	}
}

// brokenCache gives what is no page.
type brokenCache struct{ memoryCache }

func (*brokenCache) Get([sha256.Size]byte) ([]byte, bool) { return []byte(`{"Regions": 7`), true }

func TestDamagedValuesAreMisses(t *testing.T) {
	r := newReader()
	_, pages := readPages(t, withCache(&brokenCache{}, "", sheets{1, noisy}, r), document.Options{})
	if pages[1].Cached || r.calls.Load() != 3 {
		t.Errorf("cached %v, %d calls", pages[1].Cached, r.calls.Load())
	}
}

// flock runs the same page in several documents at once; the first has reached the
// engine before the others start.
func flock(t *testing.T, p *pipeline.Pipeline, entered chan struct{}, n int, leader context.Context) (*document.Result, []*document.Result) {
	t.Helper()
	var all sync.WaitGroup
	var first *document.Result
	others := make([]*document.Result, n)
	all.Go(func() { first, _ = p.Run(leader, source(), document.Options{}, func(document.Event) {}) })
	<-entered
	for i := range n {
		all.Go(func() { others[i], _ = p.Run(t.Context(), source(), document.Options{}, func(document.Event) {}) })
	}
	all.Wait()
	return first, others
}

// heldReader reads when release is closed; entered tells of each region that waits.
func heldReader() (r *reader, entered, release chan struct{}) {
	entered, release = make(chan struct{}, 100), make(chan struct{})
	r = newReader()
	r.read = func(context.Context, document.Region) (document.Recognition, error) {
		entered <- struct{}{}
		<-release
		return document.Recognition{Content: "x"}, nil
	}
	return r, entered, release
}

func TestEqualPagesAtOnceAreReadOnce(t *testing.T) {
	r, entered, release := heldReader()
	p := withCache(&memoryCache{}, "", sheets{4, noisy}, r)
	go close(release)
	first, others := flock(t, p, entered, 8, t.Context())
	for _, result := range append(others, first) {
		if result.Status != document.StatusOK || result.Summary.OK != 4 {
			t.Errorf("%s: %+v", result.Status, result.Summary)
		}
	}
	if n := r.calls.Load(); n != 3 {
		t.Errorf("%d calls for one page of 3 regions", n)
	}
}

// TestCanceledLeaderFailsNobody cancels the run that reads the page others wait for.
func TestCanceledLeaderFailsNobody(t *testing.T) {
	entered := make(chan struct{}, 100)
	leader, cancel := context.WithCancel(t.Context())
	var waits atomic.Bool
	waits.Store(true)
	r := newReader()
	r.read = func(ctx context.Context, _ document.Region) (document.Recognition, error) {
		entered <- struct{}{}
		if waits.Load() {
			<-ctx.Done()
			return document.Recognition{}, ctx.Err()
		}
		return document.Recognition{Content: "x"}, nil
	}
	p := withCache(&memoryCache{}, "", sheets{1, noisy}, r)
	all := make(chan struct{}, 1)
	var watch sync.WaitGroup
	watch.Go(func() {
		for range 3 { // regions of the leader
			<-entered
		}
		waits.Store(false)
		all <- struct{}{}
		cancel()
	})
	first, others := flock(t, p, all, 8, leader)
	watch.Wait()
	if n := r.calls.Load(); n != 6 {
		t.Errorf("%d calls, want 3 of the leader and 3 of one of the others", n)
	}
	if first.Status != document.StatusCanceled {
		t.Errorf("the leader ended %s", first.Status)
	}
	for _, result := range others {
		if result.Status != document.StatusOK {
			t.Errorf("%s: %+v", result.Status, result.Error)
		}
	}
}

// TestFailedLeaderFailsOnlyItself: who waited tries for itself, all at once.
func TestFailedLeaderFailsOnlyItself(t *testing.T) {
	entered, release := make(chan struct{}, 100), make(chan struct{})
	r := newReader()
	var failed atomic.Int64
	r.read = func(_ context.Context, region document.Region) (document.Recognition, error) {
		if failed.Add(1) <= 3 {
			entered <- struct{}{}
			<-release
			return document.Recognition{}, errors.New("down")
		}
		return document.Recognition{Content: "x"}, nil
	}
	p := withCache(&memoryCache{}, "", sheets{1, noisy}, r)
	go close(release)
	first, others := flock(t, p, entered, 4, t.Context())
	if first.Status != document.StatusFailed {
		t.Errorf("the first ended %s", first.Status)
	}
	for _, result := range others {
		if result.Status != document.StatusOK {
			t.Errorf("%s: %+v", result.Status, result.Error)
		}
	}
	if _, pages := readPages(t, p, document.Options{}); !pages[1].Cached {
		t.Error("what they read was not kept")
	}
}

// TestWaitingEndsWithTheContext: a follower does not outlive its own request.
func TestWaitingEndsWithTheContext(t *testing.T) {
	r, entered, release := heldReader()
	p := withCache(&memoryCache{}, "", sheets{1, noisy}, r)
	var leader sync.WaitGroup
	leader.Go(func() { p.Run(t.Context(), source(), document.Options{}, func(document.Event) {}) })
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	result, err := p.Run(ctx, source(), document.Options{}, func(e document.Event) { cancel() })
	if err == nil || result.Status != document.StatusCanceled {
		t.Errorf("%s, %v", result.Status, err)
	}
	close(release)
	leader.Wait()
}

func BenchmarkCachedPage(b *testing.B) {
	for name, img := range map[string]image.Image{
		"gray A4 at 150 dpi":  image.NewGray(image.Rect(0, 0, 1240, 1754)),
		"color A4 at 150 dpi": image.NewRGBA(image.Rect(0, 0, 1240, 1754)),
	} {
		page := func() document.Page {
			return document.Page{Width: img.Bounds().Dx(), Height: img.Bounds().Dy(), Image: img}
		}
		b.Run("hash of "+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pipeline.HashPixels(img)
			}
		})
		b.Run("hit of "+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			r := newReader()
			p := withCache(&memoryCache{}, "", sheets{1, page}, r)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Run(b.Context(), source(), document.Options{}, func(document.Event) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
