package raised

import "strings"

// marks are what notes are marked with.
const marks = "⁰¹²³⁴⁵⁶⁷⁸⁹"

// Without is a text without raised figures.
func Without(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(marks, r) {
			return -1
		}
		return r
	}, text)
}
