package pipeline

import (
	"context"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
)

// answer asks the run's question about the page; nil when there is none or
// the engine answers none.
func (p *pageRun) answer(ctx context.Context, seen func(rest int64)) (*document.Answer, document.Usage) {
	answerer, can := p.by.Recognizer.(Answerer)
	if !can || p.opts.Question == nil || !answerer.Answers() {
		return nil, document.Usage{}
	}
	if p.enter(ctx, -1) != nil { // before the page's regions
		return nil, document.Usage{} // canceled: the page is dropped as a whole
	}
	defer p.by.engine.Leave()
	ctx, asking := stage.Begin(ctx, stage.Question)
	defer asking.End()
	got, err := p.question(ctx, answerer, seen)
	if err != nil {
		if ctx.Err() == nil {
			p.log.WarnContext(ctx, "question failed", "page", p.page.Number, "error", err)
		}
		return &document.Answer{Error: problemOf(ctx, err, document.CodeEngineFailed, document.PhaseRecognize, "the model could not be asked about this page")}, got.Usage
	}
	return &document.Answer{Text: got.Content, Error: got.Truncated}, got.Usage
}

// question calls the engine; a defect in it fails the question, not the process.
func (p *pageRun) question(ctx context.Context, a Answerer, seen func(rest int64)) (got document.Recognition, err error) {
	defer recovered(&err)
	defer p.processor.read(&got.Usage)()
	return finish(ctx, seen, func() (document.Prepared, error) { return a.PrepareAnswer(ctx, p.page, *p.opts.Question) })
}
