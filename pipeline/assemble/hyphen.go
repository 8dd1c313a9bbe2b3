package assemble

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// joinHyphens puts words together that were split between two blocks of text,
// over as many blocks as they go on. Figures, tables, formulas and captions may stand
// between; a title ends the text before it.
func joinHyphens(regions []document.Region) {
	inFlow := flow(regions)
	for i, head := range inFlow {
		if !isProseBlock(head) || head.Content == "" || !endsInHyphen(head.Content) {
			continue
		}
		text := []string{strings.TrimSpace(head.Content)}
		for next := nextBlock(inFlow, i+1); next != nil && next.Type == head.Type; next = nextBlock(inFlow, i) {
			last := len(text) - 1
			stem, ok := joinable(text[last], strings.TrimSpace(next.Content))
			if !ok {
				break
			}
			text[last] = stem
			text = append(text, strings.TrimSpace(next.Content))
			move(next, head)
		}
		if len(text) > 1 {
			head.Content = strings.Join(text, "")
		}
	}
}
