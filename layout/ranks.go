package layout

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
)

// Titles of one rank are set in one size, but the boxes around them are not: with
// letters that reach below the line, or in a long line, a box is higher.
const (
	nextSize = 1.12 // between neighbours in size: more makes another rank
	sameRank = 1.3  // between the largest and the smallest of a rank
	headline = 1.35 // of the text's height, from which titles stand out
	opening  = 1.06 // to the next, from which a title that opens the page is larger

	lowestLevel = 6 // that documents can say
)

// rankTitles gives titles their levels by size. The largest are of level 1 when
// there is but one title or they stand out, from the others and from the text; so is a
// title that opens the page, when it is a little larger than the others. Else the page only
// has headings within a text, from level 2 down. body is the height of its text.
func rankTitles(blocks []block, body float64) {
	var titles []*block
	for i := range blocks {
		if blocks[i].kind == document.RegionTitle {
			titles = append(titles, &blocks[i])
		}
	}
	slices.SortStableFunc(titles, func(a, b *block) int { return cmp.Compare(b.size(), a.size()) })
	rank, largest := 0, math.Inf(1)
	for i, t := range titles {
		if largest > sameRank*t.size() || titles[i-1].size() > nextSize*t.size() {
			rank, largest = min(rank+1, lowestLevel), t.size()
		}
		t.level = rank
	}
	if len(titles) < 2 || rank > 1 && titles[0].size() >= headline*body {
		return
	}
	opener := titles[0].size() > opening*titles[1].size() && opens(blocks, titles[0])
	for i, t := range titles {
		if !opener || i > 0 && t.level == 1 {
			t.level = min(t.level+1, lowestLevel)
		}
	}
}

// opens says whether nothing but running heads comes before a title.
func opens(blocks []block, title *block) bool {
	for i := range blocks {
		switch blocks[i].kind {
		case document.RegionHeader, document.RegionPageNumber:
		default:
			return &blocks[i] == title
		}
	}
	return false
}
