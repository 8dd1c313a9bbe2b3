package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// answeringEngine also answers questions; how, by page.
type answeringEngine struct {
	fakeEngine
	asked  atomic.Int64
	answer func(page int) (document.Recognition, error)
}

func (a *answeringEngine) Answers() bool { return true }

func (a *answeringEngine) PrepareAnswer(_ context.Context, page *document.Page, q document.Question) (document.Prepared, error) {
	a.asked.Add(1)
	if page.Image == nil || q.Example == "" {
		return document.Prepared{}, errors.New("the page was released too early, or the question is lost")
	}
	return document.Prepared{Read: func(context.Context) (document.Recognition, error) { return a.answer(page.Number) }}, nil
}

func TestQuestionIsAnsweredForEveryPage(t *testing.T) {
	engine := &answeringEngine{fakeEngine: fakeEngine{slots: 2}}
	engine.answer = func(page int) (document.Recognition, error) {
		switch page {
		case 3:
			return document.Recognition{}, document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "refused")
		case 4:
			panic("a defect")
		case 5:
			return document.Recognition{Content: "half", Truncated: document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "cut")}, nil
		}
		return document.Recognition{Content: fmt.Sprint("answer ", page), Usage: document.Usage{PromptTokens: 10, CompletionTokens: 1}}, nil
	}
	raster := &fakeRaster{total: 6, broken: []int{2}}
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: raster, Main: pipeline.Backend{Detector: fakeDetector{regions: 3}, Recognizer: engine}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))

	answers := map[int]*document.Answer{}
	opts := document.Options{Question: &document.Question{Example: "what?"}}
	res, err := p.Run(t.Context(), document.NewSource("a", nil), opts, func(e document.Event) {
		if e.Page != nil {
			answers[e.Page.Number] = e.Page.Answer
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 6} {
		if a := answers[n]; a == nil || a.Error != nil || a.Text != fmt.Sprint("answer ", n) {
			t.Errorf("page %d: %+v", n, a)
		}
	}
	if answers[2] != nil {
		t.Errorf("a page without an image was asked about: %+v", answers[2])
	}
	if a := answers[3]; a == nil || a.Error == nil || a.Error.Detail != "refused" || a.Text != "" {
		t.Errorf("page 3: %+v", a)
	}
	if a := answers[4]; a == nil || a.Error == nil || strings.Contains(a.Error.Detail, "defect") {
		t.Errorf("page 4: %+v", a)
	}
	if a := answers[5]; a == nil || a.Error == nil || a.Text != "half" {
		t.Errorf("page 5: %+v", a)
	}
	if res.Usage.PromptTokens != 20 || res.Usage.Regions != 15 {
		t.Errorf("usage %+v", res.Usage)
	}
	if held := raster.held.Load(); held != 0 {
		t.Errorf("%d pages were not released", held)
	}
}

func TestNoQuestionIsNotAnswered(t *testing.T) {
	engine := &answeringEngine{fakeEngine: fakeEngine{slots: 2}}
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: engine}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	if _, err := p.Run(t.Context(), document.NewSource("a", nil), document.Options{}, func(document.Event) {}); err != nil {
		t.Fatal(err)
	}
	if n := engine.asked.Load(); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

func TestEnginesThatCannotAnswerAreNotAsked(t *testing.T) {
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: &fakeEngine{slots: 1}}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	opts := document.Options{Question: &document.Question{Example: "what?"}}
	_, err := p.Run(t.Context(), document.NewSource("a", nil), opts, func(e document.Event) {
		if e.Page != nil && e.Page.Answer != nil {
			t.Errorf("answer %+v", e.Page.Answer)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
