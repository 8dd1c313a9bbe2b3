package glmocr

import (
	"strings"
	"unicode"

	"ocr-gateway/document"
)

// unmarkTitle takes Markdown's marks off a title and says its level, where the
// detector has not: 1 for the document's, 2 for any other.
func unmarkTitle(r *document.Region) {
	level := 1
	if r.Label == "paragraph_title" {
		level = 2
		for _, bullet := range []string{"- ", "* "} {
			if rest, ok := strings.CutPrefix(r.Content, bullet); ok {
				r.Content = rest
				break
			}
		}
	}
	if r.Level == 0 {
		r.Level = level
	}
	r.Content = strings.TrimLeftFunc(r.Content, func(c rune) bool { return c == '#' || unicode.IsSpace(c) })
}
