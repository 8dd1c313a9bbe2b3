// Package printed reads values as people print them: words, numbers, dates, codes, lines of addresses
// and currencies, in the conventions of six languages.
package printed

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Word is a run of letters and digits in a text.
type Word struct {
	Key        string // folded
	Start, End int    // in bytes of the text
}

// Words returns the words of a text.
func Words(s string) []Word {
	var words []Word
	start := -1
	end := func(at int) {
		if start >= 0 {
			words = append(words, Word{Fold(s[start:at]), start, at})
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

// Fold makes words comparable: lower case, without accents, compatibility forms
// resolved.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsMark(r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case r == '°':
			b.WriteByte('o') // N° is No
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Letters returns the letters and digits of s, folded.
func Letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, Fold(s))
}
