package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRaster yields total pages; those in broken fail. It counts pages that were
// handed out and not released.
type fakeRaster struct {
	total   int
	broken  []int
	faults  map[int][]string // of pages
	fatalAt int              // page at which the whole document breaks; 0 never
	openErr error
	held    atomic.Int64
	most    atomic.Int64
	yielded atomic.Int64
}

func (f *fakeRaster) Open(ctx context.Context, _ *document.Source, opts document.Options) (*document.Pages, error) {
	if f.openErr != nil {
		return nil, f.openErr
	}
	numbers, notice, err := opts.Pages.Resolve(f.total)
	if err != nil {
		return nil, err
	}
	return &document.Pages{Total: f.total, Numbers: numbers, Notice: notice, Seq: f.seq(ctx, numbers), Close: func() {}}, nil
}

func (f *fakeRaster) seq(ctx context.Context, numbers []int) iter.Seq2[*document.Page, error] {
	return func(yield func(*document.Page, error) bool) {
		for _, n := range numbers {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if n == f.fatalAt {
				yield(nil, errors.New("the file ends here"))
				return
			}
			f.yielded.Add(1)
			if slices.Contains(f.broken, n) {
				if !yield(&document.Page{Number: n}, document.Problemf(document.CodePageFailed, document.PhaseRaster, "page is damaged")) {
					return
				}
				continue
			}
			held := f.held.Add(1)
			for most := f.most.Load(); held > most && !f.most.CompareAndSwap(most, held); most = f.most.Load() {
			}
			page := &document.Page{Number: n, Width: 100, Height: 100, Faults: f.faults[n], Image: image.NewGray(image.Rect(0, 0, 1, 1)), Free: f.free()}
			if !yield(page, nil) {
				return
			}
		}
	}
}

// free counts a page as gone when it gives back all but a rest.
func (f *fakeRaster) free() func(rest int64) {
	var once sync.Once
	return func(int64) { once.Do(func() { f.held.Add(-1) }) }
}

// fakeDetector gives every page the same number of regions.
type fakeDetector struct {
	regions int
	err     func(page int) error
}

func (f fakeDetector) Detect(_ context.Context, page *document.Page, _ document.Options) ([]document.Region, error) {
	if f.err != nil {
		if err := f.err(page.Number); err != nil {
			return nil, err
		}
	}
	return make([]document.Region, f.regions), nil
}
func (fakeDetector) Info() document.Info { return document.Info{Name: "fake-layout"} }

// fakeEngine answers with the region's id, or as read says.
type fakeEngine struct {
	slots int
	read  func(ctx context.Context, page *document.Page, region document.Region) (document.Recognition, error)
	busy  atomic.Int64
	most  atomic.Int64
}

func (f *fakeEngine) Recognize(ctx context.Context, page *document.Page, region document.Region, _ document.Options) (document.Recognition, error) {
	busy := f.busy.Add(1)
	defer f.busy.Add(-1)
	for most := f.most.Load(); busy > most && !f.most.CompareAndSwap(most, busy); most = f.most.Load() {
	}
	if page.Image == nil {
		return document.Recognition{}, errors.New("the page was released too early")
	}
	if f.read != nil {
		return f.read(ctx, page, region)
	}
	return document.Recognition{Content: region.ID, Format: document.FormatText}, nil
}
func (f *fakeEngine) Slots() int { return f.slots }
func (f *fakeEngine) Info() document.Info {
	return document.Info{Name: "fake", Model: "fake-1", Tasks: []document.Task{document.TaskText, document.TaskDocument}}
}

func joined(page *document.PageResult, _ document.Options) string {
	var parts []string
	for _, r := range page.Regions {
		parts = append(parts, r.Content)
	}
	return strings.Join(parts, " ")
}

func newPipeline(t *testing.T, raster *fakeRaster, detector fakeDetector, engine *fakeEngine) *pipeline.Pipeline {
	t.Helper()
	cfg := pipeline.DefaultConfig()
	return pipeline.New(cfg, pipeline.Parts{
		Raster: raster, Main: pipeline.Backend{Detector: detector, Recognizer: engine}, Text: joined, Markdown: joined,
	},
		slog.New(slog.DiscardHandler))
}

func source() *document.Source { return document.NewSource("a.pdf", nil) }

// collect runs a document and gives its pages by number beside the result.
func collect(ctx context.Context, p *pipeline.Pipeline, opts document.Options) (*document.Result, map[int]*document.PageResult, error) {
	pages := map[int]*document.PageResult{}
	result, err := p.Run(ctx, source(), opts, func(e document.Event) {
		if e.Page != nil {
			pages[e.Page.Number] = e.Page
		}
	})
	return result, pages, err
}

