package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// TestWordsAreGroundedOnRequest: the page is looked at while it is read, and a look that fails
// costs the words alone.
func TestWordsAreGroundedOnRequest(t *testing.T) {
	backend := pipeline.Backend{
		Detector: fakeDetector{regions: 2}, Recognizer: &fakeEngine{slots: 2},
		See: func(_ context.Context, page *document.Page) ([]document.WordBox, error) {
			switch {
			case page.Image == nil:
				t.Error("the page was released too early")
			case page.Number == 2:
				return nil, errors.New("no eyes")
			case page.Number == 3:
				panic("a defect")
			}
			return []document.WordBox{{Text: "seen"}}, nil
		},
		Ground: func(regions []document.Region, seen []document.WordBox) {
			for i := range regions {
				regions[i].Words = seen
			}
		},
	}
	for boxes, words := range map[document.Boxes][]int{document.BoxesWord: {2, 0, 0}, document.BoxesLine: {0, 0, 0}, "": {0, 0, 0}} {
		p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: &fakeRaster{total: 3}, Main: backend, Text: joined, Markdown: joined,
		}, slog.New(slog.DiscardHandler))
		res, pages, err := collect(t.Context(), p, document.Options{Boxes: boxes})
		if err != nil || res.Status != document.StatusOK {
			t.Fatalf("%s: %v, %+v", boxes, err, res)
		}
		for number, page := range pages {
			n := 0
			for _, r := range page.Regions {
				n += len(r.Words)
			}
			if n != words[number-1] {
				t.Errorf("boxes=%s: page %d has %d words, want %d", boxes, number, n, words[number-1])
			}
		}
	}
}

// TestNobodyLooksForWordsThatAreThere: a page of which the document tells all words is not looked at.
func TestNobodyLooksForWordsThatAreThere(t *testing.T) {
	var looks atomic.Int32
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: sheets{3, drawn}, Text: joined, Markdown: joined, Ledger: func([]string) pipeline.Ledger { return knowing{} },
		Main: pipeline.Backend{
			Detector: corner{}, Recognizer: &fakeEngine{slots: 1},
			Prose: func(page *document.Page, region *document.Region, _ []document.LayerLine, opts document.Options) {
				if region.Content = "own"; page.Number > 1 && opts.Boxes == document.BoxesWord {
					region.Words = []document.WordBox{{Text: "own"}}
				}
			},
			See: func(context.Context, *document.Page) ([]document.WordBox, error) {
				looks.Add(1)
				return nil, nil
			},
			Ground: func([]document.Region, []document.WordBox) {},
		},
	}, slog.New(slog.DiscardHandler))
	_, pages, err := collect(t.Context(), p, document.Options{Boxes: document.BoxesWord, TextLayer: document.TextLayerVerified})
	if err != nil || len(pages) != 3 || pages[3].Regions[0].Content != "own" {
		t.Fatalf("%v, %+v", err, pages)
	}
	if n := looks.Load(); n != 1 {
		t.Errorf("%d pages were looked at", n)
	}
}

// corner is a layout of one text in the corner of a page.
type corner struct{}

func (corner) Info() document.Info { return document.Info{} }
func (corner) Detect(context.Context, *document.Page, document.Options) ([]document.Region, error) {
	return []document.Region{{Type: document.RegionText, BBox: document.BBox{0, 0, 10, 10}}}, nil
}

// knowing is a ledger that believes all text.
type knowing struct{ pipeline.Ledger }

func (knowing) State() (state [32]byte)             { return state }
func (knowing) Learn([]byte) error                  { return nil }
func (k knowing) Look(*document.Page) pipeline.View { return believing{} }

type believing struct{}

func (believing) Lessons([]string) []byte { return nil }
func (believing) Passages(boxes []document.BBox) []document.Passage {
	all := make([]document.Passage, len(boxes))
	for i := range all {
		all[i] = document.Passage{Believed: true, Clear: true}
	}
	return all
}

// TestPagesWithoutTheirWordsAreNotKept: the cache would never have them looked for again.
func TestPagesWithoutTheirWordsAreNotKept(t *testing.T) {
	looks := 0
	backend := pipeline.Backend{
		Detector: fakeDetector{regions: 1}, Recognizer: &fakeEngine{slots: 1},
		See: func(context.Context, *document.Page) ([]document.WordBox, error) {
			if looks++; looks == 1 {
				return nil, errors.New("no models")
			}
			return []document.WordBox{{Text: "seen"}}, nil
		},
		Ground: func(regions []document.Region, seen []document.WordBox) { regions[0].Words = seen },
	}
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{total: 1}, Main: backend, Text: joined, Markdown: joined, Cache: new(memoryCache),
	}, slog.New(slog.DiscardHandler))
	for try, want := range []struct {
		words  int
		cached bool
	}{{0, false}, {1, false}, {1, true}} {
		_, pages, err := collect(t.Context(), p, document.Options{Boxes: document.BoxesWord})
		if err != nil {
			t.Fatal(err)
		}
		if page := pages[1]; len(page.Regions[0].Words) != want.words || page.Cached != want.cached {
			t.Errorf("try %d: words %+v, cached %v", try, page.Regions[0].Words, page.Cached)
		}
	}
}

// TestBoxesOfRegionsAlone leaves lines out.
func TestBoxesOfRegionsAlone(t *testing.T) {
	for boxes, lines := range map[document.Boxes]int{document.BoxesRegion: 0, "": 1} {
		p := newPipeline(t, &fakeRaster{total: 1}, fakeDetector{regions: 1}, &fakeEngine{slots: 1, read: func(context.Context, *document.Page, document.Region) (document.Recognition, error) {
			return document.Recognition{Content: "line", Lines: []document.Line{{Text: "line"}}}, nil
		}})
		_, pages, err := collect(t.Context(), p, document.Options{Boxes: boxes})
		if err != nil || len(pages[1].Regions[0].Lines) != lines {
			t.Errorf("boxes=%s: %v, %+v", boxes, err, pages[1])
		}
	}
}
