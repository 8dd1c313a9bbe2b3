package ppocr

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Which lines are kept as the tiny network reads them. The others are read again by the small
// one, which costs four times as much, or those of their words of which it is unsure.
const (
	sureLine  = 0.96 // confidence, at least
	lineDoubt = 0.15 // at most, of any class that would make another text
)

// sure reports whether the network is sure of a line of which a part was missed, and knows what may stand on it.
func sure(r reading, missed float64) bool {
	return r.confidence >= sureLine && r.doubtAt(0, math.MaxInt) <= lineDoubt && missed == 0 &&
		!strings.ContainsAny(r.text, besideOthers) && !strings.ContainsFunc(r.text, isEastAsian)
}

// agreed is how sure the network must be of a line that it reads just as the document says, which
// few errors are. Letters beside digits that look alike are as easily lied about as mistaken.
const agreed = 0.8

// digitAlikes are letters that may be digits or each other.
const digitAlikes = `I[l1|]|[IlOo|][.,]?[0-9]|[0-9][.,]?[IlOo|]`

var mixedAlikes = regexp.MustCompile(digitAlikes)

// trusted reports whether a line of which the network is sure or not is kept as it was read: where the document
// says the same of it, its claim, or nothing is easily taken for another.
func trusted(r reading, claim string, sure bool) bool {
	if claim != "" && r.confidence >= agreed && sameText(r.text, claim) && !mixedAlikes.MatchString(claim) {
		return true
	}
	return sure && !lookAlikes.MatchString(r.text)
}

// sameText reports whether two texts are the same but for blanks in a row and how characters are composed.
func sameText(a, b string) bool {
	words := func(s string) string { return strings.Join(strings.Fields(norm.NFKC.String(s)), " ") }
	return words(a) == words(b)
}

// surer chooses between what the first reader was sure of, but for look-alikes, and what the last one read there:
// where that has much doubt, the first is right more often.
func surer(first, last []strip) {
	const muchDoubt = 0.35
	for i, s := range first {
		if s.sure && last[i].read.doubtAt(0, math.MaxInt) > muchDoubt {
			last[i] = s
		}
	}
}

// lookAlikes are digitAlikes, ones in a row, and stops and commas
// that stand as the other does, and an f before letters with which it begins no word, but a long s
// does. The tiny network reads "Ilinois", "I5,890.58", "111" for "1.11", "in 1862, Its" and "ftation",
// surely.
var lookAlikes = regexp.MustCompile(`\bf[ckmnpt]\p{Ll}|1[.,]?1|` + digitAlikes + `|, ?\p{Lu}|\. ?\p{Ll}`)

// besideOthers are letters of languages with others that the tiny network does not know, or
// takes for each other: ș and ț in Romanian, ư and ơ in Vietnamese, ű in Hungarian.
const besideOthers = "ĂăŢţĐđŐőŰű"

// isEastAsian reports whether r is a character of Chinese, Japanese or Korean, or stands
// with those. Of such lines the tiny network leaves out the characters that it does not know.
func isEastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= '\u3000' && r <= '\u303f' || r >= '\uff00' && r <= '\uffef'
}

// lessKnown reports whether a reading has letters beyond those of Western Europe. In languages with
// such, as Polish, Czech and Turkish, the tiny network is wrong in words of which it is sure:
// it reads t for ł, i for ı.
func lessKnown(r reading) bool {
	const likely = 0.5 // noise is read as any letter, mostly a Chinese one
	return slices.ContainsFunc(r.characters, func(c character) bool {
		return c.probability >= likely && strings.ContainsFunc(c.text, func(c rune) bool {
			return c > unicode.MaxLatin1 && unicode.IsLetter(c) && !strings.ContainsRune("ŒœŸſ", c)
		})
	})
}