func TestEveryPageAndRegionIsAccounted(t *testing.T) {
	raster := &fakeRaster{total: 50, broken: []int{3, 50}}
	engine := &fakeEngine{slots: 8}
	engine.read = func(_ context.Context, page *document.Page, region document.Region) (document.Recognition, error) {
		switch {
		case page.Number == 7:
			return document.Recognition{}, errors.New("model down")
		case page.Number == 9 && region.Order == 2:
			panic("a defect")
		case page.Number == 11 && region.Order == 1:
			return document.Recognition{Content: "cut", Truncated: document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "too long")}, nil
		}
		return document.Recognition{Content: region.ID, Usage: document.Usage{PromptTokens: 10}}, nil
	}
	result, pages, err := collect(t.Context(), newPipeline(t, raster, fakeDetector{regions: 4}, engine), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := document.Summary{
		Total: 50, Pages: 50, OK: 45, Partial: 2, Failed: 3,
		Regions: document.RegionSummary{Total: 48 * 4, OK: 48*4 - 4 - 1 - 1, Failed: 5, Truncated: 1},
	}
	if result.Summary != want {
		t.Errorf("summary %+v\nwant    %+v", result.Summary, want)
	}
	if result.Status != document.StatusPartial || len(pages) != 50 {
		t.Errorf("status %s, %d pages", result.Status, len(pages))
	}
	if got := pages[5].Text; got != "p5r1 p5r2 p5r3 p5r4" {
		t.Errorf("page 5 reads %q", got)
	}
	if p := pages[9]; p.Status != document.StatusPartial || p.Regions[1].Error.Code != document.CodeEngineFailed || strings.Contains(p.Regions[1].Error.Detail, "defect") {
		t.Errorf("page 9 after a panic in the engine: %s, %+v", p.Status, p.Regions[1].Error)
	}
	if result.Usage.PromptTokens != 10*(48*4-4-1-1) || result.Usage.Pages != 50 {
		t.Errorf("usage %+v", result.Usage)
	}
	if held := raster.held.Load(); held != 0 {
		t.Errorf("%d pages never released", held)
	}
}

// TestPagesHaveATimeForEachPhase that they went through.
func TestPagesHaveATimeForEachPhase(t *testing.T) {
	raster := sheets{1, noisy}
	r := newReader()
	_, pages := readPages(t, withCache(nil, "", raster, r), document.Options{})
	timings := pages[1].Timings
	if phases := slices.Sorted(maps.Keys(timings)); !slices.Equal(phases, []string{"layout", "raster", "recognize"}) || timings["raster"] != 7 {
		t.Errorf("timings %v", timings)
	}
	_, pages, _ = collect(t.Context(), newPipeline(t, &fakeRaster{total: 2, broken: []int{2}}, fakeDetector{regions: 1}, &fakeEngine{slots: 1}), document.Options{})
	if len(pages[2].Timings) != 0 {
		t.Errorf("timings %v of a page that was not rendered", pages[2].Timings)
	}
}

func TestDocumentStatus(t *testing.T) {
	layoutDown := func(int) error { return errors.New("no layout") }
	for name, tc := range map[string]struct {
		raster   *fakeRaster
		detector fakeDetector
		status   document.Status
		code     document.Code // of Result.Error
		says     string
	}{
		"empty page":       {raster: &fakeRaster{total: 1}, status: document.StatusOK},
		"damaged":          {raster: &fakeRaster{total: 2, broken: []int{1, 2}}, status: document.StatusFailed, code: document.CodeUnreadable, says: "page 1: page is damaged"},
		"layout down":      {raster: &fakeRaster{total: 2}, detector: fakeDetector{err: layoutDown}, status: document.StatusFailed, code: document.CodeAllPagesFailed, says: "layout detection failed"},
		"damaged and down": {raster: &fakeRaster{total: 2, broken: []int{1}}, detector: fakeDetector{err: layoutDown}, status: document.StatusFailed, code: document.CodeAllPagesFailed, says: "page 2: layout"},
		"half damaged":     {raster: &fakeRaster{total: 2, broken: []int{1}}, status: document.StatusPartial},
	} {
		t.Run(name, func(t *testing.T) {
			result, _, err := collect(t.Context(), newPipeline(t, tc.raster, tc.detector, &fakeEngine{slots: 1}), document.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if result.Status != tc.status {
				t.Errorf("status %s, want %s", result.Status, tc.status)
			}
			if (result.Error == nil) != (tc.code == "") || result.Error != nil && (result.Error.Code != tc.code || !strings.Contains(result.Error.Detail, tc.says)) {
				t.Errorf("error %v, want %s saying %q", result.Error, tc.code, tc.says)
			}
		})
	}
}

func TestDocumentThatCannotBeOpened(t *testing.T) {
	for name, tc := range map[string]struct {
		raster *fakeRaster
		opts   document.Options
		code   document.Code
	}{
		"problem":    {&fakeRaster{openErr: document.Problemf(document.CodePasswordRequired, document.PhaseRaster, "locked")}, document.Options{}, document.CodePasswordRequired},
		"other":      {&fakeRaster{openErr: errors.New("disk")}, document.Options{}, document.CodeInternal},
		"task":       {&fakeRaster{total: 1}, document.Options{Task: document.TaskFormula}, document.CodeTaskUnsupported},
		"mid-stream": {&fakeRaster{total: 9, fatalAt: 4}, document.Options{}, document.CodeInternal},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := collect(t.Context(), newPipeline(t, tc.raster, fakeDetector{regions: 1}, &fakeEngine{slots: 1}), tc.opts)
			var p *document.Problem
			if !errors.As(err, &p) || p.Code != tc.code {
				t.Errorf("%v, want a %s problem", err, tc.code)
			}
		})
	}
}

