package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// TestAttemptsAreAccounted: what a region cost stands in it and in the document's
// usage, also when it was not read.
func TestAttemptsAreAccounted(t *testing.T) {
	engine := &fakeEngine{slots: 2}
	engine.read = func(_ context.Context, _ *document.Page, region document.Region) (document.Recognition, error) {
		switch region.ID {
		case "p1r1":
			return document.Recognition{Content: "a", Usage: document.Usage{Attempts: 3, PromptTokens: 30, CompletionTokens: 5}}, nil
		case "p1r2":
			return document.Recognition{Usage: document.Usage{Attempts: 5, PromptTokens: 20}}, errors.New("all failed")
		}
		return document.Recognition{Content: "c"}, nil // by an engine that asks no server
	}
	res, pages, err := collect(t.Context(), newPipeline(t, &fakeRaster{total: 1}, fakeDetector{regions: 3}, engine), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][3]int{{3, 30, 5}, {5, 20, 0}, {}} {
		r := pages[1].Regions[i]
		if got := [3]int{r.Attempts, r.PromptTokens, r.CompletionTokens}; got != want {
			t.Errorf("region %s: %v, want %v", r.ID, got, want)
		}
	}
	res.Usage.CPUSeconds = 0 // whatever the machine takes
	if want := (document.Usage{Pages: 1, Regions: 3, Attempts: 8, PromptTokens: 50, CompletionTokens: 5}); res.Usage != want {
		t.Errorf("usage %+v, want %+v", res.Usage, want)
	}
}

// promptedEngine takes every prompt but "no".
type promptedEngine struct{ fakeEngine }

func (p *promptedEngine) CheckPrompt(prompt string) error {
	if prompt == "no" {
		return document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, "not this one")
	}
	return nil
}

func TestPromptsGoToEnginesThatTakeThem(t *testing.T) {
	with := func(engine pipeline.Recognizer, fallback *pipeline.Backend) *pipeline.Pipeline {
		return pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: &fakeRaster{total: 1}, Main: pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: engine}, Fallback: fallback,
			Text: joined, Markdown: joined,
		}, slog.New(slog.DiscardHandler))
	}
	code := func(p *pipeline.Pipeline, prompt string) document.Code {
		_, _, err := collect(t.Context(), p, document.Options{Prompt: prompt})
		var problem *document.Problem
		errors.As(err, &problem)
		if problem == nil {
			return ""
		}
		return problem.Code
	}
	prompted := &promptedEngine{fakeEngine{slots: 1}}
	plain := &fakeEngine{slots: 1}
	for _, c := range []struct {
		engine pipeline.Recognizer
		prompt string
		want   document.Code
	}{
		{prompted, "What is this?", ""},
		{prompted, "no", document.CodeInvalidRequest},
		{plain, "What is this?", document.CodeTaskUnsupported},
		{plain, "", ""},
	} {
		if got := code(with(c.engine, nil), c.prompt); got != c.want {
			t.Errorf("%T, prompt %q: %q, want %q", c.engine, c.prompt, got, c.want)
		}
	}

	// An engine that takes no prompt is no stand-in for one that does.
	down := &downEngine{promptedEngine{fakeEngine{slots: 1}}}
	p := with(down, &pipeline.Backend{Detector: fakeDetector{regions: 1}, Recognizer: named{plain, "spare"}})
	for prompt, want := range map[string]string{"": "spare", "What is this?": "fake"} {
		if res, _, err := collect(t.Context(), p, document.Options{Prompt: prompt}); err != nil || res.Engine != want {
			t.Errorf("prompt %q: engine %q, %v; want %q", prompt, res.Engine, err, want)
		}
	}
}

// downEngine has no server that is ready.
type downEngine struct{ promptedEngine }

func (*downEngine) Ready() bool { return false }
