package assemble

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SpaceFormulas writes inline formulas as Markdown reads them: no blanks next to the dollars inside, a space
// between them and a letter or digit outside. Amounts of money and single dollars stay as they are.
func SpaceFormulas(s string) string {
	var b strings.Builder
	done := 0 // s[:done] is written
	for i := 0; i < len(s); {
		switch {
		case s[i] == '\\':
			i += 2
			continue
		case s[i] != '$':
			i++
			continue
		case strings.HasPrefix(s[i:], "$$"):
			i += len(s[i:]) - len(strings.TrimLeft(s[i:], "$"))
			continue
		}
		end := closingDollar(s, i+1)
		if end < 0 {
			i++
			continue
		}
		if strings.HasPrefix(s[end:], "$$") || !isFormula(s, i, end) {
			i = end // which may open one
			continue
		}
		b.WriteString(s[done:i])
		if before, _ := utf8.DecodeLastRuneInString(s[:i]); isWordRune(before) {
			b.WriteByte(' ')
		}
		b.WriteString("$" + trimFormula(s[i+1:end]) + "$")
		i, done = end+1, end+1
		if after, _ := utf8.DecodeRuneInString(s[i:]); isWordRune(after) {
			b.WriteByte(' ')
		}
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// trimFormula removes the blanks at a formula's ends, except that of a final "\ ", without which the
// backslash would escape the dollar.
func trimFormula(s string) string {
	trimmed := strings.TrimSpace(s)
	if strings.HasSuffix(trimmed, `\`) && !strings.HasSuffix(s, `\`) {
		trimmed += " "
	}
	return trimmed
}

// closingDollar finds the next dollar without a backslash, in the same paragraph.
func closingDollar(s string, from int) int {
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '$':
			return i
		case '\n':
			if strings.HasPrefix(s[i+1:], "\n") {
				return -1
			}
		}
	}
	return -1
}

// isFormula tells a formula s[open:end+1] from two amounts or names with a dollar
// before them.
func isFormula(s string, open, end int) bool {
	body := strings.TrimSpace(s[open+1 : end])
	if body == "" {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:open])
	first, _ := utf8.DecodeRuneInString(s[open+1 : end])
	last, _ := utf8.DecodeLastRuneInString(s[open+1 : end])
	after, _ := utf8.DecodeRuneInString(s[end+1:])
	switch {
	case !unicode.IsSpace(first) && unicode.IsSpace(last) && isWordRune(after):
		return false // "$HOME and $PATH": the second dollar opens, too
	case unicode.IsDigit(before) && unicode.IsSpace(first):
		return false // "5$ and 6$": the first dollar belongs to what is before it
	}
	if amount, _ := utf8.DecodeRuneInString(body); unicode.IsDigit(amount) {
		return !unicode.IsDigit(after) && !isProse(body)
	}
	return true
}

// isProse reports whether body has words and nothing of a formula.
func isProse(body string) bool {
	if strings.ContainsAny(body, `\^_{}=<>+*`) {
		return false
	}
	for i, word := range strings.Fields(body) {
		if i > 0 && utf8.RuneCountInString(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })) > 1 {
			return true
		}
	}
	return false
}

// isWordRune is false for the U+FFFD that decoding an empty string gives.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
