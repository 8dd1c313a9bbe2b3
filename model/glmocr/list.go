package glmocr

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// dashBullets replaces the bullets at the start of lines by "- ".
func dashBullets(s string) string {
	if !strings.ContainsAny(s, "·•*") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		for _, bullet := range []string{"·", "•", "* "} {
			if item, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), bullet); ok && strings.TrimSpace(item) != "" {
				lines[i] = "- " + strings.TrimLeft(item, " \t")
				break
			}
		}
	}
	return strings.Join(lines, "\n")
}

// spaceNumber puts a space after the number of a list item that lacks one: "(1)x", "1.x", "a)x". Wide
// brackets become narrow ones. Decimal numbers, sections (7.4.1), abbreviations (e.g.) and versions (3.x) are
// not list items.
func spaceNumber(s string) string {
	if strings.Contains(s, "\n") {
		return s
	}
	rest, open := cutAny(s, "(", "（")
	number := leadingNumber(rest)
	if number == "" {
		return s
	}
	rest = rest[len(number):]
	mark := ")"
	item, ok := cutAny(rest, ")", "）")
	if !ok && !open {
		mark = "."
		item, ok = cutAny(rest, ".")
	}
	text := strings.TrimLeft(item, " \t")
	if !ok || text == "" || text == item && !beginsItem(number, mark, open, text) {
		return s
	}
	if open {
		number = "(" + number
	}
	return number + mark + " " + text
}

func cutAny(s string, prefixes ...string) (rest string, ok bool) {
	for _, p := range prefixes {
		if rest, ok = strings.CutPrefix(s, p); ok {
			return rest, true
		}
	}
	return s, false
}

// leadingNumber is one Latin letter or a run of digits.
func leadingNumber(s string) string {
	if s != "" && isASCIILetter(s[0]) {
		return s[:1]
	}
	return s[:len(s)-len(strings.TrimLeftFunc(s, unicode.IsDigit))]
}

// beginsItem reports whether text that follows number and mark without a space is the text of a list item.
func beginsItem(number, mark string, open bool, text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	if unicode.IsDigit(first) || strings.ContainsRune(",.;:!?)]}%/、，。；：！？）】", first) {
		return false
	}
	word := text
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		word = text[:i]
	}
	letter := isASCIILetter(number[0])
	switch {
	case letter && mark == ".": // e.g. U.S. a.txt
		return !strings.Contains(word, ".") && !(number[0] >= 'a' && unicode.IsLower(first)) && utf8.RuneCountInString(word) > 1
	case letter && open: // (s)he
		return !unicode.IsLower(first)
	case mark == ".": // 3.x
		return !(len(word) == 1 && unicode.IsLower(first))
	}
	return true
}

// completeBullets adds a bullet to a block between two aligned blocks that have one: detectors and models
// miss some.
func completeBullets(page *document.PageResult) {
	inFlow := assemble.Flow(page.Regions)
	for i := 1; i+1 < len(inFlow); i++ {
		before, r, after := inFlow[i-1], inFlow[i], inFlow[i+1]
		if isItem(before) && isItem(after) && isBlock(r) && r.Source != document.SourcePDF && !isItem(r) && aligned(page, before, r) && aligned(page, r, after) {
			r.Content = "- " + r.Content
		}
	}
}

func isBlock(r *document.Region) bool {
	return r.Type == document.RegionText && r.Label == "text" && r.Format == document.FormatText && strings.TrimSpace(r.Content) != ""
}

func isItem(r *document.Region) bool { return isBlock(r) && strings.HasPrefix(r.Content, "- ") }

// aligned allows the left edges to differ by a hundredth of the page's width.
func aligned(page *document.PageResult, a, b *document.Region) bool {
	return 100*max(a.BBox[0]-b.BBox[0], b.BBox[0]-a.BBox[0]) <= page.Width
}
