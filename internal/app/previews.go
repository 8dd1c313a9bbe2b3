package app

import (
	"ocr-gateway/jobs"
	"ocr-gateway/pipeline"
	"ocr-gateway/pipeline/preview"
	"ocr-gateway/raster"
	"ocr-gateway/server/jobroutes"
)

// previewBudget is how many bytes of pixels pictures of pages may take: four of the widest, in
// color, on A4.
const previewBudget = 128 << 20

// openPreviews has the pages of jobs drawn for people. The children are others than those of
// the pipeline: whoever looks at a page does not wait until long documents leave one free,
// and does not take one from them.
func (a *App) openPreviews(kept *jobs.Jobs) (jobroutes.Draw, error) {
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
