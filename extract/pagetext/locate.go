package pagetext

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/extract/printed"
)

// Locator finds values on one page.
type Locator struct {
	lines   []Line
	locale  printed.Locale
	numbers []placedNumber // of the page, found when first needed
}

type placedNumber struct {
	value float64
	line  *Line
}

// NewLocator returns a locator for the lines of a page.
func NewLocator(lines []Line, locale printed.Locale) *Locator {
	return &Locator{lines: lines, locale: locale}
}

// Locate finds the line with a value, or the region if the value spans several lines; nil if it is not on
// the page. Text is compared by the letters and digits of whole words, numbers by value.
func (l *Locator) Locate(v any) *document.Evidence {
	if n, ok := v.(json.Number); ok {
		return l.locateNumber(n)
	}
	s, ok := v.(string)
	key := printed.Letters(s)
	if !ok || key == "" {
		return nil
	}
	for i := range l.lines {
		if hasWords(l.lines[i].Key, key, l.lines[i:i+1]) {
			return l.lines[i].Evidence()
		}
	}
	return locateAcross(key, l.lines)
}

// hasWords reports whether key occurs in all, the concatenated keys of the lines, and not as a part of
// longer words.
func hasWords(all, key string, lines []Line) bool {
	var ends []int // of words in all, found when first needed
	for from := 0; ; {
		at := strings.Index(all[from:], key)
		if at < 0 {
			return false
		}
		if ends == nil {
			ends = wordEnds(lines)
		}
		at += from
		if end := at + len(key); parts(all, at, key, ends) && parts(all, end, key, ends) {
			return true
		}
		_, size := utf8.DecodeRuneInString(all[at:])
		from = at + size
	}
}

// wordEnds returns the offsets in the concatenated keys of the lines at which words end.
func wordEnds(lines []Line) []int {
	var ends []int
	end := 0
	for i := range lines {
		for _, w := range lines[i].Words {
			end += len(w.Key)
			ends = append(ends, end)
		}
	}
	return ends
}

// parts reports whether one word may end and another begin at an offset of all: where they do in print,
// between letters and digits (EUR100, RE4711) except for a single character (A in A4), and anywhere in
// scripts that are written without spaces.
func parts(all string, at int, key string, ends []int) bool {
	if at == 0 || at == len(all) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(all[:at])
	after, _ := utf8.DecodeRuneInString(all[at:])
	if unicode.In(before, unspaced...) || unicode.In(after, unspaced...) {
		return true
	}
	if unicode.IsDigit(before) != unicode.IsDigit(after) && utf8.RuneCountInString(key) > 1 {
		return true
	}
	_, is := slices.BinarySearch(ends, at)
	return is
}

// unspaced are scripts without spaces between words, or with particles attached to them.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// locateAcross finds a value that spans several lines of one region.
func locateAcross(key string, lines []Line) *document.Evidence {
	for from := 0; from < len(lines); {
		to := from
		var all, text strings.Builder
		box := lines[from].drawn.Rect()
		for ; to < len(lines) && lines[to].block == lines[from].block; to++ {
			all.WriteString(lines[to].Key)
			text.WriteString(lines[to].Text + "\n")
			box = box.Union(lines[to].drawn.Rect())
		}
		if hasWords(all.String(), key, lines[from:to]) {
			return &document.Evidence{
				Page: lines[from].Page, Region: lines[from].Region, BBox: document.BoxOf(box), Text: strings.TrimSpace(text.String()),
			}
		}
		from = to
	}
	return nil
}

func (l *Locator) locateNumber(n json.Number) *document.Evidence {
	if l.numbers == nil {
		l.numbers = []placedNumber{}
		for i := range l.lines {
			for _, n := range printed.Numbers(l.lines[i].Text, l.locale.Decimal) {
				f, _ := n.Float64() // digits always parse, to infinity if need be
				l.numbers = append(l.numbers, placedNumber{f, &l.lines[i]})
			}
		}
	}
	want, err := n.Float64()
	if err != nil {
		return nil
	}
	for _, p := range l.numbers {
		if p.value == math.Abs(want) {
			return p.line.Evidence()
		}
	}
	return nil
}
