// Package clip makes foreign text, such as a client's names and values, fit to be shown
// in answers and logs: short and printable.
package clip

import (
	"strings"
	"unicode"
)

// Most is how many characters of foreign text are shown.
const Most = 100

// Text is To of as many characters as are shown.
func Text(s string) string { return To(s, Most) }

// To cuts s to so many characters and drops what cannot be printed.
func To(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s[:min(len(s), 4*most)])
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// FileName is Text of a file's name without its folders, whichever system it comes
// from. It is never a path.
func FileName(name string) string {
	return Text(name[strings.LastIndexAny(name, `/\`)+1:])
}
