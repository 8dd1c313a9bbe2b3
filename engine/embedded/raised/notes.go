package raised

import "strings"

// marks are the marks of notes.
const marks = "⁰¹²³⁴⁵⁶⁷⁸⁹"

// Without returns a text without raised figures.
func Without(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(marks, r) {
			return -1
		}
		return r
	}, text)
}
