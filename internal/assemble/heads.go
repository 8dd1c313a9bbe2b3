package assemble

import (
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
)

// A running head looks like the title of a page that stands apart. What tells them is
// other pages, which have the head too, and page numbers. Until a whole document is
// there, the head of its first page is taken for its title: dropped, it would be lost.

// headShare is the part of a page's height in which its number stands beside a head.
const headShare = 0.12

// keepTitle makes the heads of a first page without a number at its top text again; but for
// what runs up the edge of a page, which is no title.
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

// numbered reports whether there is a number in a page's head.
func numbered(page *document.PageResult) bool {
	return slices.ContainsFunc(page.Regions, func(r document.Region) bool {
		atTop := float64(r.BBox[3]) < headShare*float64(page.Height)
		number := r.Type == document.RegionPageNumber || r.Type == document.RegionHeader && strings.ContainsFunc(r.Content, unicode.IsDigit)
		return atTop && number
	})
}

// titleOrText is a title where a head of one line is set larger than most lines, or has
// capitals only.
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

// SettleHeads tells the head of a document's first page by its other pages: where they
// have the same, it is a running head after all. pages are ascending by number. It
// returns the indices of the changed pages, whose Text and Markdown have to be written
// again.
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
	const opening = 3 // regions of a page among which its head is
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

// letters is what heads are compared by: they differ in numbers.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
