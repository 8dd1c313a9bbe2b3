package app

import (
	"context"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/pipeline"
	"ocr-gateway/pipeline/preview"
	"ocr-gateway/raster"
)

// previewBudget is how many bytes of pixels pictures of pages may take: four of the widest, in
// color, on A4.
const previewBudget = 128 << 20

// drawFunc draws a page for people to look at: see preview.Previews.
type drawFunc = func(ctx context.Context, src *document.Source, opts document.Options, page document.PageResult, width int) (mediaType string, picture []byte, err error)

// openPreviews has the pages of jobs drawn for people. The children are others than those of
// the pipeline: whoever looks at a page does not wait until long documents leave one free,
// and does not take one from them.
func (a *App) openPreviews(kept *jobs.Jobs) (drawFunc, error) {
	if kept == nil {
		return nil, nil
	}
	cfg := a.cfg.Raster
	cfg.Workers, cfg.MaxChildren, cfg.Spares, cfg.Words = 1, 2, 1, false
	rasterizer, err := raster.New(cfg, pipeline.NewBudget(previewBudget), a.log)
	if err != nil {
		return nil, err
	}
	a.onStop("previews", rasterizer.Close)
	return preview.New(rasterizer).Draw, nil
}
