package assemble

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// codeBlock is rows of text that may be code: pieces side by side, from the top.
type codeBlock struct {
	rows  [][]document.Line
	pitch float64 // pixels from one character to the next; 0 if not known
	pad   float64 // pixels by which the box of a line is wider than its characters
}

func newCodeBlock(regions []document.Region) *codeBlock {
	var lines []document.Line
	for _, r := range regions {
		for _, l := range r.Lines {
			if l.Text != "" {
				lines = append(lines, l)
			}
		}
	}
	b := &codeBlock{}
	lines = document.Leveled(lines)
	slices.SortStableFunc(lines, func(a, b document.Line) int { return cmp.Compare(a.BBox[1]+a.BBox[3], b.BBox[1]+b.BBox[3]) })
	for _, l := range lines {
		if n := len(b.rows); n > 0 && level(b.rows[n-1][0].BBox, l.BBox) {
			b.rows[n-1] = append(b.rows[n-1], l)
			continue
		}
		b.rows = append(b.rows, []document.Line{l})
	}
	for _, row := range b.rows {
		slices.SortStableFunc(row, func(a, b document.Line) int { return cmp.Compare(a.BBox[0], b.BBox[0]) })
	}
	return b
}

// level reports whether two lines share most of their height.
func level(a, b document.BBox) bool {
	return 2*(min(a[3], b[3])-max(a[1], b[1])) > min(a[3]-a[1], b[3]-b[1])
}

func width(l document.Line) float64 { return float64(l.BBox[2] - l.BBox[0]) }

func runes(l document.Line) float64 { return float64(utf8.RuneCountInString(l.Text)) }

