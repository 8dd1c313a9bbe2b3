package compare

import (
	"strings"
	"unicode"
)

// plain returns a text in the form in which it is compared: without blanks, with ligatures split, and with
// one form for marks that readers do not tell apart.
func plain(s string) []rune {
	var out []rune
	for _, r := range opened.Replace(s) {
		if !unicode.IsSpace(r) {
			out = append(out, folded(r))
		}
	}
	return out
}

var opened = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st", "…", "...")

// folded reduces quotation marks and dashes to one form each.
func folded(r rune) rune {
	switch r {
	case '’', '‘', 'ʼ', '`', '´', '′':
		return '\''
	case '“', '”', '„', '″':
		return '"'
	case '\u00ad', '\u2010', '\u2011', '–', '—', '−':
		return '-'
	}
	return r
}
