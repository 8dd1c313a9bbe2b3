package pipeline_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// byModel leaves it to the engine to find a page's regions.
type byModel struct{ pictureDetector }

func (d byModel) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	_, err := d.pictureDetector.Detect(ctx, page, opts)
	return []document.Region{{Type: document.RegionPage, Label: "page", BBox: document.BBox{0, 0, 100, 200}}}, err
}

func readByModel(t *testing.T, opts document.Options, read func() (document.Recognition, error)) (*document.Result, *document.PageResult) {
	t.Helper()
	engine := &fakeEngine{slots: 2, read: func(_ context.Context, _ *document.Page, region document.Region) (document.Recognition, error) {
		if region.Type != document.RegionPage {
			t.Errorf("asked about a %q", region.Type)
		}
		return read()
	}}
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: byModel{}, Recognizer: engine}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	result, pages, err := collect(t.Context(), p, opts)
	if err != nil {
		t.Fatal(err)
	}
	return result, pages[1]
}

// parts are what an engine found on a page: text, a picture, text.
func parts() []document.Region {
	return []document.Region{
		{Type: document.RegionTitle, Label: "title", Level: 1, BBox: document.BBox{0, 0, 100, 10}, Content: "T", Format: document.FormatText},
		{Type: document.RegionImage, Label: "image", BBox: drawing, Format: document.FormatText},
		{Type: document.RegionText, Label: "text", BBox: document.BBox{0, 60, 100, 90}, Content: "body", Format: document.FormatText},
	}
}

var cutShort = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "cut")

func TestRegionsThatTheEngineFoundTakeThePagesPlace(t *testing.T) {
	usage := document.Usage{Attempts: 2, PromptTokens: 30, CompletionTokens: 7}
	result, page := readByModel(t, document.Options{Images: document.ImagesRef}, func() (document.Recognition, error) {
		return document.Recognition{Content: "# T\n\nbody", Format: document.FormatText, Regions: parts(), Usage: usage}, nil
	})
	if page.Status != document.StatusOK || len(page.Regions) != 3 || page.Text != "T  body" {
		t.Fatalf("%+v", page)
	}
	sum := document.Usage{Pages: 1, Regions: 3}
	for i, r := range page.Regions {
		if want := fmt.Sprintf("p1r%d", i+1); r.ID != want || r.Order != i+1 {
			t.Errorf("region %d is %s, order %d", i, r.ID, r.Order)
		}
		sum.Add(document.Usage{Attempts: r.Attempts, PromptTokens: r.PromptTokens, CompletionTokens: r.CompletionTokens})
	}
	usage.Pages, usage.Regions = 1, 3
	result.Usage.CPUSeconds = 0 // whatever the machine takes
	if sum != usage || result.Usage != usage {
		t.Errorf("regions cost %+v, the document %+v, want %+v", sum, result.Usage, usage)
	}
	picture := page.Regions[1]
	if picture.Status != document.StatusSkipped || picture.Image != "page-1-region-2.png" || len(page.Images[picture.Image]) == 0 {
		t.Errorf("picture %+v, images %d", picture, len(page.Images))
	}
	if s := result.Summary.Regions; s.Total != 3 || s.OK != 2 || s.Skipped != 1 {
		t.Errorf("summary %+v", s)
	}
}

