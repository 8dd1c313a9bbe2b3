package geometry

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// classify gives the blocks of text their types: titles because they are large and short, captions and
// references because the model says so.
func classify(p *upright.Page, blocks []block) {
	byModel := make([]bool, len(blocks)) // titles only because the model says so
	for i := range blocks {
		b := &blocks[i]
		if b.kind != document.RegionText || b.object() != nil {
			continue
		}
		z, known := p.ZoneAround(b.box())
		if known {
			b.label, b.score = z.Label, &z.Score
		}
		switch {
		case known && (z.Label == "figure_caption" || z.Label == "table_caption"):
			b.kind = document.RegionCaption
		case known && z.Label == "reference" && len(b.rows) > 3:
			b.kind = document.RegionReference
		case !mayBeTitle(*b, p.Size):
		case isLarge(*b, p.Size):
			b.kind = document.RegionTitle
		case known && z.Label == "title" && b.size() >= 0.9*p.Size:
			b.kind, byModel[i] = document.RegionTitle, true
		}
	}
	for i := range blocks {
		if byModel[i] && !headsSomething(blocks[i].size(), blocks[i+1:]) {
			blocks[i].kind = document.RegionText
		}
	}
	setTitleLevels(blocks, p.Size)
}

// mayBeTitle reports whether a block is short enough for a title, and is not a drop cap, bullet, page
// number or row of a form. body is the height of the page's text.
func mayBeTitle(b block, body float64) bool {
	width, size := b.box().Width(), b.size()
	narrow := width < upright.NumberWidth*size && size < 1.5*body || width < 1.5*size
	return len(b.rows) <= 3 && len(b.rows[0]) <= 2 && !narrow
}

// isLarge reports whether a block's text is larger than the body's. The heights of several rows vary
// less by chance than that of one.
func isLarge(b block, body float64) bool {
	ratio := b.size() / body
	return ratio >= 1.3 || ratio >= 1.18 && len(b.rows) == 1
}

// noBody is the part of a title's text height, at most, of text that does not belong to it: notes and
// the foot of a slide.
const noBody = 0.7

// headsSomething reports whether a title of some size stands above anything: text, a table or a figure,
// before or after further titles. One short row may come first: the subject of a letter stands above
// "Dear Ms. Ferrow,".
func headsSomething(size float64, below []block) bool {
	short := 0
	for _, b := range below {
		switch {
		case b.object() != nil || b.kind == document.RegionCaption || b.kind == document.RegionReference:
			return true
		case b.kind == document.RegionText:
			if b.size() > noBody*size && (len(b.rows) > 1 || b.box().Width() > upright.ProseWidth*b.size()) {
				return true
			}
			if short++; short > 1 {
				return false
			}
		}
	}
	return false
}

// Titles of one level are set in one size, but the boxes around them differ: with letters that reach
// below the line, or in a long line, a box is higher.
const (
	nextSize  = 1.12 // between neighbors in size: more makes another level
	sameLevel = 1.3  // between the largest and the smallest of a level
	headline  = 1.35 // of the text's height, above which titles stand out
	opening   = 1.06 // of the next one, above which a title that opens the page is larger

	lowestLevel = 6 // that a document can have
)

// setTitleLevels gives titles their levels by size. The largest are of level 1 if there is only one title
// or if they stand out from the others and from the text; so is a title that opens the page, if it is a
// little larger than the others. Otherwise the page only has headings within a text, from level 2 down.
// body is the height of its text.
func setTitleLevels(blocks []block, body float64) {
	var titles []*block
	for i := range blocks {
		if blocks[i].kind == document.RegionTitle {
			titles = append(titles, &blocks[i])
		}
	}
	slices.SortStableFunc(titles, func(a, b *block) int { return cmp.Compare(b.size(), a.size()) })
	level, largest := 0, math.Inf(1)
	for i, t := range titles {
		if largest > sameLevel*t.size() || titles[i-1].size() > nextSize*t.size() {
			level, largest = min(level+1, lowestLevel), t.size()
		}
		t.level = level
	}
	if len(titles) < 2 || level > 1 && titles[0].size() >= headline*body {
		return
	}
	opener := titles[0].size() > opening*titles[1].size() && opensPage(blocks, titles[0])
	for i, t := range titles {
		if !opener || i > 0 && t.level == 1 {
			t.level = min(t.level+1, lowestLevel)
		}
	}
}

// opensPage reports whether nothing but running heads comes before a title.
func opensPage(blocks []block, title *block) bool {
	for i := range blocks {
		switch blocks[i].kind {
		case document.RegionHeader, document.RegionPageNumber:
		default:
			return &blocks[i] == title
		}
	}
	return false
}
