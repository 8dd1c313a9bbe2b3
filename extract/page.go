package extract

import (
	"html"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ocr-gateway/document"
)

// Bounds of what is searched, in lines. The densest newspaper page has some 2,000.
const (
	maxPageSpans = 5_000
	maxSpans     = 50_000 // of a document
)

// span is one line of a page.
type span struct {
	page   int
	region string
	block  int // which region of the document, from 0
	kind   document.RegionType
	box    document.BBox
	text   string
	words  []word
	key    string // letters of the text
}

// word is a run of letters and digits in a span.
type word struct {
	key        string // folded
	start, end int    // bytes in the span's text
}

func (s *span) height() int { return max(1, s.box[3]-s.box[1]) }

// evidence is the span as the place of a value.
func (s *span) evidence() *document.Evidence {
	return &document.Evidence{Page: s.page, Region: s.region, BBox: s.box, Text: s.text}
}

var (
	markup    = lazily(`<[^<>]*>`)
	rowBreaks = lazily(`(?i)</t[dhr]>|<br\s*/?>`)
)

// spansOf lists the lines of a page. Regions of engines that see no lines give
// theirs by line breaks and table cells, with the region's box. cut says that
// there are more than can be searched.
func spansOf(p *document.PageResult, block *int) (spans []span, cut bool) {
	for i := range p.Regions {
		r := &p.Regions[i]
		*block++
		add := func(text string, box document.BBox) {
			if text = strings.TrimSpace(text); text == "" {
				return
			}
			if cut = len(spans) == maxPageSpans; !cut {
				spans = append(spans, newSpan(span{page: p.Number, region: r.ID, block: *block, kind: r.Type, box: box, text: text}))
			}
		}
		if len(r.Lines) > 0 {
			for _, l := range r.Lines {
				add(l.Text, l.BBox)
			}
			continue
		}
		content := r.Content
		if r.Format == document.FormatHTML {
			content = html.UnescapeString(markup().ReplaceAllString(rowBreaks().ReplaceAllString(content, "\n"), ""))
		}
		for line := range strings.SplitSeq(content, "\n") {
			add(line, r.BBox)
		}
	}
	return spans, cut
}

func newSpan(s span) span {
	s.words = wordsOf(s.text)
	var key strings.Builder
	for _, w := range s.words {
		key.WriteString(w.key)
	}
	s.key = key.String()
	return s
}

func wordsOf(s string) []word {
	var words []word
	start := -1
	end := func(at int) {
		if start >= 0 {
			words = append(words, word{fold(s[start:at]), start, at})
		}
		start = -1
	}
	for i, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == 'º' || r == '°' && start >= 0:
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(s))
	return words
}

// fold makes words comparable: lower case, without accents, compatibility forms
// resolved.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsMark(r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == '°':
			b.WriteByte('o') // N° is No
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// letters is s without anything but its letters and digits, folded.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}
