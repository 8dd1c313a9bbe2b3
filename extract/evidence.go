package extract

import (
	"encoding/json"
	"math"
	"strings"

	"ocr-gateway/document"
)

var printedNumber = lazily(`\d[\d.,'’` + "`" + `]*(?: \d{3}(?:[.,]\d+)?\b)*`)

// locator finds values on one page.
type locator struct {
	spans   []span
	habits  habits
	numbers []placedNumber // of the page, once asked for
}

type placedNumber struct {
	value float64
	span  *span
}

// locate finds the line in which a value stands, or the region when it goes over
// several lines; nil when it is not on the page. Text is compared by letters and
// digits, numbers by value; text of up to three letters must be a whole word.
func (l *locator) locate(v any) *document.Evidence {
	if n, ok := v.(json.Number); ok {
		return l.locateNumber(n)
	}
	s, ok := v.(string)
	key := letters(s)
	if !ok || key == "" {
		return nil
	}
	for i := range l.spans {
		if l.spans[i].holds(key) {
			return l.spans[i].evidence()
		}
	}
	return locateAcross(key, l.spans)
}

// holds reports whether key stands in s, at word boundaries when it is short.
func (s *span) holds(key string) bool {
	if !strings.Contains(s.key, key) {
		return false
	}
	if len(key) > 3 {
		return true
	}
	for _, w := range s.words {
		if w.key == key {
			return true
		}
	}
	return false
}

// locateAcross finds a value that goes over several lines of one region.
func locateAcross(key string, spans []span) *document.Evidence {
	for from := 0; from < len(spans); {
		to := from
		var all, printed strings.Builder
		box := spans[from].box.Rect()
		for ; to < len(spans) && spans[to].block == spans[from].block; to++ {
			all.WriteString(spans[to].key)
			printed.WriteString(spans[to].text + "\n")
			box = box.Union(spans[to].box.Rect())
		}
		if strings.Contains(all.String(), key) {
			return &document.Evidence{
				Page: spans[from].page, Region: spans[from].region, BBox: document.BoxOf(box), Text: strings.TrimSpace(printed.String()),
			}
		}
		from = to
	}
	return nil
}

func (l *locator) locateNumber(n json.Number) *document.Evidence {
	if l.numbers == nil {
		l.numbers = []placedNumber{}
		for i := range l.spans {
			for _, printed := range printedNumber().FindAllString(l.spans[i].text, -1) {
				if got, ok := parseNumber(strings.TrimRight(printed, ".,'’`"), l.habits.marks); ok {
					f, _ := got.Float64() // digits always parse, to infinity if need be
					l.numbers = append(l.numbers, placedNumber{f, &l.spans[i]})
				}
			}
		}
	}
	want, err := n.Float64()
	if err != nil {
		return nil
	}
	for _, p := range l.numbers {
		if p.value == math.Abs(want) {
			return p.span.evidence()
		}
	}
	return nil
}
