package extract

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/values"
)

// page is a page with its lines.
type page struct {
	document.ExtractedPage
	answer *document.Answer
	lines  []pagetext.Line
	tables []pagetext.Table
}

// pagesOf returns the pages and learns how the document writes numbers and dates.
func pagesOf(res *document.Result) ([]*page, printed.Locale) {
	var pages []*page
	var all strings.Builder
	block, total := 0, 0
	for i := range res.Pages {
		r := &res.Pages[i]
		p := &page{answer: r.Answer}
		var cut bool
		p.lines, cut = pagetext.Lines(r, &block)
		p.ExtractedPage = document.ExtractedPage{
			Number: r.Number, Status: r.Status, Width: r.Width, Height: r.Height, Method: document.MethodHeuristic, Engine: r.Engine, Error: r.Error,
		}
		if r.Answer != nil {
			p.Method = document.MethodModel
		}
		if total += len(p.lines); total > pagetext.MaxLines {
			p.lines, cut = nil, true
		}
		if p.lines != nil {
			var tooLarge bool
			p.tables, tooLarge = pagetext.Tables(r)
			cut = cut || tooLarge
		}
		if cut && p.Status == document.StatusOK {
			p.Status = document.StatusPartial
			p.Error = document.Problemf(document.CodeEngineFailed, document.PhaseFormat,
				"of this document no more than %d lines a page and %d in all are searched, and of tables no more than %d columns and %d cells a page: ask for fewer pages",
				pagetext.MaxPageLines, pagetext.MaxLines, pagetext.MaxTableColumns, pagetext.MaxPageCells)
		}
		for _, l := range p.lines {
			all.WriteString(l.Text + "\n")
		}
		pages = append(pages, p)
	}
	return pages, printed.LocaleOf(all.String())
}

// answered takes the values from the model's answer for a page and sets the page's status.
// ok is false when the answer is unusable: only the page's text is left then.
func (e *Extractor) answered(p *page, locale printed.Locale) (v *values.Tree, ok bool) {
	whole := p.Status == document.StatusOK
	cut := p.answer.Error != nil
	if cut && p.answer.Text == "" {
		p.unanswered(p.answer.Error)
		return nil, false
	}
	o, err := parseAnswer(p.answer.Text, cut)
	if err != nil {
		p.unanswered(document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the model's answer for this page is not the JSON that was asked for").Because(err))
		return nil, false
	}
	v = values.New(e.schema.Root)
	v.Fill(o, p.Number, locale)
	at := pagetext.NewLocator(p.lines, locale)
	v.Walk("", func(_ string, w *values.Tree) {
		for i := range w.Readings {
			w.Readings[i].At = at.Locate(w.Readings[i].Value)
		}
	})
	switch {
	case cut:
		p.Status, p.Error = document.StatusPartial, p.answer.Error
	case !whole:
		p.Status = document.StatusPartial // answered, but its text was not read in full
	}
	return v, true
}

// unanswered leaves a page to the heuristics; without text it has failed.
func (p *page) unanswered(why *document.Problem) {
	if p.Status == document.StatusFailed || len(p.lines) == 0 {
		p.Status, p.Error = document.StatusFailed, why
		return
	}
	p.Status, p.Error, p.Method = document.StatusPartial, why, document.MethodHeuristic
}

// account sets status and method from the pages.
func account(x *document.Extraction) error {
	var failed, partial int
	var first *document.Problem
	for _, p := range x.Pages {
		switch p.Status {
		case document.StatusOK:
		case document.StatusFailed:
			failed++
			if first == nil {
				first = p.Error
			}
		default:
			partial++
		}
		switch x.Method {
		case "", p.Method:
			x.Method = p.Method
		default:
			x.Method = document.MethodMixed
		}
	}
	switch {
	case failed > 0 && failed == len(x.Pages):
		if first == nil {
			first = document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize, "no page of the document could be searched")
		}
		return first
	case failed+partial > 0:
		x.Status = document.StatusPartial
	default:
		x.Status = document.StatusOK
	}
	if x.Method == "" {
		x.Method = document.MethodHeuristic // no pages
	}
	return nil
}
