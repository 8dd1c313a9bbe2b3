package vllm

import (
	"context"

	"ocr-gateway/document"
)

// PrepareAnswer shows the whole page to ask q about it and binds the answer to
// q.Schema. The text comes as the model wrote it. Errors, also those of Read, are
// *document.Problem.
func (e *Engine) PrepareAnswer(ctx context.Context, page *document.Page, q document.Question) (document.Prepared, error) {
	return e.prepare(ctx, page, document.BBox{0, 0, page.Width, page.Height}, nil, questionTask(q, e.cfg.MaxTokens))
}

// questionTask asks with a prompt of the caller's. Lists of like items repeat
// themselves as tables do.
func questionTask(q document.Question, limits MaxTokens) task {
	return task{prompt: q.Prompt, maxTokens: limits.Text, loop: tableRule, format: textFormat, schema: q.Schema}
}
