package proofread

import (
	"regexp"
	"strings"
)

// vulgar are the fractions that are one character. The reader takes one for another, or for
// two or three characters: "2¼" is read as "2½", "21/4" or "24".
const vulgar = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"

// fractionSeen is what the reader makes of one.
const fractionSeen = `[0-9/⁄|lI]{1,5}`

// seenButFractions reports whether a claim has fractions, and a reading is the same but for
// what was made of them.
func seenButFractions(seen []rune, claim string) bool {
	const longest = 1000 // bytes of a claim, as long as any line; a hostile one makes a pattern of megabytes
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
