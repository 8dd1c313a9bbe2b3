package pipeline_test

import (
	"context"
	"image"
	"log/slog"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// TestFaultsOfAPage wants what could not be drawn in the page's status, and the reason.
func TestFaultsOfAPage(t *testing.T) {
	raster := &fakeRaster{total: 4, faults: map[int][]string{2: {"an image is cut off"}, 3: {"a font could not be loaded"}, 4: {"an image is cut off"}}}
	engine := &fakeEngine{slots: 2}
	engine.read = func(_ context.Context, page *document.Page, region document.Region) (document.Recognition, error) {
		if page.Number == 3 {
			return document.Recognition{}, nil
		}
		if page.Number == 4 && region.Order == 1 {
			return document.Recognition{Content: "cut", Truncated: document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "too long")}, nil
		}
		return document.Recognition{Content: "text"}, nil
	}
	result, pages, err := collect(t.Context(), newPipeline(t, raster, fakeDetector{regions: 2}, engine), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := result.Summary; s.OK != 1 || s.Partial != 2 || s.Failed != 1 || result.Status != document.StatusPartial {
		t.Errorf("status %s, summary %+v", result.Status, s)
	}
	for n, want := range map[int]struct {
		status document.Status
		reason string
	}{1: {document.StatusOK, ""}, 2: {document.StatusPartial, "cut off"}, 3: {document.StatusFailed, "font"}, 4: {document.StatusPartial, "cut off"}} {
		page := pages[n]
		switch {
		case page.Status != want.status:
			t.Errorf("page %d is %s, want %s", n, page.Status, want.status)
		case want.reason == "" && page.Error != nil:
			t.Errorf("page %d: %v", n, page.Error)
		case want.reason != "" && (page.Error == nil || page.Error.Code != document.CodePageIncomplete || !strings.Contains(page.Error.Detail, want.reason)):
			t.Errorf("page %d: %v, want a reason with %q", n, page.Error, want.reason)
		}
	}
}

// TestFaultsAreNotCached has a whole page and a faulty one look the same.
func TestFaultsAreNotCached(t *testing.T) {
	faulty := false
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: sheets{total: 1, page: func() document.Page {
			page := document.Page{Width: 1, Height: 1, Image: image.NewGray(image.Rect(0, 0, 1, 1))}
			if faulty {
				page.Faults = []string{"an image is cut off"}
			}
			return page
		}},
		Main: pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: &fakeEngine{slots: 1}},
		Text: joined, Markdown: joined, Cache: new(memoryCache),
	}, slog.New(slog.DiscardHandler))
	for _, want := range []document.Status{document.StatusOK, document.StatusPartial, document.StatusOK} {
		faulty = want == document.StatusPartial
		_, pages, err := collect(t.Context(), p, document.Options{})
		if err != nil || pages[1].Status != want {
			t.Errorf("page %+v, %v, want %s", pages[1], err, want)
		}
	}
	if hits, _ := p.CacheCounts(); hits != 2 {
		t.Errorf("%d pages came from the cache, want 2", hits)
	}
}
