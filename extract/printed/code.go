package printed

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/internal/lazyregexp"
)

// codePart is a run of upper-case letters and digits between spaces, periods or hyphens.
var codePart = lazyregexp.New(`[A-Z0-9+*]+`)

// vatNumber is the form of the VAT numbers of the EU, Great Britain, Northern
// Ireland, Switzerland and Norway, without separators (European Commission, VIES, "VAT
// identification number structure").
var vatNumber = lazyregexp.New(`^(?:ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CHE\d{9}(?:MWST|TVA|IVA)?|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]|FI\d{8}|FR[A-Z0-9]{2}\d{9}|(?:GB|XI)(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})|HR\d{11}|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}|LT(?:\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}|NL\d{9}B\d{2}|NO\d{9}MVA|PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10})$`)

// maxCodeParts is the most parts into which a code is printed.
const maxCodeParts = 10

// findCode returns the first and longest part of s, from the start of a word to the
// end of one, whose letters and digits satisfy ok, as printed.
func findCode(s string, ok func(compact string) bool) (string, bool) {
	parts := codePart().FindAllStringIndex(s, 40)
	for i := range parts {
		last := i // of the parts that stand one separator apart
		for last+1 < min(len(parts), i+maxCodeParts) && strings.ContainsAny(s[parts[last][1]:parts[last+1][0]], " .-") && parts[last+1][0]-parts[last][1] == 1 {
			last++
		}
		for j := last; j >= i; j-- {
			from, to := parts[i][0], parts[j][1]
			if ok(compact(s[from:to])) && !partOfWord(s, from, to) {
				return s[from:to], true
			}
		}
	}
	return "", false
}

// partOfWord reports whether s[from:to] is only part of a word.
func partOfWord(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	after, _ := utf8.DecodeRuneInString(s[to:])
	return unicode.IsLetter(before) || unicode.IsLetter(after) || unicode.IsDigit(before) || unicode.IsDigit(after)
}

func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' || r == '*' {
			return r
		}
		return -1
	}, s)
}

// FindVAT returns the first VAT number in a text, as printed.
func FindVAT(s string) (string, bool) { return findCode(s, vatNumber().MatchString) }

// FindIBAN returns the first IBAN in a text whose check digits are right, as printed.
func FindIBAN(s string) (string, bool) { return findCode(s, validIBAN) }

// validIBAN checks the two check digits: the rest, rearranged and with letters as
// numbers, is 1 modulo 97 (ISO 13616, ISO 7064 MOD 97-10).
func validIBAN(s string) bool {
	if len(s) < 15 || len(s) > 34 || s[2] < '0' || s[2] > '9' || s[3] < '0' || s[3] > '9' {
		return false
	}
	sum := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case c >= '0' && c <= '9':
			sum = (sum*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			sum = (sum*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return sum == 1
}
