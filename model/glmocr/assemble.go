package glmocr

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// Assemble turns what GLM-OCR read on a page into its content, in place: it cleans up what the model leaves
// in its answers, and moves text that belongs together into one region. The page's regions are in reading
// order, with their contents as the engine returned them.
func Assemble(page *document.PageResult) {
	for i := range page.Regions {
		Clean(&page.Regions[i])
	}
	assemble.TagFormulas(page.Regions)
	assemble.JoinHyphens(page.Regions)
	completeBullets(page)
}

// Clean repairs the content of one region that a language model wrote, by its Type and Label. A region that
// was not read is left alone. If text was cut because the model repeated itself, an ok region becomes
// truncated.
func Clean(r *document.Region) {
	if r.Status != document.StatusOK && r.Status != document.StatusTruncated {
		return
	}
	r.Content = strings.TrimSpace(newlines.Replace(r.Content))
	switch {
	case r.Source == document.SourcePDF: // it was not written by a model
		setLevel(r)
	case r.Type == document.RegionImage:
	case r.Type == document.RegionFormula:
		cleanFormula(r)
	case assemble.IsTable(r.Content): // the model writes tables wherever it sees one
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

// newlines converts every line ending to one character.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func cleanText(r *document.Region) {
	r.Content = trimTabs(r.Content)
	r.Content = assemble.OutsideFences(r.Content, shortenLeaders)
	assemble.CutRepetition(r)
	r.Content = assemble.OutsideFences(r.Content, assemble.SpaceFormulas)
	r.Content = assemble.CloseFence(r.Content)
	if r.Type != document.RegionFootnote && r.Type != document.RegionCaption { // whose "* " is a mark
		r.Content = assemble.OutsideFences(r.Content, dashBullets)
	}
	r.Content = strings.TrimSpace(spaceNumber(r.Content))
}

func cleanTitle(r *document.Region) {
	r.Content = trimTabs(r.Content)
	r.Content = shortenLeaders(r.Content)
	assemble.CutRepetition(r)
	r.Content = strings.TrimSpace(assemble.SpaceFormulas(r.Content))
	unmarkTitle(r)
}

// cleanFormula leaves dots and dollars alone: they are LaTeX here.
func cleanFormula(r *document.Region) {
	r.Content = trimTabs(r.Content)
	assemble.CutRepetition(r)
	r.Content = assemble.UnwrapFormula(r.Content)
	r.Format = document.FormatLaTeX
}

// cleanTable is for answers that are not one whole table.
func cleanTable(r *document.Region) {
	r.Content = trimTabs(r.Content)
	r.Content = shortenLeaders(r.Content)
	assemble.CutRepetition(r)
	r.Content = strings.TrimSpace(assemble.SpaceFormulas(r.Content))
	r.Content = assemble.CloseTable(r.Content)
}

func cleanCode(r *document.Region) {
	assemble.CutRepetition(r)
	r.Content = assemble.CloseFence(r.Content)
}
