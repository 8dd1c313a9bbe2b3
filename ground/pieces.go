package ground

import (
	"image"

	"ocr-gateway/document"
)

// piece is a token, or the part of one that is on a line: words may be divided at the end of a line.
type piece struct {
	text      string
	found     bool
	line      int // of the page
	box       document.BBox
	rotation  int
	agreement float64 // 0 to 1: share of its characters that both readers agree on
}

const (
	// leastFound is the share of a token's characters that must be seen as they were read for the token to be
	// found there: a third is more than chance gives.
	leastFound = 0.34
	// leastPart is how many characters a divided word has on each line, at least.
	leastPart = 2
)

// piecesOf finds where a token was seen. pairs holds, for each of its characters, the index among those seen.
func piecesOf(token []rune, pairs []int, characters []character, seen []document.WordBox) []piece {
	lines := make([]int, len(token)) // of each character; -1 where it was not seen
	for i, j := range pairs {
		lines[i] = -1
		if j >= 0 && characters[j].r == token[i] {
			lines[i] = seen[characters[j].word].Line
		}
	}
	cut := division(lines)
	pieces := []piece{pieceOf(token[:cut], pairs[:cut], characters, seen)}
	if cut < len(token) {
		pieces = append(pieces, pieceOf(token[cut:], pairs[cut:], characters, seen))
	}
	return pieces
}

// division is where a token continues on another line; its length where it does not.
func division(lines []int) int {
	for cut := leastPart; cut <= len(lines)-leastPart; cut++ {
		before, after := lines[cut-1], lines[cut]
		if before >= 0 && after >= 0 && before != after && only(lines[:cut], before) && only(lines[cut:], after) {
			return cut
		}
	}
	return len(lines)
}

// only reports whether enough characters were seen, all of them on one line.
func only(lines []int, line int) bool {
	n := 0
	for _, l := range lines {
		switch l {
		case line:
			n++
		case -1:
		default:
			return false
		}
	}
	return n >= leastPart
}

// pieceOf places characters on the line on which most of them were seen.
func pieceOf(token []rune, pairs []int, characters []character, seen []document.WordBox) piece {
	p := piece{text: string(token)}
	counts, best := map[int]int{}, 0
	for i, j := range pairs {
		if j < 0 || characters[j].r != token[i] {
			continue
		}
		line := seen[characters[j].word].Line
		if counts[line]++; counts[line] > best {
			best, p.line = counts[line], line
		}
	}
	if float64(best) < leastFound*float64(len(token)) {
		return p
	}
	first, last := -1, -1
	for _, j := range pairs {
		if j >= 0 && seen[characters[j].word].Line == p.line {
			if first < 0 {
				first = j
			}
			last = j
		}
	}
	agreement := float64(best) / float64(max(len(token), last-first+1))
	if agreement < leastFound { // its characters are scattered
		return p
	}
	p.found, p.agreement = true, agreement
	p.rotation = seen[characters[first].word].Rotation
	p.box = boxOf(characters[first:last+1], p.line, seen)
	return p
}

// boxOf is the box around consecutive characters, as far as they are on a line.
func boxOf(characters []character, line int, seen []document.WordBox) document.BBox {
	var box image.Rectangle
	for from := 0; from < len(characters); {
		to := from
		for to < len(characters) && characters[to].word == characters[from].word {
			to++
		}
		if w := seen[characters[from].word]; w.Line == line {
			box = box.Union(part(w, characters[from].at, characters[to-1].at+1, characters[from].of).Rect())
		}
		from = to
	}
	return document.BoxOf(box)
}

// part is the box of the characters [from, to) of a word that has of characters.
func part(w document.WordBox, from, to, of int) document.BBox {
	b := w.BBox
	width, height := b[2]-b[0], b[3]-b[1]
	switch w.Rotation {
	case 90:
		return document.BBox{b[0], b[1] + height*from/of, b[2], b[1] + height*to/of}
	case 180:
		return document.BBox{b[2] - width*to/of, b[1], b[2] - width*from/of, b[3]}
	case 270:
		return document.BBox{b[0], b[3] - height*to/of, b[2], b[3] - height*from/of}
	}
	return document.BBox{b[0] + width*from/of, b[1], b[0] + width*to/of, b[3]}
}

// between gives pieces that were not found the space left on the line of their neighbors, or else the whole
// region.
func between(pieces []piece, region document.BBox) {
	for i := 0; i < len(pieces); {
		if pieces[i].found {
			i++
			continue
		}
		end, letters := i, 0
		for end < len(pieces) && !pieces[end].found {
			letters += len([]rune(pieces[end].text))
			end++
		}
		gap, line, ok := gapOf(pieces, i, end)
		at := 0
		for j := i; j < end; j++ {
			p := &pieces[j]
			p.box, p.line = region, line
			n := len([]rune(p.text))
			if ok {
				width := gap[2] - gap[0]
				p.box = document.BBox{gap[0] + width*at/letters, gap[1], gap[0] + width*(at+n)/letters, gap[3]}
			}
			at += n
		}
		i = end
	}
}

// gapOf is the white between the pieces found before and after, if they are on one level line.
func gapOf(pieces []piece, from, to int) (gap document.BBox, line int, ok bool) {
	if from > 0 {
		line = pieces[from-1].line
	}
	if from == 0 || to == len(pieces) {
		return gap, line, false
	}
	a, b := pieces[from-1], pieces[to]
	gap = document.BBox{a.box[2], min(a.box[1], b.box[1]), b.box[0], max(a.box[3], b.box[3])}
	return gap, line, a.line == b.line && a.rotation == 0 && gap[2] > gap[0]
}
