package prose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// row is one printed row of a paragraph: a line, or several side by side.
type row struct {
	text string
	box  document.BBox
	gap  bool // it has pieces far from each other, like the rows of a bill
}

// paragraphs writes lines, given in reading order, as running text. A row ends with a line break only where
// the author broke it.
func paragraphs(lines []document.Line) string {
	rs := textRows(withText(lines))
	keepAll := standAlone(rs)
	indents := itemIndents(rs)
	var out []string
	for i, r := range rs {
		if i == 0 || keepAll || broken(rs, i) {
			out = append(out, indents[i]+r.text)
			continue
		}
		last := len(out) - 1
		out[last] = join(out[last], r.text)
	}
	return strings.Join(out, "\n")
}

// OneLine writes lines as one line of text.
func OneLine(lines []document.Line) string {
	text := ""
	for _, r := range textRows(withText(lines)) {
		text = join(text, r.text)
	}
	return text
}

// textRows joins consecutive lines on one row.
func textRows(lines []document.Line) []row {
	var rs []row
	for _, l := range lines {
		if n := len(rs); n > 0 && SameRow(rs[n-1].box, l.BBox) && l.BBox[0] >= (rs[n-1].box[0]+rs[n-1].box[2])/2 {
			last := &rs[n-1]
			last.gap = last.gap || l.BBox[0]-last.box[2] > wideGap*(l.BBox[3]-l.BBox[1])
			if isDropCap(*last, l) {
				last.text += l.Text
			} else {
				last.text = join(last.text, l.Text)
			}
			last.box = document.BoxOf(last.box.Rect().Union(l.BBox.Rect()))
			continue
		}
		rs = append(rs, row{text: l.Text, box: l.BBox})
	}
	return rs
}

// isDropCap reports whether a row is the large first letter of the word that a line continues. An A or I may
// be a word itself; then a whole word follows.
func isDropCap(r row, l document.Line) bool {
	letter, size := utf8.DecodeRuneInString(r.text)
	first, _ := utf8.DecodeRuneInString(l.Text)
	if size != len(r.text) || !unicode.IsUpper(letter) || !unicode.IsLetter(first) || IsCJK(first) ||
		float64(height(r)) < dropCapHeight*float64(l.BBox[3]-l.BBox[1]) {
		return false
	}
	word, _, _ := strings.Cut(l.Text, " ")
	return letter != 'A' && letter != 'I' || !strings.ContainsAny(strings.ToLower(word), "aeiouy")
}

// dropCapHeight is how many times as high as the line beside it a drop cap is, at least.
const dropCapHeight = 1.8

// wideGap is the gap, in heights of a line, between an item and its price, at least. Words of prose are
// closer, however justified.
const wideGap = 2

// Rows may be entries rather than prose, as in addresses, menus and verse, when
// they have at most shortRow characters on average and none has longRow.
const (
	shortRow = 40
	longRow  = 80
)

// standAlone reports whether the rows are separate entries: short, uneven, and none continues the one before.
func standAlone(rs []row) bool {
	if len(rs) < 2 {
		return false
	}
	box := rowsBox(rs)
	long, uneven := 0, 0
	for i, r := range rs {
		n := utf8.RuneCountInString(r.text)
		if long += n; n >= longRow {
			return false
		}
		if i > 0 {
			if first, _ := utf8.DecodeRuneInString(r.text); unicode.IsLower(first) || hyphenated(rs[i-1].text) {
				return false
			}
		}
		if i < len(rs)-1 && (box[2]-r.box[2] > height(r)/2 || r.box[0]-box[0] > 2*height(r)) {
			uneven++ // at the right, or at the left by more than an indent
		}
	}
	return long <= shortRow*len(rs) && 2*uneven >= len(rs)-1
}

// broken reports whether row i begins something new instead of continuing row i-1.
func broken(rs []row, i int) bool {
	prev, r := rs[i-1], rs[i]
	h := min(height(prev), height(r))
	short := fits(rs, i)
	ended := short || endsSentence(prev.text)
	switch {
	case prev.gap && r.gap, leaderEntry.MatchString(prev.text), pricedRow.MatchString(prev.text) && (prev.gap || pricedRow.MatchString(r.text)):
		return true
	case hyphenated(prev.text):
		return false
	case short, continuesList(rs, i):
		return true
	case bullet.MatchString(r.text), strings.HasPrefix(r.text, Ticked), strings.HasPrefix(r.text, Unticked):
		return true
	case ended && listItem.MatchString(r.text):
		return true
	case r.box[1]-prev.box[3] > h: // an empty row between them
		return true
	}
	// A row set in or out from the others begins a paragraph.
	return ended && max(r.box[0]-prev.box[0], prev.box[0]-r.box[0]) > h
}

// entryRoom is the share of a block's width that a row leaves free at its end if the next one, which begins
// in lower case, is an entry of its own. Prose set ragged, or cut from a skewed scan, leaves less.
const entryRoom = 0.3

// fits reports whether the first word of row i would have fit at the end of the row before, so that the break
// was intended.
func fits(rs []row, i int) bool {
	prev, r := rs[i-1], rs[i]
	n := utf8.RuneCountInString(r.text)
	word := n
	if at := strings.IndexFunc(r.text, unicode.IsSpace); at > 0 {
		word = utf8.RuneCountInString(r.text[:at])
	}
	first, _ := utf8.DecodeRuneInString(r.text)
	if IsCJK(first) {
		word = min(word, 2) // without spaces, a row breaks anywhere
	}
	perChar := float64(r.box[2]-r.box[0]) / float64(n)
	box := rowsBox(rs)
	room := float64(box[2] - prev.box[2])
	if unicode.IsLower(first) && !endsSentence(prev.text) && room < entryRoom*float64(box[2]-box[0]) {
		return false
	}
	return room > perChar*float64(word+2)
}

