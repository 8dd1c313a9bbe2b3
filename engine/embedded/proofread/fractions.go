package proofread

import (
	"regexp"
	"strings"
)

// vulgar are the fractions that are one character. The reader confuses them, or reads two or three
// characters: "2¼" is read as "2½", "21/4" or "24".
const vulgar = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"

// fractionSeen matches what the reader makes of one.
const fractionSeen = `[0-9/⁄|lI]{1,5}`

// seenButFractions reports whether a claim has fractions, and a reading differs only in what was made of
// these.
func seenButFractions(seen []rune, claim string) bool {
	const longest = 1000 // bytes of a claim: more than any line; a hostile one would make a pattern of megabytes
	if len(claim) > longest || !strings.ContainsAny(claim, vulgar) {
		return false
	}
	var pattern, rest strings.Builder
	for _, r := range claim {
		if !strings.ContainsRune(vulgar, r) {
			rest.WriteRune(r)
			continue
		}
		pattern.WriteString(regexp.QuoteMeta(string(plainRunes(rest.String()))) + fractionSeen)
		rest.Reset()
	}
	pattern.WriteString(regexp.QuoteMeta(string(plainRunes(rest.String()))))
	match, err := regexp.MatchString("^"+pattern.String()+"$", string(seen))
	return err == nil && match
}
