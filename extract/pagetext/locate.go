package pagetext

import (
	"encoding/json"
	"math"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/extract/printed"
)

// Locator finds values on one page.
type Locator struct {
	lines   []Line
	locale  printed.Locale
	numbers []placedNumber // of the page, once asked for
}

type placedNumber struct {
	value float64
	line  *Line
}

// NewLocator returns a locator for the lines of a page.
func NewLocator(lines []Line, locale printed.Locale) *Locator {
	return &Locator{lines: lines, locale: locale}
}

// Locate finds the line in which a value stands, or the region when it spans
// several lines; nil when it is not on the page. Text is compared by letters and
// digits, numbers by value; text of up to three letters is looked for as a whole word
// first.
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
		if l.lines[i].contains(key) {
			return l.lines[i].Evidence()
		}
	}
	return locateAcross(key, l.lines)
}

// contains reports whether key stands in l, as a whole word when it is short.
func (l *Line) contains(key string) bool {
	if !strings.Contains(l.Key, key) {
		return false
	}
	if len(key) > 3 {
		return true
	}
	for _, w := range l.Words {
		if w.Key == key {
			return true
		}
	}
	return false
}

// locateAcross finds a value that spans several lines of one region.
func locateAcross(key string, lines []Line) *document.Evidence {
	for from := 0; from < len(lines); {
		to := from
		var all, text strings.Builder
		box := lines[from].Box.Rect()
		for ; to < len(lines) && lines[to].block == lines[from].block; to++ {
			all.WriteString(lines[to].Key)
			text.WriteString(lines[to].Text + "\n")
			box = box.Union(lines[to].Box.Rect())
		}
		if strings.Contains(all.String(), key) {
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