func TestEngineSlotsAndPagesAheadAreBounds(t *testing.T) {
	raster := &fakeRaster{total: 100}
	engine := &fakeEngine{slots: 3}
	p := newPipeline(t, raster, fakeDetector{regions: 5}, engine)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if result, _, err := collect(t.Context(), p, document.Options{}); err != nil || result.Summary.OK != 100 {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
	wg.Wait()
	if most := engine.most.Load(); most > 3 {
		t.Errorf("%d regions at the engine at once, 3 slots", most)
	}
	// Each run holds the pages in work and one that waits for the window.
	if most, bound := raster.most.Load(), int64(4*(3+1)); most > bound {
		t.Errorf("%d pages held at once, want at most %d", most, bound)
	}
}

func TestSlowReaderHoldsOnlyItsOwnDocument(t *testing.T) {
	raster := &fakeRaster{total: 200}
	p := newPipeline(t, raster, fakeDetector{regions: 2}, &fakeEngine{slots: 2})
	reading, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := p.Run(t.Context(), source(), document.Options{}, func(e document.Event) {
			if e.Page != nil {
				once.Do(func() { close(reading) })
				<-release
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-reading
	one, err := document.ParsePageRange("1")
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // others pass while the first reader stands still
		if result, _, err := collect(t.Context(), p, document.Options{Pages: one}); err != nil || result.Status != document.StatusOK {
			t.Fatalf("%+v, %v", result, err)
		}
	}
	if n := raster.yielded.Load(); n > 20+12 {
		t.Errorf("%d pages rendered for a reader who took one", n-20)
	}
	close(release)
	wg.Wait()
}

func TestCancelReachesTheEngineAndAccounts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	raster := &fakeRaster{total: 30}
	engine := &fakeEngine{slots: 2}
	engine.read = func(ctx context.Context, page *document.Page, _ document.Region) (document.Recognition, error) {
		if page.Number < 5 {
			return document.Recognition{}, nil
		}
		cancel()
		<-ctx.Done()
		return document.Recognition{}, ctx.Err()
	}
	result, pages, err := collect(ctx, newPipeline(t, raster, fakeDetector{regions: 1}, engine), document.Options{})
	var p *document.Problem
	if !errors.As(err, &p) || p.Code != document.CodeCanceled {
		t.Fatalf("%v, want %s", err, document.CodeCanceled)
	}
	s := result.Summary
	if result.Status != document.StatusCanceled || s.OK != len(pages) || s.OK+s.Canceled != 30 || s.Failed != 0 {
		t.Errorf("%s %+v with %d pages emitted", result.Status, s, len(pages))
	}
	if held := raster.held.Load(); held != 0 {
		t.Errorf("%d pages never released", held)
	}
}

// unready is an engine whose servers are down until it is told otherwise.
type unready struct {
	*fakeEngine
	ready atomic.Bool
}

func (u *unready) Ready() bool { return u.ready.Load() }

func TestFallbackReadsWhileTheMainEngineIsDown(t *testing.T) {
	main := &unready{fakeEngine: &fakeEngine{slots: 1}}
	main.read = func(context.Context, *document.Page, document.Region) (document.Recognition, error) {
		if !main.Ready() {
			return document.Recognition{}, errors.New("asked although down")
		}
		return document.Recognition{Content: "main"}, nil
	}
	spare := &fakeEngine{slots: 1}
	spare.read = func(_ context.Context, page *document.Page, _ document.Region) (document.Recognition, error) {
		main.ready.Store(page.Number == 2) // the servers come back after page 2
		return document.Recognition{Content: "spare"}, nil
	}
	cfg := pipeline.DefaultConfig()
	cfg.PagesAhead = 1
	p := pipeline.New(cfg, pipeline.Parts{
		Raster:   &fakeRaster{total: 4},
		Main:     pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: main},
		Fallback: &pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: named{spare, "spare"}},
		Text:     joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	result, pages, err := collect(t.Context(), p, document.Options{})
	if err != nil || result.Status != document.StatusOK {
		t.Fatalf("%+v, %v", result, err)
	}
	if result.Engine != "mixed" || result.Layout != "fake-layout" {
		t.Errorf("the result names engine %q and layout %q", result.Engine, result.Layout)
	}
	for n, want := range map[int]string{1: "spare", 2: "spare", 3: "main", 4: "main"} {
		engine := map[string]string{"spare": "spare", "main": "fake"}[want]
		if got := pages[n]; got.Text != want || got.Engine != engine {
			t.Errorf("page %d: %q by %q, want %q by %q", n, got.Text, got.Engine, want, engine)
		}
	}
}

// named is an engine under another name.
type named struct {
	*fakeEngine
	name string
}

func (n named) Info() document.Info {
	info := n.fakeEngine.Info()
	info.Name = n.name
	return info
}

// orderedDetector notes which page is looked at after which regions were read.
type orderedDetector struct {
	fakeDetector
	note func(string)
}

func (o orderedDetector) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	o.note(fmt.Sprint("look at ", page.Number))
	return o.fakeDetector.Detect(ctx, page, opts)
}

// stepsOn are the steps in which three pages of two regions are read by an engine with so many
// slots, on the processors that also look at the pages.
func stepsOn(t *testing.T, slots int, opts document.Options) (steps []string) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		note := func(s string) {
			time.Sleep(time.Second) // of the bubble: every step takes its time
			mu.Lock()
			defer mu.Unlock()
			steps = append(steps, s)
		}
		engine := &fakeEngine{slots: slots}
		engine.read = func(_ context.Context, page *document.Page, region document.Region) (document.Recognition, error) {
			note("read " + region.ID)
			return document.Recognition{}, nil
		}
		p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: &fakeRaster{total: 3},
			Main: pipeline.Backend{
				Detector: orderedDetector{fakeDetector{regions: 2}, note}, Recognizer: engine, Shared: true,
			},
			Text: joined, Markdown: joined,
		}, slog.New(slog.DiscardHandler))
		if _, err := p.Run(t.Context(), source(), opts, func(document.Event) {}); err != nil {
			t.Fatal(err)
		}
	})
	return steps
}

