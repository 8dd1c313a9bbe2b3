package embedded

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/checkbox"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/prose"
)

// checkReach is how far, in heights of a line, a check box may be from the text that it belongs to.
const checkReach = 2.5

// checkOf returns how a word that stands for a check box is written, "" for other words. Form fields come as
// such words, and fonts have them as characters.
func checkOf(w document.Word) string {
	switch w.Text {
	case "☒", "☑", "◉", "🗹", prose.Ticked:
		return prose.Ticked
	case "☐", "◯", "❏", "❐", "❑", "❒", prose.Unticked:
		return prose.Unticked
	}
	return ""
}

// checks splits words into those that do not stand for check boxes, and those that do.
func checks(words []document.Word) (others, boxes []document.Word) {
	for _, w := range words {
		if text := checkOf(w); text != "" {
			boxes = append(boxes, document.Word{Text: text, BBox: w.BBox})
		} else {
			others = append(others, w)
		}
	}
	return others, boxes
}

// findChecks adds drawn check boxes to the page's words, and returns lines for those that stand alone, as in
// the columns of a questionnaire.
func findChecks(page *document.Page, lines []document.Line) []document.Line {
	others, boxes := checks(page.Words)
	at := make([]document.BBox, len(lines))
	for i, l := range lines {
		at[i] = l.BBox
	}
	for _, c := range checkbox.Find(pixels.Of(page.Image), at) {
		box := document.BoxOf(c.Box)
		if slices.ContainsFunc(boxes, func(b document.Word) bool { return b.BBox.Rect().Overlaps(c.Box) }) {
			continue
		}
		boxes = append(boxes, document.Word{Text: map[bool]string{true: prose.Ticked, false: prose.Unticked}[c.Ticked], BBox: box})
	}
	if len(boxes) == 0 {
		return nil
	}
	var alone []document.Line
	page.Words = others
	for _, b := range boxes {
		if belongs(b.BBox, at) {
			page.Words = append(page.Words, b)
			continue
		}
		l := lineOfBox(b.BBox, page.Width, page.Height)
		l.Text = b.Text
		alone = append(alone, l)
	}
	return alone
}

// belongs reports whether a check box is in a line or before one, and nearer to that than to a line that ends
// in front of it.
func belongs(box document.BBox, lines []document.BBox) bool {
	before, behind := -1, -1 // white to the line after the box, and to the one before
	for _, l := range lines {
		white, level := checkGap(box, l)
		switch {
		case !level:
		case insideLine(box, l):
			return true
		case white >= 0 && (behind < 0 || white < behind):
			behind = white
		}
		if left := box[0] - l[2]; level && left >= -(box[2]-box[0])/2 && float64(left) <= checkReach*float64(l[3]-l[1]) && (before < 0 || left < before) {
			before = max(left, 0)
		}
	}
	return behind >= 0 && (before < 0 || behind <= before)
}

// checkGap is the white between a check box and a line that begins after it; -1 if none does or it is too
// far. level reports whether they are on one row.
func checkGap(box, line document.BBox) (white int, level bool) {
	middle := (box[1] + box[3]) / 2
	if middle < line[1] || middle >= line[3] {
		return -1, false
	}
	white = line[0] - box[2]
	if white < -(box[2]-box[0])/2 || float64(white) > checkReach*float64(line[3]-line[1]) {
		return -1, true
	}
	return max(white, 0), true
}

func insideLine(box, line document.BBox) bool {
	middle := (box[0] + box[2]) / 2
	return middle >= line[0] && middle < line[2]
}

// writeChecks writes the check boxes in and before lines into their text.
func writeChecks(lines []document.Line, words []document.Word) {
	var boxes []document.Word
	for _, w := range words {
		if checkOf(w) != "" {
			boxes = append(boxes, w)
		}
	}
	// From the right, so that positions still to be used do not move.
	slices.SortStableFunc(boxes, func(a, b document.Word) int { return b.BBox[0] - a.BBox[0] })
	for _, b := range boxes {
		best, nearest := -1, 0
		for i, l := range lines {
			white, level := checkGap(b.BBox, l.BBox)
			if level && insideLine(b.BBox, l.BBox) {
				best = i
				break
			}
			if white >= 0 && (best < 0 || white < nearest) {
				best, nearest = i, white
			}
		}
		drawn := b.Text == prose.Ticked || b.Text == prose.Unticked // otherwise it is from the PDF
		if best < 0 || drawn && insideLine(b.BBox, lines[best].BBox) && (squares(lines[best].Text) > 1 || isLetter(lines[best], b.BBox)) {
			continue
		}
		writeCheck(&lines[best], document.Word{Text: checkOf(b), BBox: b.BBox})
	}
}

// isLetter reports whether what was taken for a check box is inside a word: letters and digits of some fonts
// are rings.
func isLetter(l document.Line, box document.BBox) bool {
	const near = 3 // characters to the next space, at least
	runes := []rune(l.Text)
	at := len(runes) * ((box[0]+box[2])/2 - l.BBox[0]) / max(l.BBox[2]-l.BBox[0], 1)
	from, to := at-near, at+near+1
	return from >= 0 && to <= len(runes) && !slices.ContainsFunc(runes[from:to], unicode.IsSpace)
}

// squares counts the characters that may look like boxes, such as 口 and 文. One of them may be the box,
// misread.
func squares(text string) (n int) {
	for _, r := range text {
		if prose.IsCJK(r) || unicode.Is(unicode.Hangul, r) {
			n++
		}
	}
	return n
}

// writeCheck writes a check box into a line at its place, instead of the character that the reader may have
// taken it for.
func writeCheck(l *document.Line, box document.Word) {
	runes := []rune(l.Text)
	width := max(l.BBox[2]-l.BBox[0], 1)
	at := len(runes) * ((box.BBox[0]+box.BBox[2])/2 - l.BBox[0]) / width
	if at <= 1 || (box.BBox[0]+box.BBox[2])/2 < l.BBox[0]+(l.BBox[3]-l.BBox[1])/2 {
		rest := l.Text
		if box.BBox[2] > l.BBox[0] {
			rest = withoutBoxSign(rest)
		}
		l.Text = strings.TrimSpace(box.Text + " " + rest)
		return
	}
	at = nearestGap(runes, min(at, len(runes)))
	before, after := strings.TrimSpace(string(runes[:at])), strings.TrimSpace(string(runes[at:]))
	l.Text = strings.TrimSpace(before + " " + box.Text + " " + withoutBoxSign(after))
}

// nearestGap is the white space nearest to a position in a text, or the end of the text.
func nearestGap(runes []rune, at int) int {
	for d := range len(runes) {
		for _, i := range []int{at - d, at + d} {
			if i == len(runes) || i > 0 && i < len(runes) && unicode.IsSpace(runes[i]) {
				return i
			}
		}
	}
	return len(runes)
}

// boxSigns are characters that the reader takes check boxes for.
const boxSigns = "□■☐☑☒口囗日回区凶図×xXvV√✓✔oO0○●◎⊙D冈図国"

// withoutBoxSign removes the character that a check box at the beginning was taken for.
func withoutBoxSign(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	rest := text[size:]
	if !strings.ContainsRune(boxSigns, first) {
		return text
	}
	if next, _ := utf8.DecodeRuneInString(rest); rest == "" || unicode.IsSpace(next) || !unicode.IsLetter(first) || first > unicode.MaxLatin1 {
		return strings.TrimSpace(rest)
	}
	return text
}