func TestWhatAModelCouldNotFinishIsAccounted(t *testing.T) {
	for name, tc := range map[string]struct {
		read    func() (document.Recognition, error)
		regions int
		status  document.Status // of the page
		last    document.Status // of its last region
	}{
		"cut in text": {func() (document.Recognition, error) {
			return document.Recognition{Regions: parts(), Truncated: cutShort}, nil
		}, 3, document.StatusPartial, document.StatusTruncated},
		"cut after a picture": {func() (document.Recognition, error) {
			return document.Recognition{Regions: parts()[:2], Truncated: cutShort}, nil
		}, 3, document.StatusPartial, document.StatusTruncated},
		"cut before anything": {func() (document.Recognition, error) {
			return document.Recognition{Truncated: cutShort}, nil
		}, 1, document.StatusPartial, document.StatusTruncated},
		"failed": {func() (document.Recognition, error) {
			return document.Recognition{}, errors.New("no")
		}, 1, document.StatusFailed, document.StatusFailed},
		"no parts": {func() (document.Recognition, error) {
			return document.Recognition{Content: "text"}, nil
		}, 1, document.StatusOK, document.StatusOK},
		"blank": {func() (document.Recognition, error) {
			return document.Recognition{}, nil
		}, 1, document.StatusOK, document.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			_, page := readByModel(t, document.Options{}, tc.read)
			if page.Status != tc.status || len(page.Regions) != tc.regions {
				t.Fatalf("status %s, regions %+v", page.Status, page.Regions)
			}
			last := page.Regions[len(page.Regions)-1]
			if last.Status != tc.last || last.Type == document.RegionPage || (last.Error != nil) != (tc.last != document.StatusOK) {
				t.Errorf("last region %+v", last)
			}
		})
	}
}

// mute is an answering engine whose model answers nothing.
type mute struct{ answeringEngine }

func (*mute) Answers() bool { return false }

func TestModelsThatAnswerNothingAreNotAsked(t *testing.T) {
	engine := &mute{answeringEngine{fakeEngine: fakeEngine{slots: 2}}}
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: engine}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	_, pages, err := collect(t.Context(), p, document.Options{Question: &document.Question{Example: "what?"}})
	if err != nil || pages[1].Answer != nil || engine.asked.Load() != 0 {
		t.Errorf("%v: answer %+v after %d questions", err, pages[1].Answer, engine.asked.Load())
	}
}

// late is an engine that finds out which model it has while the first document waits.
type late struct {
	fakeEngine
	profile string
}

func (l *late) Await(context.Context) error {
	l.profile = "known"
	return nil
}

func (l *late) Info() document.Info {
	info := l.fakeEngine.Info()
	if info.Profile = l.profile; l.profile == "" {
		info.Tasks = nil
	}
	return info
}

func TestTasksAreThoseOfTheModelThatIsThere(t *testing.T) {
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: &late{fakeEngine: fakeEngine{slots: 1}}}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	if _, _, err := collect(t.Context(), p, document.Options{Task: document.TaskText}); err != nil {
		t.Error(err)
	}
	_, _, err := collect(t.Context(), p, document.Options{Task: document.TaskFormula})
	if problem, ok := errors.AsType[*document.Problem](err); !ok || problem.Code != document.CodeTaskUnsupported || !strings.Contains(problem.Detail, "(known)") {
		t.Error(err)
	}
}

// TestPagesReadByAnotherModelAreNotKept: the key names the model that was there before.
func TestPagesReadByAnotherModelAreNotKept(t *testing.T) {
	for _, changes := range []bool{true, false} {
		engine := &late{fakeEngine: fakeEngine{slots: 1}}
		engine.read = func(context.Context, *document.Page, document.Region) (document.Recognition, error) {
			if changes {
				engine.profile = "another"
			}
			return document.Recognition{Content: "x"}, nil
		}
		store := &counted{}
		p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: byModel{}, Recognizer: engine}, Text: joined, Markdown: joined, Cache: store,
		}, slog.New(slog.DiscardHandler))
		if _, _, err := collect(t.Context(), p, document.Options{Task: document.TaskText}); err != nil {
			t.Fatal(err)
		}
		if n := store.puts.Load(); (n == 0) != changes {
			t.Errorf("changes %v: %d pages kept", changes, n)
		}
	}
}

// counted is a cache that counts what it is given.
type counted struct{ puts atomic.Int64 }

func (c *counted) Get([sha256.Size]byte) ([]byte, bool) { return nil, false }
func (c *counted) Put([sha256.Size]byte, []byte)        { c.puts.Add(1) }
