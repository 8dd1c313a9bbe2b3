package pipeline

import (
	"context"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/verified"
)

// Ledger judges which text of a document's own can be believed.
type Ledger = verified.Ledger

// View is what a Ledger knew of a page at one time.
type View = verified.View

// LineReader is a Recognizer that reads single lines, and finds and reads only what
// Page.Layer leaves to it.
type LineReader interface {
	// ReadAt returns the lines in the same order, with Text and Confidence where it could. Their Script
	// is the one that the PDF says they are in, by which they may be read; it returns those in which they were.
	ReadAt(ctx context.Context, page *document.Page, lines []document.Line) ([]document.Line, error)
}

// judges reports whether the text of pages that by reads is judged, by lines that it reads for that.
func (r *run) judges(by *backend) bool {
	_, can := by.Recognizer.(LineReader)
	return can && r.layered
}

// learns reports whether it is judged by what the answers about other pages teach.
func (r *run) learns(by *backend) bool {
	return by.Prose != nil && r.layered && r.opts.Prompt == "" && !r.judges(by)
}

// judge sets page.Layer if by can make use of it. It is the page's turn, which is passed on.
func (r *run) judge(ctx context.Context, by *backend, page *document.Page, t *verified.Turn) (err error) {
	if !r.judges(by) {
		return nil
	}
	defer t.Pass()
	if page.Drawn == nil {
		return nil
	}
	defer recovered(&err)
	reader := by.Recognizer.(LineReader)
	page.Layer, err = t.Ledger().Judge(ctx, page, func(ctx context.Context, lines []document.Line) ([]document.Line, error) {
		return reader.ReadAt(ctx, page, lines)
	})
	t.Teach(t.Ledger().Lessons())
	page.Drawn = nil
	return err
}

// look has a page's text looked at in its turn, if by learns from answers. A defect in that costs
// nothing but the page's own text.
func (r *run) look(ctx context.Context, by *backend, page *document.Page, t *verified.Turn) {
	if !r.learns(by) {
		return
	}
	var err error
	defer r.noteDefect(ctx, page.Number, &err)
	defer recovered(&err)
	err = t.Look(ctx, page)
}

// own gives regions their content that need not be asked about; see verified.Own. Nil where all are
// to be read.
func (r *run) own(ctx context.Context, by *backend, page *document.Page, regions []document.Region, t *verified.Turn) (own *verified.Own) {
	if !r.learns(by) {
		return nil
	}
	r.look(ctx, by, page, t)
	var err error
	defer r.noteDefect(ctx, page.Number, &err)
	defer recovered(&err)
	page.Drawn = nil
	return t.Take(page, regions, func(region *document.Region, lines []document.LayerLine) { by.Prose(page, region, lines, r.opts) })
}

// settle has a page teach what the answers in its regions say, and counts.
func (r *run) settle(ctx context.Context, own *verified.Own, regions []document.Region, t *verified.Turn, result *document.PageResult) {
	var err error
	defer r.noteDefect(ctx, result.Number, &err)
	defer recovered(&err)
	result.TextLayer = own.Counts()
	t.Teach(own.Settle(regions))
}

func (r *run) noteDefect(ctx context.Context, page int, err *error) {
	if *err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "text of a PDF not judged", "page", page, "error", *err)
	}
}

// sourceOf says where a content comes from: engines that ask a model need not say so.
func sourceOf(got document.Recognition) document.TextSource {
	if got.Source == "" && got.Usage.Attempts > 0 {
		return document.SourceModel
	}
	return got.Source
}
