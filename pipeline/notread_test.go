package pipeline_test

import (
	"context"
	"testing"

	"ocr-gateway/document"
)

// TestWhatIsNotReadIsNamed wants a region that was left out with its reason, on a page
// that is complete otherwise.
func TestWhatIsNotReadIsNamed(t *testing.T) {
	engine := &fakeEngine{slots: 2}
	engine.read = func(_ context.Context, _ *document.Page, region document.Region) (document.Recognition, error) {
		if region.Order == 2 {
			return document.Recognition{Skipped: document.Problemf(document.CodeNotRead, document.PhaseRecognize, "a part of a picture")}, nil
		}
		return document.Recognition{Content: "text"}, nil
	}
	result, pages, err := collect(t.Context(), newPipeline(t, &fakeRaster{total: 1}, fakeDetector{regions: 2}, engine), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := pages[1].Regions[1]
	if r.Status != document.StatusSkipped || r.Error == nil || r.Error.Code != document.CodeNotRead || pages[1].Status != document.StatusOK {
		t.Errorf("region %s (%v), page %s", r.Status, r.Error, pages[1].Status)
	}
	if s := result.Summary.Regions; s.OK != 1 || s.Skipped != 1 {
		t.Errorf("summary %+v", s)
	}
}

func TestWhatIsNotReadIsKept(t *testing.T) {
	store := &memoryCache{}
	for i := range 2 {
		r := newReader()
		r.read = func(_ context.Context, region document.Region) (document.Recognition, error) {
			return document.Recognition{Skipped: document.Problemf(document.CodeNotRead, document.PhaseRecognize, "a part of a picture")}, nil
		}
		_, pages := readPages(t, withCache(store, "", sheets{1, noisy}, r), document.Options{})
		if pages[1].Cached != (i == 1) {
			t.Errorf("read %d: cached %v", i+1, pages[1].Cached)
		}
		for _, region := range pages[1].Regions {
			if region.Type != document.RegionImage && (region.Error == nil || region.Error.Code != document.CodeNotRead) {
				t.Errorf("read %d: %s has lost its reason", i+1, region.ID)
			}
		}
	}
}
