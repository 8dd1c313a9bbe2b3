// Package assemble has what makes the content of a page out of what an engine read,
// whichever engine that was: words split between regions, formulas and their numbers,
// tables in HTML, code blocks, loops, tables over page breaks. What one model only
// leaves in its answers is repaired in the model's own package.
//
// A region's content carries no marks of its type: titles have no "#" and
// formulas no "$$", which are the writer's to add. Line breaks stay as read.
//
// Text that moves leaves its region behind, empty and with a note that names
// where the text went, so every region stays accounted for.
//
// Every step takes time linear in the text, the search for repetitions
// a logarithm more.
package assemble

import "ocr-gateway/document"

// Plain assembles a page of plain recognized lines, in place: words split between two
// regions are joined, the title of a first page that was taken for a running head
// is one again, code is told from prose.
func Plain(page *document.PageResult) {
	keepTitle(page)
	markCode(page.Regions)
	JoinHyphens(page.Regions)
}
