package embedded

import (
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/prose"
)

// writeDashes writes a stroke alone on its line, which the reader takes for the Chinese 一, as a dash, if
// other lines of the region have letters or digits, none of them Chinese or Japanese.
func writeDashes(lines []document.Line) {
	var strokes []int
	others := false
	for i, l := range lines {
		switch {
		case l.Source == "" && (l.Text == "一" || l.Text == "ー"):
			strokes = append(strokes, i)
		case strings.ContainsFunc(l.Text, prose.IsCJK):
			return
		default:
			others = others || strings.ContainsFunc(l.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
		}
	}
	if !others {
		return
	}
	for _, i := range strokes {
		lines[i].Text = "–"
	}
}
