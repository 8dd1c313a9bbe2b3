package embedded

import (
	"context"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/words"
)

// See finds and reads the words of a page without turning it, for callers that know its text but not where it
// stands: line by line from the top, Line counting over the page.
func (e *Engine) See(ctx context.Context, page *document.Page) ([]document.WordBox, error) {
	src := pixels.Of(page.Image)
	lines, err := e.models.Detect(ctx, src)
	if err != nil {
		return nil, err
	}
	if lines, err = e.readLines(ctx, src, prose.InOrder(lines), e.readerOf(page)); err != nil {
		return nil, err
	}
	claimed, _ := checks(page.Words)
	said := proofread.Claims(lines, claimed)
	if lines, err = e.readForeign(ctx, src, lines, said, hints{}); err != nil {
		return nil, err
	}
	e.proofread().Lines(lines, claimed)
	return words.Of(src, lines), nil
}
