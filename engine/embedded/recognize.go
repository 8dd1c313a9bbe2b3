package embedded

import (
	"cmp"
	"context"
	"image"
	"slices"
	"strings"

	"ocr-gateway/document"
)

// Recognize reads the lines of region; when Lines is nil it finds them itself
// inside region.BBox. It changes neither page nor region.
func (e *Engine) Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error) {
	if opts.Task == document.TaskFormula || region.Type == document.RegionFormula && opts.Task == document.TaskFormula {
		return document.Recognition{}, document.Problemf(document.CodeTaskUnsupported, document.PhaseRecognize,
			"the embedded engine cannot read formulas; configure the vllm engine, which can")
	}
	img := page.Image
	lines := region.Lines
	if lines == nil {
		var err error
		part := region.BBox.Rect().Add(img.Bounds().Min).Intersect(img.Bounds())
		if part.Empty() {
			return document.Recognition{Format: document.FormatText}, nil
		}
		img = img.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(part)
		if lines, err = e.detect(ctx, rasterOf(img)); err != nil {
			return document.Recognition{}, err
		}
		if img, lines, _, err = e.upright(ctx, img, lines); err != nil {
			return document.Recognition{}, err
		}
		slices.SortStableFunc(lines, func(a, b document.Line) int { return cmp.Compare(a.BBox[1], b.BBox[1]) })
	}
	lines, err := e.readLines(ctx, rasterOf(img), lines)
	if err != nil {
		return document.Recognition{}, err
	}
	var text []string
	for _, l := range lines {
		text = append(text, l.Text)
	}
	return document.Recognition{Content: strings.Join(text, "\n"), Format: document.FormatText, Lines: lines}, nil
}
