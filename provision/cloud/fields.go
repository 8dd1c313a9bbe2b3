package cloud

import (
	"regexp"
	"slices"
	"strings"
)

// NamesField reports whether a refusal is about one of the request's fields: by its
// list of errors or, where it has none, by its text, which must have the field as
// a word of its own ("ports: 8007 is listed twice", but not "contact support").
func (e *Error) NamesField(fields ...string) bool {
	if len(e.Fields) > 0 {
		return slices.ContainsFunc(e.Fields, func(path string) bool {
			return slices.ContainsFunc(pathParts(path), func(part string) bool { return slices.Contains(fields, part) })
		})
	}
	for _, field := range fields {
		if regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(field) + `\b`).MatchString(e.Detail) {
			return true
		}
	}
	return false
}

// pathParts splits "gpu.minRamPerGpu", "/ports/1" and "ports[1]".
func pathParts(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("./[]", r) })
}
