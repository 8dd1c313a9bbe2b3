package prose

import (
	"regexp"
	"strings"
	"unicode"
)

// leaderRun matches the dots that lead the eye over a gap: how many of them the reader sees means nothing. An
// ellipsis has three, and a full stop may follow.
var leaderRun = regexp.MustCompile(`\s*(?:(?:[.·•∙‧]\s*){5,}|(?:[.·•∙‧]\s*)*…(?:\s*[.·•∙‧…])+)\s*`)

// IsLeader reports whether a text is only leaders.
func IsLeader(text string) bool {
	return text != "" && leaderRun.FindString(text) == text
}

// wideEllipsis matches an ellipsis after a Chinese or Japanese character, some of whose dots the reader sees
// as Latin full stops, which do not occur there.
var wideEllipsis = regexp.MustCompile(`([\p{Han}\p{Hiragana}\p{Katakana}ー])\.{2,4}`)

// ShortLeaders writes leaders as one ellipsis between blanks, and an ellipsis in Chinese and Japanese text as
// one character.
func ShortLeaders(text string) string {
	return wideEllipsis.ReplaceAllString(leaderRun.ReplaceAllString(text, " … "), "$1…")
}

// ASCIIForms replaces full-width letters, digits and punctuation in a line without CJK text, where they are
// errors of the reader.
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
