package vllm

import (
	"context"

	"ocr-gateway/document"
)

// Answer asks q about the whole page and binds the answer to q.Schema. The text
// comes as the model wrote it. Errors are *document.Problem.
func (e *Engine) Answer(ctx context.Context, page *document.Page, q document.Question) (document.Recognition, error) {
	return e.finish(ctx, &job{
		page: page, box: document.BBox{0, 0, page.Width, page.Height},
		task:     questionTask(q, e.cfg.MaxTokens),
		sampling: e.cfg.Sampling, imageTokens: maxImageTokens,
	})
}

// questionTask asks with a prompt of the caller's. Lists of like items repeat
// themselves as tables do.
func questionTask(q document.Question, limits MaxTokens) task {
	return task{prompt: q.Prompt, maxTokens: limits.Text, loop: tableRule, format: textFormat, schema: q.Schema}
}
