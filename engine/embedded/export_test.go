package embedded

import (
	"context"
	"image"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// What the tests in package embedded_test need of the inside.
var (
	WithLayer   = withLayer
	WriteChecks = writeChecks
	Belongs     = belongs
)

// Detect and ReadLines are two of the networks, for benchmarks.
func (e *Engine) Detect(ctx context.Context, img image.Image) ([]document.Line, error) {
	return e.models.Detect(ctx, pixels.Of(img))
}

func (e *Engine) ReadLines(ctx context.Context, img image.Image, lines []document.Line) ([]document.Line, error) {
	return e.readLines(ctx, pixels.Of(img), lines, e.models.Read)
}
