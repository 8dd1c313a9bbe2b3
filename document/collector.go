package document

import (
	"slices"
	"strings"
)

// Collector gathers the pages of a running document, which finish in any order. Its zero value is ready.
type Collector struct{ pages []PageResult }

// Add takes one event.
func (c *Collector) Add(e Event) {
	if e.Page != nil {
		c.pages = append(c.pages, *e.Page)
	}
}

// Complete puts the pages into r in order and joins their text, with a blank line between pages that have
// any. edit may change the pages before that; it may be nil.
func (c *Collector) Complete(r *Result, edit func([]PageResult)) {
	slices.SortFunc(c.pages, func(a, b PageResult) int { return a.Number - b.Number })
	r.Pages = c.pages
	if r.Pages == nil {
		r.Pages = []PageResult{} // an empty list in JSON, not null
	}
	if edit != nil {
		edit(r.Pages)
	}
	r.Markdown = joinPages(r.Pages, func(p PageResult) string { return p.Markdown })
	r.Text = joinPages(r.Pages, func(p PageResult) string { return p.Text })
}

func joinPages(pages []PageResult, of func(PageResult) string) string {
	var parts []string
	for _, p := range pages {
		if s := strings.TrimSpace(of(p)); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n\n")
}
