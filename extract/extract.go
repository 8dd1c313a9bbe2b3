package extract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"ocr-gateway/document"
)

// Extract finds the schema's fields in a document that was read, with Question
// put to the model where there is one. Every page of res is accounted for; a
// document of which no page could be searched is an error, a *document.Problem.
func (s *Schema) Extract(res *document.Result) (*document.Extraction, error) {
	return s.extract(res, time.Now())
}

func (s *Schema) extract(res *document.Result, today time.Time) (*document.Extraction, error) {
	x := &document.Extraction{
		ID: res.ID, SchemaErrors: []document.SchemaError{}, Evidence: map[string]document.Evidence{}, Conflicts: []document.Conflict{},
		Pages: []document.ExtractedPage{}, Summary: res.Summary, Usage: res.Usage, Timings: maps.Clone(res.Timings),
		Model: res.Model, Engine: res.Engine, Layout: res.Layout,
	}
	pages, h := pagesOf(res)
	found := s.read(pages, h, today)
	for _, p := range pages {
		x.Pages = append(x.Pages, p.ExtractedPage)
	}
	if err := account(x); err != nil {
		return nil, err
	}
	x.SchemaErrors = append(x.SchemaErrors, s.check(found)...)
	x.Valid = len(x.SchemaErrors) == 0
	found.walk("", func(path string, v *value) {
		if r := v.chosen(); r != nil && r.at != nil {
			x.Evidence[path] = *r.at
		}
		if c := v.conflict(path); c != nil {
			x.Conflicts = append(x.Conflicts, *c)
		}
	})
	var data bytes.Buffer
	found.write(&data)
	x.Data = json.RawMessage(data.Bytes())
	return x, nil
}

// page is a page with its lines.
type page struct {
	document.ExtractedPage
	answer *document.Answer
	spans  []span
	tables []table
}

// pagesOf lists the pages and learns how the document writes numbers and dates.
func pagesOf(res *document.Result) ([]*page, habits) {
	var pages []*page
	var all strings.Builder
	block, total := 0, 0
	for i := range res.Pages {
		r := &res.Pages[i]
		p := &page{answer: r.Answer}
		var cut bool
		p.spans, cut = spansOf(r, &block)
		p.ExtractedPage = document.ExtractedPage{
			Number: r.Number, Status: r.Status, Width: r.Width, Height: r.Height, Method: document.MethodHeuristic, Engine: r.Engine, Error: r.Error,
		}
		if r.Answer != nil {
			p.Method = document.MethodModel
		}
		if total += len(p.spans); total > maxSpans {
			p.spans, cut = nil, true
		}
		if p.spans != nil {
			p.tables = tablesOf(r)
		}
		if cut && p.Status == document.StatusOK {
			p.Status = document.StatusPartial
			p.Error = document.Problemf(document.CodeEngineFailed, document.PhaseFormat,
				"of this document no more than %d lines a page and %d in all are searched: ask for fewer pages", maxPageSpans, maxSpans)
		}
		for _, sp := range p.spans {
			all.WriteString(sp.text + "\n")
		}
		pages = append(pages, p)
	}
	return pages, habitsOf(all.String())
}

// read finds the values of all pages: those of the pages that the model answered
// for page by page, the others, and those where the answer is of no use, by the
// lines of all of them together.
func (s *Schema) read(pages []*page, h habits, today time.Time) *value {
	found := blank(s.root)
	var rest []span
	var tables []table
	for _, p := range pages {
		if p.answer != nil {
			if v, ok := s.answered(p, h); ok {
				found.merge(v)
				continue
			}
		}
		if p.Status != document.StatusFailed {
			rest, tables = append(rest, p.spans...), append(tables, p.tables...)
		}
	}
	if len(rest) > 0 {
		read := blank(s.root)
		newSearch(rest, tables, h, s.root, today).fill(read, nil)
		found.merge(read)
		found.walk("", func(_ string, v *value) {
			slices.SortStableFunc(v.readings, func(a, b reading) int { return cmp.Compare(a.page, b.page) })
			slices.SortStableFunc(v.items, func(a, b *value) int { return cmp.Compare(a.firstPage(), b.firstPage()) })
		})
	}
	return found
}

// answered takes what the model said of a page, and sets how the page ended. It is
// not ok when nothing can be taken: the page's text is then all there is.
func (s *Schema) answered(p *page, h habits) (v *value, ok bool) {
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
	v = blank(s.root)
	v.fit(o, p.Number, h)
	at := locator{spans: p.spans, habits: h}
	v.walk("", func(_ string, w *value) {
		for i := range w.readings {
			w.readings[i].at = at.locate(w.readings[i].value)
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

// unanswered leaves a page to its text; it has failed when there is none.
func (p *page) unanswered(why *document.Problem) {
	if p.Status == document.StatusFailed || len(p.spans) == 0 {
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
