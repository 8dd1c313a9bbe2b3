package assemble

import (
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
)

// A running head looks like a title at the top of a page. They are told apart by other pages, which
// repeat a running head, and by page numbers. Until the whole document has been read, the head of its
// first page is taken for the title, since text dropped from the first page would be lost.

// headShare is the part of a page's height, from the top, in which a number belongs to its head.
const headShare = 0.12

// keepTitle makes the heads of a first page without a number at its top text again, except for text
// that runs up the edge of the page, which is not a title.
func keepTitle(page *document.PageResult) {
	if page.Number != 1 || numbered(page) {
		return
	}
	for i := range page.Regions {
		if page.Regions[i].Type == document.RegionHeader && page.Regions[i].Label != asideText {
			page.Regions[i].Type = titleOrText(page, &page.Regions[i])
		}
	}
}

// numbered reports whether the head of a page has a number.
func numbered(page *document.PageResult) bool {
	return slices.ContainsFunc(page.Regions, func(r document.Region) bool {
		atTop := float64(r.BBox[3]) < headShare*float64(page.Height)
		number := r.Type == document.RegionPageNumber || r.Type == document.RegionHeader && strings.ContainsFunc(r.Content, unicode.IsDigit)
		return atTop && number
	})
}

// titleOrText makes a head of one line a title if it is set larger than most lines, and text
// otherwise.
func titleOrText(page *document.PageResult, head *document.Region) document.RegionType {
	const larger = 1.18
	var heights []int
	for _, r := range page.Regions {
		for _, l := range r.Lines {
			heights = append(heights, l.BBox[3]-l.BBox[1])
		}
	}
	if len(head.Lines) != 1 || len(heights) < 2 {
		return document.RegionText
	}
	slices.Sort(heights)
	if b := head.Lines[0].BBox; float64(b[3]-b[1]) < larger*float64(heights[len(heights)/2]) {
		return document.RegionText
	}
	head.Level = 1
	return document.RegionTitle
}

// SettleHeads makes the head of a document's first page a running head if other pages have the same.
// pages are in ascending order. It returns the indices of the changed pages, whose Text and Markdown
// have to be written again.
func SettleHeads(pages []document.PageResult) (changed []int) {
	if len(pages) < 2 || pages[0].Number != 1 {
		return nil
	}
	heads := map[string]bool{}
	for _, page := range pages[1:] {
		for _, r := range page.Regions {
			if r.Type == document.RegionHeader {
				heads[letters(r.Content)] = true
			}
		}
	}
	const opening = 3 // regions at the top of a page, among which its head is
	for i := range pages[0].Regions[:min(opening, len(pages[0].Regions))] {
		r := &pages[0].Regions[i]
		text := r.Type == document.RegionText || r.Type == document.RegionTitle
		if text && r.Content != "" && heads[letters(r.Content)] {
			r.Type, r.Level = document.RegionHeader, 0
			changed = []int{0}
		}
	}
	return changed
}

// letters returns the letters of a head in lower case. Heads are compared by them, as they differ in
// numbers.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
