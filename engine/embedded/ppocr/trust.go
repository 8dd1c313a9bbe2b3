package ppocr

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Which readings of the tiny network are kept. The other lines, or just their doubtful words, are read again
// by the small network, which costs four times as much.
const (
	sureLine  = 0.96 // confidence, at least
	lineDoubt = 0.15 // of any class that would make a different text, at most
)

// sure reports whether the network is sure of a line, and knows all that may be on it. missed is the share of
// the line that it missed.
func sure(r reading, missed float64) bool {
	return r.confidence >= sureLine && r.doubtAt(0, math.MaxInt) <= lineDoubt && missed == 0 &&
		!strings.ContainsAny(r.text, besideOthers) && !strings.ContainsFunc(r.text, isEastAsian)
}

// agreed is the confidence that a reading needs if it is just what the document says, which few errors are.
// Letters that look like digits stay suspect: they are as easily forged as mistaken.
const agreed = 0.8

// digitAlikes are letters that may be digits, or one another.
const digitAlikes = `I[l1|]|[IlOo|][.,]?[0-9]|[0-9][.,]?[IlOo|]`

var mixedAlikes = regexp.MustCompile(digitAlikes)

// trusted reports whether the first reading of a line is kept: because the document claims the same, or
// because the network is sure and nothing in it is easily mistaken.
func trusted(r reading, claim string, sure bool) bool {
	if claim != "" && r.confidence >= agreed && sameText(r.text, claim) && !mixedAlikes.MatchString(claim) {
		return true
	}
	return sure && !lookAlikes.MatchString(r.text)
}

// sameText reports whether two texts are the same apart from repeated blanks and the composition of
// characters.
func sameText(a, b string) bool {
	words := func(s string) string { return strings.Join(strings.Fields(norm.NFKC.String(s)), " ") }
	return words(a) == words(b)
}

// surer chooses between readings that the first reader was sure of, apart from look-alikes, and the last
// one's of the same lines: where that has much doubt, the first is right more often.
func surer(first, last []strip) {
	const muchDoubt = 0.35
	for i, s := range first {
		if s.sure && last[i].read.doubtAt(0, math.MaxInt) > muchDoubt {
			last[i] = s
		}
	}
}

// lookAlikes are digitAlikes, repeated ones, stops and commas in each other's place, and an f before letters
// that it begins no word with, but a long s does. The tiny network confidently reads "Ilinois", "I5,890.58",
// "111" for "1.11", "in 1862, Its" and "ftation".
var lookAlikes = regexp.MustCompile(`\bf[ckmnpt]\p{Ll}|1[.,]?1|` + digitAlikes + `|, ?\p{Lu}|\. ?\p{Ll}`)

// besideOthers are letters of languages that also have letters the tiny network does not know or confuses: ș
// and ț in Romanian, ư and ơ in Vietnamese, ű in Hungarian.
const besideOthers = "ĂăŢţĐđŐőŰű"

// isEastAsian reports whether r is a character of Chinese, Japanese or Korean, or goes with those. In such
// lines the tiny network leaves out characters that it does not know.
func isEastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= '\u3000' && r <= '\u303f' || r >= '\uff00' && r <= '\uffef'
}

// lessKnown reports whether a reading has letters beyond those of Western Europe. In languages with such
// letters, like Polish, Czech and Turkish, the tiny network is wrong in words that it is sure of: it reads t
// for ł and i for ı.
func lessKnown(r reading) bool {
	const likely = 0.5 // noise is read as any letter, mostly a Chinese one
	return slices.ContainsFunc(r.characters, func(c character) bool {
		return c.probability >= likely && strings.ContainsFunc(c.text, func(c rune) bool {
			return c > unicode.MaxLatin1 && unicode.IsLetter(c) && !strings.ContainsRune("ŒœŸſ", c)
		})
	})
}
