// Package assemble makes the content of a page from what any engine read: words split between regions,
// formulas and their numbers, tables in HTML, code blocks, loops, tables over page breaks. The flaws of
// one model's answers are repaired in the package of that model.
//
// A region's content carries no marks of its type: titles have no "#" and formulas no "$$", which the
// writer adds. Line breaks stay as read.
//
// Text that moves leaves its region empty, with a note of where the text went, so that every region stays
// accounted for.
//
// Every step takes linear time in the length of the text, except the search for repetitions, which takes
// n log n.
package assemble

import "ocr-gateway/document"

// Plain assembles a page of plain recognized lines, in place: it joins words split between two regions,
// restores the title of a first page that was taken for a running head, and tells code from prose.
func Plain(page *document.PageResult) {
	keepTitle(page)
	markCode(page.Regions)
	JoinHyphens(page.Regions)
}
