package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/share"
	"ocr-gateway/pipeline"
)

// begins has its first page begin, and breaks before it comes.
type begins struct{}

func (begins) Open(ctx context.Context, _ *document.Source, _ document.Options) (*document.Pages, error) {
	pages := &document.Pages{Total: 2, Numbers: []int{1, 2}, Close: func() {}}
	pages.Seq = func(yield func(*document.Page, error) bool) {
		yield(nil, errors.Join(pages.Begin(ctx, 1), errors.New("the file ends here")))
	}
	return pages, nil
}

// TestPagesThatEndedHaveNoPart of the processor time, however they did: else all others would be
// told too little from then on.
func TestPagesThatEndedHaveNoPart(t *testing.T) {
	var leave context.CancelFunc
	reads := func(read func(ctx context.Context, page int) error) *fakeEngine {
		return &fakeEngine{slots: 2, read: func(ctx context.Context, page *document.Page, _ document.Region) (document.Recognition, error) {
			return document.Recognition{}, read(ctx, page.Number)
		}}
	}
	for name, c := range map[string]struct {
		raster pipeline.Rasterizer
		layout func(page int) error
		engine *fakeEngine
	}{
		"damaged pages":           {&fakeRaster{total: 5, broken: []int{3, 5}}, nil, &fakeEngine{slots: 2}},
		"a document that breaks":  {&fakeRaster{total: 5, fatalAt: 4}, nil, &fakeEngine{slots: 2}},
		"a page that never comes": {begins{}, nil, &fakeEngine{slots: 2}},
		"layout that fails":       {&fakeRaster{total: 2}, func(int) error { return errors.New("no layout") }, &fakeEngine{slots: 2}},
		"a defect in the layout":  {&fakeRaster{total: 2}, func(int) error { panic("a defect") }, &fakeEngine{slots: 2}},
		"a defect in the engine":  {&fakeRaster{total: 2}, nil, reads(func(context.Context, int) error { panic("a defect") })},
		"a client that leaves":    {&fakeRaster{total: 9}, nil, reads(func(ctx context.Context, _ int) error { leave(); return ctx.Err() })},
	} {
		p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
			Raster: c.raster, Main: pipeline.Backend{Detector: fakeDetector{regions: 3, err: c.layout}, Recognizer: c.engine}, Text: joined, Markdown: joined,
		}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		leave = cancel
		_, _, _ = collect(ctx, p, document.Options{})
		cancel()
		before := p.Unused()
		for begun := share.CPU(); share.CPU() < begun+0.01; {
		}
		if p.Unused() == before {
			t.Errorf("%s: a page goes on having a part", name)
		}
	}
}