func TestSharedProcessorsFinishAPageBeforeTheNext(t *testing.T) {
	steps := stepsOn(t, 1, document.Options{Batch: true})
	// Whichever page came first, page 1 is read to its end once it is there.
	at := slices.Index(steps, "look at 1")
	if at < 0 || !slices.Equal(steps[at:at+3], []string{"look at 1", "read p1r1", "read p1r2"}) {
		t.Errorf("another page came between: %v", steps)
	}
}

// TestFirstPageHasTheSharedProcessors has no other page of a document looked at while somebody
// waits to see its first one.
func TestFirstPageHasTheSharedProcessors(t *testing.T) {
	for range 10 {
		steps := stepsOn(t, 3, document.Options{})
		first := slices.Sorted(slices.Values(steps[:3]))
		if !slices.Equal(first, []string{"look at 1", "read p1r1", "read p1r2"}) || len(steps) != 9 {
			t.Fatalf("another page came between: %v", steps)
		}
	}
}

// TestPagesForgetWhatTheyWereReadBy: where each character was seen would be most of a long document's memory.
func TestPagesForgetWhatTheyWereReadBy(t *testing.T) {
	engine := &fakeEngine{slots: 1, read: func(context.Context, *document.Page, document.Region) (document.Recognition, error) {
		line := document.Line{Text: "a", Claim: "a", Marks: []document.Mark{{Text: "a", To: 1}}}
		return document.Recognition{Content: "a", Format: document.FormatText, Lines: []document.Line{line}}, nil
	}}
	_, pages, err := collect(t.Context(), newPipeline(t, &fakeRaster{total: 1}, fakeDetector{regions: 1}, engine), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l := pages[1].Regions[0].Lines; len(l) != 1 || l[0].Text != "a" || l[0].Marks != nil || l[0].Claim != "" {
		t.Errorf("lines %+v, want the text alone", l)
	}
}