var (
	bullet   = regexp.MustCompile(`^[•·▪▫◦‣●○■□◆◇►▶✓✔∙⁃*]\s*\S`)
	listItem = regexp.MustCompile(`^(\(?(\d{1,3}|[a-z]|[ivxlc]{1,5})[.)]|\([A-Z]\)|\[\d{1,3}\]|(\d{1,2}\.){2,4}|[-–—] )\s*\S`)
)

// leaderEntry matches a row of a table of contents: title, leaders and page number.
var leaderEntry = regexp.MustCompile(` … ([0-9A-Z]{0,3}[-.]?\d{1,4}|[ivxlc]{1,7})$`)

// pricedRow matches a row of a bill: it ends with an amount, and what tills print after it.
var pricedRow = regexp.MustCompile(`[^\s\d.,][\s\S]*[\s$€£]-?\d[\d.,]*[.,]\d{2}-?( ?(€|\*?[A-Z]{1,3}\*?))?$`)

// ordinal is the number of a list item: its kind and value.
type ordinal struct {
	kind  string // the marks around it, and whether it is a letter
	count int
}

var counted = regexp.MustCompile(`^(\(?)(?:(\d{1,2})|([a-z]))([.)])\s+\S`)

// ordinalOf reads the ordinal that a row begins with.
func ordinalOf(text string) (o ordinal, ok bool) {
	m := counted.FindStringSubmatch(text)
	if m == nil {
		return ordinal{}, false
	}
	if m[3] != "" {
		return ordinal{m[1] + "a" + m[4], int(m[3][0]-'a') + 1}, true
	}
	n, err := strconv.Atoi(m[2])
	return ordinal{m[1] + "1" + m[4], n}, err == nil
}

// itemIndents returns the blanks before each row that show how deep its item is in a list: three per level,
// as Markdown requires below "1. ".
func itemIndents(rs []row) []string {
	indents := make([]string, len(rs))
	var lefts []int
	item := make([]bool, len(rs))
	for i, r := range rs {
		_, counts := ordinalOf(r.text)
		if item[i] = counts || bullet.MatchString(r.text); item[i] {
			lefts = append(lefts, r.box[0])
		}
	}
	slices.Sort(lefts)
	for i, r := range rs {
		if !item[i] {
			continue
		}
		depth, last := 0, lefts[0]
		for _, left := range lefts {
			if left > r.box[0] {
				break
			}
			if left-last > height(r)/2 {
				depth++
			}
			last = left
		}
		const deepest = 6
		indents[i] = strings.Repeat("   ", min(depth, deepest))
	}
	return indents
}

// continuesList reports whether row i is the next item of a list whose last item is among the rows, or the
// first item of a list within it.
func continuesList(rs []row, i int) bool {
	o, ok := ordinalOf(rs[i].text)
	if !ok {
		return false
	}
	const reach = 40 // rows of an item, and of lists within it
	for j := i - 1; j >= max(0, i-reach); j-- {
		before, counts := ordinalOf(rs[j].text)
		if counts && (before.kind == o.kind && before.count == o.count-1 || before.kind != o.kind && o.count == 1) {
			return true
		}
	}
	return false
}

// join appends next to text, as one line.
func join(text, next string) string {
	if text == "" || next == "" {
		return text + next
	}
	last, size := utf8.DecodeLastRuneInString(text)
	first, _ := utf8.DecodeRuneInString(next)
	switch {
	case hyphenated(text) && unicode.IsLower(first) && !compound.MatchString(text):
		return text[:len(text)-size] + next
	case hyphenated(text) && (unicode.IsLetter(first) || unicode.IsDigit(first)):
		return text + next // a compound: keep its hyphen
	case IsCJK(last) && IsCJK(first):
		return text + next
	}
	return text + " " + next
}

// compound matches a text whose last word begins a compound, so that the hyphen at its end stays. Syllables
// that other words also begin with are left out.
var compound = regexp.MustCompile(`(?i)(^|[\s("'“‘])(self|non|well|half|quasi|vice|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[-\x{2010}]$`)

// hyphenated reports whether text ends inside a word.
func hyphenated(text string) bool {
	last, size := utf8.DecodeLastRuneInString(text)
	before, _ := utf8.DecodeLastRuneInString(text[:len(text)-size])
	return strings.ContainsRune("-\u00ad\u2010", last) && unicode.IsLetter(before)
}

// endsSentence reports whether text ends with a mark that ends a sentence or
// announces a list.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, `"'”’»)]`)
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(".:;!?。：；！？", last)
}

// IsCJK reports whether r belongs to a script written without spaces.
func IsCJK(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

func height(r row) int { return r.box[3] - r.box[1] }

func rowsBox(rs []row) document.BBox {
	box := rs[0].box.Rect()
	for _, r := range rs[1:] {
		box = box.Union(r.box.Rect())
	}
	return document.BoxOf(box)
}

// edges is the box around lines.
func edges(lines []document.Line) document.BBox {
	box := lines[0].BBox.Rect()
	for _, l := range lines[1:] {
		box = box.Union(l.BBox.Rect())
	}
	return document.BoxOf(box)
}

// charWidth is the median width of a character, in pixels.
func charWidth(lines []document.Line) float64 {
	widths := make([]float64, len(lines))
	for i, l := range lines {
		widths[i] = float64(l.BBox[2]-l.BBox[0]) / float64(utf8.RuneCountInString(l.Text))
	}
	slices.Sort(widths)
	return max(widths[len(widths)/2], 1)
}
