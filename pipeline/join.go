package pipeline

import "ocr-gateway/document"

// Join joins tables over page breaks where opts ask for it, in place, and writes
// the pages that it changes anew. pages are all those of a document, ascending by
// number, as Run emitted them.
func (p *Pipeline) Join(pages []document.PageResult, opts document.Options) {
	if !opts.JoinTables || p.joinTables == nil {
		return
	}
	if opts.Task == "" {
		opts.Task = document.TaskDocument
	}
	for _, i := range p.joinTables(pages) {
		pages[i].Text, pages[i].Markdown = p.text(&pages[i], opts), p.markdown(&pages[i], opts)
	}
}
