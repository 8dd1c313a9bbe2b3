package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
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
