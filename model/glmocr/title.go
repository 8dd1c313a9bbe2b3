package glmocr

import (
	"strings"
	"unicode"

	"ocr-gateway/document"
)

// setLevel sets the level of a title if the detector has not: 1 for the document's, 2 for any other.
func setLevel(r *document.Region) {
	switch {
	case r.Type != document.RegionTitle || r.Level != 0:
	case r.Label == "paragraph_title":
		r.Level = 2
	default:
		r.Level = 1
	}
}

// unmarkTitle removes Markdown's marks from a title and sets its level.
func unmarkTitle(r *document.Region) {
	setLevel(r)
	if r.Label == "paragraph_title" {
		for _, bullet := range []string{"- ", "* "} {
			if rest, ok := strings.CutPrefix(r.Content, bullet); ok {
				r.Content = rest
				break
			}
		}
	}
	r.Content = strings.TrimLeftFunc(r.Content, func(c rune) bool { return c == '#' || unicode.IsSpace(c) })
}
