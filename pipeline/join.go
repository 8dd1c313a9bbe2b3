package pipeline

import "ocr-gateway/document"

// Join tells running heads from titles by all pages, joins tables over page breaks where opts ask
// for it, in place, and rewrites the text of the pages that it changes. pages are all those of a
// document, ascending by number, as Run emitted them.
func (p *Pipeline) Join(pages []document.PageResult, opts document.Options) {
	var changed []int
	if p.settleHeads != nil {
		changed = p.settleHeads(pages)
	}
	if opts.JoinTables && p.joinTables != nil {
		changed = append(changed, p.joinTables(pages)...)
	}
	if opts.Task == "" {
		opts.Task = document.TaskDocument
	}
	for _, i := range changed {
		pages[i].Text, pages[i].Markdown = p.text(&pages[i], opts), p.markdown(&pages[i], opts)
	}
}
