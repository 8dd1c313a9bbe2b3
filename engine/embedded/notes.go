package embedded

import "strings"

// raisedMarks are what notes are marked with.
const raisedMarks = "⁰¹²³⁴⁵⁶⁷⁸⁹"

// withoutNotes is a text without raised figures.
func withoutNotes(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(raisedMarks, r) {
			return -1
		}
		return r
	}, text)
}
