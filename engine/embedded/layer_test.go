package embedded_test

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
)

// TestTextOfLayer: lines take the PDF's text where it is believed, whole or in parts, and what was
// read when it was judged where it is not, which may be nothing. The others are still to be read.
func TestTextOfLayer(t *testing.T) {
	row := func(y int, text string, believed bool) document.LayerLine {
		l := document.LayerLine{Line: document.Line{BBox: document.BBox{0, y, 10 * len([]rune(text)), y + 20}}, Believed: believed}
		for i, r := range []rune(text) {
			l.Characters = append(l.Characters, document.LayerCharacter{Text: string(r), X0: 10 * i, X1: 10*i + 10})
		}
		return l
	}
	sure := .9
	read := row(100, "c1aimed", false)
	read.Read, read.Text, read.Confidence = true, "claimed", &sure
	leaders := row(200, "Index . . . . . . 117", false)
	leaders.Read, leaders.Text, leaders.Confidence = true, "Index . . . . . . 117", &sure
	nothing := row(150, "........", false)
	nothing.Read = true
	layer := &document.Layer{Lines: []document.LayerLine{row(0, "a ﬁne line of text", true), row(50, "not believed", false), read, nothing, leaders}}
	for name, c := range map[string]struct {
		box    document.BBox
		text   string
		source document.TextSource
		done   bool
	}{
		"whole":          {document.BBox{0, 0, 180, 20}, "a fine line of text", document.SourcePDF, true},
		"its beginning":  {document.BBox{0, 0, 52, 20}, "a fine", document.SourcePDF, true},
		"its end":        {document.BBox{108, 0, 180, 20}, "of text", document.SourcePDF, true},
		"not believed":   {document.BBox{0, 50, 120, 70}, "", "", false},
		"read before":    {document.BBox{0, 100, 70, 120}, "claimed", "", true},
		"a part of that": {document.BBox{0, 100, 40, 120}, "", "", false},
		"nothing read":   {document.BBox{0, 150, 80, 170}, "", "", true},
		"leaders":        {document.BBox{0, 200, 210, 220}, "Index … 117", "", true},
		"elsewhere":      {document.BBox{0, 250, 70, 270}, "", "", false},
	} {
		lines, done := embedded.WithLayer([]document.Line{{BBox: c.box}}, layer)
		if got := lines[0]; got.Text != c.text || got.Source != c.source || done[0] != c.done {
			t.Errorf("%s: %q of %q, done %v; want %q of %q, done %v", name, got.Text, got.Source, done[0], c.text, c.source, c.done)
		}
	}
}
