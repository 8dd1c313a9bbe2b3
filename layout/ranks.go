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
	opening  = 1.06 // to the next, from which a title that opens the page is larger

	lowestLevel = 6 // that documents can say
)

// rankTitles gives titles their levels by size. The largest are of level 1 when
// there is but one title or they stand out; so is a title that opens the page, when it
// is a little larger than the others. Else the page only has headings within a text.
func rankTitles(blocks []block) {
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
	if rank == 1 && len(titles) > 1 {
		opener := titles[0].size() > opening*titles[1].size() && opens(blocks, titles[0])
		for i, t := range titles {
			if i > 0 || !opener {
				t.level = 2
			}
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
