package embedded

import (
	"cmp"
	"image"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
)

// minWord is the height, in pixels, up to which a word is only a speck.
const minWord = 3

// unseenGap is the white, in heights, that ends a line of words: about three spaces.
const unseenGap = 1.0

// unseen makes lines of words that the PDF says are on the page and that are in no line, where something is
// drawn in their place. They are read like other lines, so that the PDF is still believed only where the
// picture agrees. Leaders are not words.
func unseen(lines []document.Line, page *document.Page) []document.Line {
	src := pixels.Of(page.Image)
	var words []document.Word
	for _, w := range page.Words {
		if checkOf(w) == "" && !touched(lines, w.BBox) && w.BBox[3]-w.BBox[1] > minWord && src.Sub(w.BBox.Rect().Intersect(image.Rect(0, 0, src.W, src.H))).Drawn() {
			words = append(words, w)
		}
	}
	var found []document.Line
	for _, row := range wordRows(words) {
		if !prose.IsLeader(strings.Join(row.words, " ")) {
			found = append(found, lineOfBox(row.box, page.Width, page.Height))
		}
	}
	return found
}

// touched reports whether a line covers the word, or part of its place.
func touched(lines []document.Line, word document.BBox) bool {
	if proofread.LineOf(lines, word) >= 0 {
		return true
	}
	const little = 5 // from a fifth of the word on
	area := (word[2] - word[0]) * (word[3] - word[1])
	for _, l := range lines {
		if in := word.Rect().Intersect(l.BBox.Rect()); little*in.Dx()*in.Dy() > area {
			return true
		}
	}
	return false
}

// wordRow holds the texts of consecutive words on a row, and the box of them all.
type wordRow struct {
	words []string
	box   document.BBox
}

// wordRows joins consecutive words on a row.
func wordRows(words []document.Word) []wordRow {
	slices.SortStableFunc(words, func(a, b document.Word) int {
		return cmp.Or(cmp.Compare(a.BBox[1]+a.BBox[3], b.BBox[1]+b.BBox[3]), cmp.Compare(a.BBox[0], b.BBox[0]))
	})
	var rows []wordRow
	for _, w := range words {
		joined := false
		for i := len(rows) - 1; i >= max(0, len(rows)-64) && !joined; i-- {
			r := &rows[i]
			gap := float64(max(w.BBox[0]-r.box[2], r.box[0]-w.BBox[2]))
			if prose.SameRow(r.box, w.BBox) && gap < unseenGap*float64(w.BBox[3]-w.BBox[1]) {
				r.words, r.box = append(r.words, w.Text), document.BoxOf(r.box.Rect().Union(w.BBox.Rect()))
				joined = true
			}
		}
		if !joined {
			rows = append(rows, wordRow{[]string{w.Text}, w.BBox})
		}
	}
	return rows
}

// lineOfBox returns a level line that fills the box b of a w x h page.
func lineOfBox(b document.BBox, w, h int) document.Line {
	x0, y0, x1, y1 := float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])
	q := [4]document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	return document.Line{Quad: q, BBox: pixels.BBoxOf(q, w, h)}
}
