package prose

import (
	"regexp"
	"strings"
	"unicode"
)

// leaderRun are the dots that lead the eye over a gap: how many the reader sees of
// them says nothing. An ellipsis has three, and a full stop may follow.
var leaderRun = regexp.MustCompile(`\s*(?:(?:[.·•∙‧]\s*){5,}|(?:[.·•∙‧]\s*)*…(?:\s*[.·•∙‧…])+)\s*`)

// IsLeader reports whether a text is leaders alone.
func IsLeader(text string) bool {
	return text != "" && leaderRun.FindString(text) == text
}

// ShortLeaders writes leaders as one ellipsis between blanks.
func ShortLeaders(text string) string {
	return leaderRun.ReplaceAllString(text, " … ")
}

// ASCIIForms replaces full-width letters, digits and punctuation in a line that
// has no CJK text: there they are slips of the reader.
func ASCIIForms(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r == 0x3000:
			return ' '
		}
		return r
	}, text)
}
