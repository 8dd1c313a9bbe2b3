// Package assemble turns what an engine read into the content of a page: it
// repairs what a language model leaves in its answers, moves text that belongs
// together into one region, and joins tables over page breaks.
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

import (
	"strings"

	"ocr-gateway/document"
)

// GLM assembles a page that GLM-OCR read, in place. The page's regions are in
// reading order, with their contents as the engine gave them.
func GLM(page *document.PageResult) {
	for i := range page.Regions {
		Clean(&page.Regions[i])
	}
	tagFormulas(page.Regions)
	joinHyphens(page.Regions)
	completeBullets(page)
}

// Plain assembles a page of plain recognised lines, in place: words split between two
// blocks are mended, and the title of a first page that was taken for a running head.
func Plain(page *document.PageResult) {
	keepTitle(page)
	joinHyphens(page.Regions)
}

// Clean repairs the content of one region that a language model wrote, by its
// Type and Label. A region that was not read is left alone. Text that was cut
// because the model repeated itself makes an ok region truncated.
func Clean(r *document.Region) {
	if r.Status != document.StatusOK && r.Status != document.StatusTruncated {
		return
	}
	r.Content = strings.TrimSpace(newlines.Replace(r.Content))
	switch {
	case r.Type == document.RegionImage:
	case r.Type == document.RegionFormula:
		cleanFormula(r)
	case isTable(r.Content): // the model writes tables wherever it sees one
		r.Format = document.FormatHTML
	case r.Type == document.RegionTable:
		cleanTable(r)
	case r.Type == document.RegionCode:
		cleanCode(r)
	case r.Type == document.RegionTitle:
		cleanTitle(r)
	default:
		cleanText(r)
	}
}

// newlines writes every way to end a line as one character.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func cleanText(r *document.Region) {
	r.Content = trimTabs(r.Content)
	r.Content = outsideFences(r.Content, shortenLeaders)
	cutRepetition(r)
	r.Content = outsideFences(r.Content, spaceFormulas)
	r.Content = closeFence(r.Content)
	if r.Type != document.RegionFootnote && r.Type != document.RegionCaption { // whose "* " is a mark
		r.Content = outsideFences(r.Content, dashBullets)
	}
	r.Content = strings.TrimSpace(spaceNumber(r.Content))
}

func cleanTitle(r *document.Region) {
	r.Content = trimTabs(r.Content)
	r.Content = shortenLeaders(r.Content)
	cutRepetition(r)
	r.Content = strings.TrimSpace(spaceFormulas(r.Content))
	unmarkTitle(r)
}

// cleanFormula leaves dots and dollars alone: they are LaTeX here.
func cleanFormula(r *document.Region) {
	r.Content = trimTabs(r.Content)
	cutRepetition(r)
	r.Content = unwrapFormula(r.Content)
	r.Format = document.FormatLaTeX
}

// cleanTable is for answers that are not one whole table.
func cleanTable(r *document.Region) {
	r.Content = trimTabs(r.Content)
	r.Content = shortenLeaders(r.Content)
	cutRepetition(r)
	r.Content = strings.TrimSpace(spaceFormulas(r.Content))
	r.Content = closeTable(r.Content)
}

func cleanCode(r *document.Region) {
	cutRepetition(r)
	r.Content = closeFence(r.Content)
}
