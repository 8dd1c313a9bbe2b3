// Package extract finds fields in documents by a schema: it turns the schema into a
// question for a language model, reads the answers, searches pages without a usable answer
// by heuristics, merges the pages, and says for every value where it stands.
package extract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/heuristic"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
)

// Extractor finds the fields of one schema in documents. It is immutable.
type Extractor struct {
	schema *schema.Schema
}

// New returns an extractor for a JSON example such as {"name": "", "items": [{"price": 0}]}
// or a JSON Schema of an object. The error is a *document.Problem with
// CodeInvalidRequest.
func New(source string) (*Extractor, error) {
	s, err := schema.Parse(source)
	if err != nil {
		return nil, err
	}
	return &Extractor{s}, nil
}

// Extract finds the fields in a document that was read: in a model's answers to Question
// where there are any, and in the text of the other pages. It accounts for every page of
// res. When no page could be searched the error is a *document.Problem.
func (e *Extractor) Extract(res *document.Result) (*document.Extraction, error) {
	return e.extract(res, time.Now())
}

func (e *Extractor) extract(res *document.Result, today time.Time) (*document.Extraction, error) {
	x := &document.Extraction{
		ID: res.ID, SchemaErrors: []document.SchemaError{}, Evidence: map[string]document.Evidence{}, Conflicts: []document.Conflict{},
		Pages: []document.ExtractedPage{}, Summary: res.Summary, Usage: res.Usage, Timings: maps.Clone(res.Timings),
		Model: res.Model, Engine: res.Engine, Layout: res.Layout,
	}
	pages, locale := pagesOf(res)
	found := e.read(pages, locale, today)
	for _, p := range pages {
		x.Pages = append(x.Pages, p.ExtractedPage)
	}
	if err := account(x); err != nil {
		return nil, err
	}
	x.SchemaErrors = append(x.SchemaErrors, e.check(found)...)
	x.Valid = len(x.SchemaErrors) == 0
	found.Walk("", func(path string, v *values.Tree) {
		if r := v.Best(); r != nil && r.At != nil {
			x.Evidence[path] = *r.At
		}
		if c := v.Conflict(path); c != nil {
			x.Conflicts = append(x.Conflicts, *c)
		}
	})
	var data bytes.Buffer
	found.WriteJSON(&data)
	x.Data = json.RawMessage(data.Bytes())
	return x, nil
}

// Limits returns the limits of a schema and of what is searched without a model, by
// name.
func Limits() map[string]int64 {
	return map[string]int64{
		"max_schema_bytes": schema.MaxBytes, "max_schema_depth": schema.MaxDepth, "max_fields": schema.MaxFields, "max_field_name_bytes": schema.MaxNameBytes,
		"max_lines": pagetext.MaxLines, "max_lines_per_page": pagetext.MaxPageLines,
		"max_table_columns": pagetext.MaxTableColumns, "max_table_cells_per_page": pagetext.MaxPageCells,
	}
}

// read finds the values of all pages: in the model's usable answers, page by page, and in
// the lines of all other pages together.
func (e *Extractor) read(pages []*page, locale printed.Locale, today time.Time) *values.Tree {
	found := values.New(e.schema.Root)
	var rest []pagetext.Line
	var tables []pagetext.Table
	for _, p := range pages {
		if p.answer != nil {
			if v, ok := e.answered(p, locale); ok {
				found.Merge(v)
				continue
			}
		}
		if p.Status != document.StatusFailed {
			rest, tables = append(rest, p.lines...), append(tables, p.tables...)
		}
	}
	if len(rest) > 0 {
		found.Merge(heuristic.Find(rest, tables, locale, e.schema.Root, today))
		found.Walk("", func(_ string, v *values.Tree) {
			slices.SortStableFunc(v.Readings, func(a, b values.Reading) int { return cmp.Compare(a.Page, b.Page) })
			slices.SortStableFunc(v.Items, func(a, b *values.Tree) int { return cmp.Compare(a.FirstPage(), b.FirstPage()) })
		})
	}
	return found
}
