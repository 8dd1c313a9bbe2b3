package pipeline

import (
	"context"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/verified"
)

// Ledger judges which parts of a document's own text can be believed.
type Ledger = verified.Ledger

// View is what a Ledger knew of a page at one time.
type View = verified.View

// LineReader is a Recognizer that reads single lines, and finds and reads only what
// Page.Layer leaves to it.
type LineReader interface {
	// ReadAt returns the lines in the same order, with Text and Confidence where it could read
	// them. Their Script is what the PDF says, and may decide how they are read; in the result it
	// is how they were.
	ReadAt(ctx context.Context, page *document.Page, lines []document.Line) ([]document.Line, error)
}

// judges reports whether the page's text is judged by lines that the backend reads for that
// purpose.
func (p *pageRun) judges() bool {
	_, can := p.by.Recognizer.(LineReader)
	return can && p.layered
}

// learns reports whether it is judged by what answers about other pages teach.
func (p *pageRun) learns() bool {
	return p.by.Prose != nil && p.layered && p.opts.Prompt == "" && !p.judges()
}

// judge sets page.Layer if the backend can use it. It runs in the page's turn and passes that on.
func (p *pageRun) judge(ctx context.Context) (err error) {
	if !p.judges() {
		return nil
	}
	defer p.turn.Pass()
	if p.page.Drawn == nil {
		return nil
	}
	defer recovered(&err)
	reader, ledger := p.by.Recognizer.(LineReader), p.turn.Ledger()
	p.page.Layer, err = ledger.Judge(ctx, p.page, func(ctx context.Context, lines []document.Line) ([]document.Line, error) {
		return reader.ReadAt(ctx, p.page, lines)
	})
	p.turn.Teach(ledger.Lessons())
	p.page.Drawn = nil
	return err
}

// look has the page's text examined in its turn, where answers are to judge it. A defect in that
// only costs the use of the page's own text.
func (p *pageRun) look(ctx context.Context) {
	if !p.learns() {
		return
	}
	var err error
	defer p.noteDefect(ctx, &err)
	defer recovered(&err)
	err = p.turn.Look(ctx, p.page)
}

// own fills in regions that need not be asked about; see verified.Own. Nil where all are to be
// read.
func (p *pageRun) own(ctx context.Context, regions []document.Region) (own *verified.Own) {
	if !p.learns() {
		return nil
	}
	p.look(ctx)
	var err error
	defer p.noteDefect(ctx, &err)
	defer recovered(&err)
	p.page.Drawn = nil
	return p.turn.Take(p.page, regions, func(region *document.Region, lines []document.LayerLine) {
		p.by.Prose(p.page, region, lines, p.opts)
	})
}

// noteLayer counts what became of the page's own text. Where answers teach, those in regions do so
// now.
func (p *pageRun) noteLayer(ctx context.Context, own *verified.Own, regions []document.Region) {
	if own == nil {
		if p.page.Layer != nil {
			counts := p.page.Layer.Counts // alone: a pointer into it would keep all of the page's characters
			p.result.TextLayer = &counts
		}
		return
	}
	var err error
	defer p.noteDefect(ctx, &err)
	defer recovered(&err)
	p.result.TextLayer = own.Counts()
	p.turn.Teach(own.Settle(regions))
}

func (p *pageRun) noteDefect(ctx context.Context, err *error) {
	if *err != nil && ctx.Err() == nil {
		p.log.ErrorContext(ctx, "text of a PDF not judged", "page", p.page.Number, "error", *err)
	}
}

// sourceOf says where content comes from: engines that ask a model need not say so.
func sourceOf(got document.Recognition) document.TextSource {
	if got.Source == "" && got.Usage.Attempts > 0 {
		return document.SourceModel
	}
	return got.Source
}