// measure finds pitch and pad by fitting a line to the widths of lines over their numbers of characters
// (Theil-Sen estimator: the median of the slopes).
func (b *codeBlock) measure() {
	lines := slices.Concat(b.rows...)
	const sample, apart = 100, 3 // lines; characters by which two lines differ
	lines = lines[:min(len(lines), sample)]
	var slopes []float64
	for i, l := range lines {
		for _, o := range lines[:i] {
			if n := runes(l) - runes(o); math.Abs(n) >= apart {
				slopes = append(slopes, (width(l)-width(o))/n)
			}
		}
	}
	if len(slopes) == 0 {
		return
	}
	b.pitch = median(slopes)
	pads := make([]float64, len(lines))
	for i, l := range lines {
		pads[i] = width(l) - b.pitch*runes(l)
	}
	b.pad = median(pads)
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// likeness returns how much the rows look like code, on average.
func (b *codeBlock) likeness() float64 {
	sum := 0.0
	for _, row := range b.rows {
		texts := make([]string, len(row))
		for j, l := range row {
			texts[j] = l.Text
		}
		sum += codeLikeness(strings.Join(texts, " "))
	}
	return sum / float64(max(len(b.rows), 1))
}

// plain reports whether nearly all characters are ASCII: the square characters of other scripts are
// all of one width as well.
func (b *codeBlock) plain() bool {
	const others = 0.15
	all, other := 0, 0
	for _, row := range b.rows {
		for _, l := range row {
			for _, r := range l.Text {
				if all++; r > unicode.MaxASCII {
					other++
				}
			}
		}
	}
	return float64(other) <= others*float64(all)
}

// isCode reports whether the block looks like code, and is set in a monospaced font or indented.
func (b *codeBlock) isCode() bool {
	likeness := b.likeness()
	if len(b.rows) < fewestRows || likeness < codeShare || !b.plain() {
		return false
	}
	if b.measure(); b.pitch <= 0 {
		return false
	}
	indented := 0
	for _, row := range b.rows {
		if row[0].BBox[0] > b.rows[0][0].BBox[0]+int(b.pitch) {
			indented++
		}
	}
	return b.monospaced(slices.Concat(b.rows...)) || likeness >= surelyCode && len(b.rows) > fewestRows && indented > 1
}

// fits reports whether a region beside the block can be part of it: it is set in the same font and
// within the block's left edge, or it holds the numbers of the block's rows.
func (b *codeBlock) fits(r *document.Region) bool {
	numbers := true
	for _, l := range r.Lines {
		numbers = numbers && isNumber(l.Text)
	}
	if numbers {
		return len(r.Lines) > 1 && level(r.BBox, b.box())
	}
	return b.box()[0]-r.BBox[0] < int(b.pitch) && b.monospaced(r.Lines) && !slices.ContainsFunc(r.Lines, func(l document.Line) bool { return isSentence(l.Text) })
}

// isSentence reports whether a row is several words and nothing else.
func isSentence(text string) bool {
	const several = 4
	words := strings.Fields(strings.TrimRight(text, ".,:;?!"))
	return len(words) >= several && !slices.ContainsFunc(words, func(w string) bool {
		return strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' })
	})
}

// box returns the box around the block.
func (b *codeBlock) box() document.BBox {
	box := b.rows[0][0].BBox.Rect()
	for _, row := range b.rows {
		for _, l := range row {
			box = box.Union(l.BBox.Rect())
		}
	}
	return document.BoxOf(box)
}

// monospaced reports whether the widths of most lines agree with their numbers of characters.
func (b *codeBlock) monospaced(lines []document.Line) bool {
	const off, part, most = 0.7, 0.035, 0.7 // characters; of the width; of the lines
	good, all := 0, 0
	for _, l := range lines {
		if utf8.RuneCountInString(l.Text) < 3 {
			continue
		}
		all++
		if d := math.Abs(width(l) - b.pad - b.pitch*runes(l)); d <= max(off*b.pitch, part*width(l)) {
			good++
		}
	}
	return all > 0 && float64(good) >= most*float64(all)
}

// write makes the first of regions the code, and moves the others into it.
func (b *codeBlock) write(regions []document.Region) {
	*b = *newCodeBlock(regions)
	b.measure()
	head := &regions[0]
	head.Type, head.Level, head.Content = document.RegionCode, 0, b.text()
	for i := range regions[1:] {
		Move(&regions[i+1], head)
	}
}

// text lays the rows out as they stand on the page.
func (b *codeBlock) text() string {
	left := b.start(b.rows[0][0])
	for _, row := range b.rows {
		left = min(left, b.start(row[0]))
	}
	indents, leading := b.indents(left), b.leading()
	var out strings.Builder
	for i, row := range b.rows {
		if i > 0 {
			distance := middle(row[0]) - middle(b.rows[i-1][0])
			out.WriteString(strings.Repeat("\n", min(max(int(math.Round(distance/leading)), 1), 3)))
		}
		at := 0 // characters of this row
		for j, l := range row {
			column, known := indents[l.BBox]
			if !known {
				column = int(math.Round((b.start(l) - left) / b.pitch))
			}
			if j > 0 {
				column = max(column, at+1)
			}
			text := b.spaced(l)
			out.WriteString(strings.Repeat(" ", min(max(column-at, 0), 120)) + text)
			at = column + utf8.RuneCountInString(text)
		}
	}
	return out.String()
}

// indents returns the column at which the code of each row begins, by the box of its line. Lines that
// begin less than sameColumn apart have the same one.
func (b *codeBlock) indents(left float64) map[document.BBox]int {
	var firsts []document.Line
	for _, row := range b.rows {
		first := row[0]
		if len(row) > 1 && isNumber(first.Text) { // of the row
			first = row[1]
		}
		firsts = append(firsts, first)
	}
	slices.SortStableFunc(firsts, func(l, o document.Line) int { return cmp.Compare(b.start(l), b.start(o)) })
	columns := map[document.BBox]int{}
	base, origin := 0, 0.0
	for from := 0; from < len(firsts); {
		to := from + 1
		for to < len(firsts) && b.start(firsts[to])-b.start(firsts[to-1]) < sameColumn*b.pitch {
			to++
		}
		at := b.columnOf(firsts[from:to])
		if from == 0 {
			base, origin = int(math.Round((at-left)/b.pitch)), at
		}
		for _, l := range firsts[from:to] {
			columns[l.BBox] = base + int(math.Round((at-origin)/b.pitch))
		}
		from = to
	}
	return columns
}

// sameColumn is how far apart, in characters, lines of one column begin.
const sameColumn = 0.7

// columnOf returns where the lines of one column begin, by the longer ones if there are any: they are
// more precise.
func (b *codeBlock) columnOf(lines []document.Line) float64 {
	const long = 4 // characters
	var starts []float64
	for _, l := range lines {
		if runes(l) >= long {
			starts = append(starts, b.start(l))
		}
	}
	if len(starts) == 0 {
		for _, l := range lines {
			starts = append(starts, b.start(l))
		}
	}
	return median(starts)
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// start returns where the first character of a line begins. The box of a line is wider than its
// characters, equally on both sides; that of a line of few characters even more so.
func (b *codeBlock) start(l document.Line) float64 {
	byBox := float64(l.BBox[0]) + b.pad/2
	byMiddle := float64(l.BBox[0]+l.BBox[2])/2 - b.pitch*runes(l)/2
	switch off := math.Abs(byBox - byMiddle); {
	case runes(l) <= 3:
		return byMiddle
	case off > b.pitch/2:
		return byBox
	}
	return (byBox + byMiddle) / 2
}

// leading returns the usual distance of rows.
func (b *codeBlock) leading() float64 {
	var all []float64
	for i := range b.rows[1:] {
		all = append(all, middle(b.rows[i+1][0])-middle(b.rows[i][0]))
	}
	slices.Sort(all)
	return max(all[len(all)/3], 1)
}

func middle(l document.Line) float64 { return float64(l.BBox[1]+l.BBox[3]) / 2 }

// spaced restores the white between the number of a row and its code, if both are one line: it was read
// as one space.
func (b *codeBlock) spaced(l document.Line) string {
	number := len(l.Text) - len(strings.TrimLeft(l.Text, "0123456789"))
	if number == 0 || number == len(l.Text) || l.Text[number] != ' ' {
		return l.Text
	}
	lost := int(math.Round((width(l)-b.pad)/b.pitch - runes(l)))
	return l.Text[:number] + strings.Repeat(" ", min(max(lost, 0), 80)) + l.Text[number:]
}
