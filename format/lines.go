package format

import (
	"strings"

	"ocr-gateway/document"
)

// wordLine is a line of words with their places.
type wordLine struct {
	box      document.BBox
	rotation int // of its words, see document.WordBox
	words    []document.WordBox
	placed   bool // the words have boxes of their own; otherwise they have that of the region
}

// wordLines returns the lines of a region. If the engine did not find words, they are those of its text,
// somewhere in the region.
func wordLines(r *document.Region) []wordLine {
	if len(r.Words) == 0 {
		return textLines(r)
	}
	var all []wordLine
	last := -1
	for _, w := range r.Words {
		if w.Line != last {
			last = w.Line
			all = append(all, wordLine{box: w.BBox, rotation: w.Rotation, placed: true})
			if last < len(r.Lines) {
				all[len(all)-1].box = r.Lines[last].BBox
			}
		}
		l := &all[len(all)-1]
		l.words = append(l.words, w)
		l.box = document.BoxOf(l.box.Rect().Union(w.BBox.Rect()))
	}
	return all
}

// textLines returns the lines of a region's text.
func textLines(r *document.Region) []wordLine {
	text := r.Content
	if r.Format == document.FormatHTML {
		text = tableText(text)
	}
	var all []wordLine
	for row := range strings.SplitSeq(text, "\n") {
		l := wordLine{box: r.BBox}
		for word := range strings.FieldsSeq(row) {
			l.words = append(l.words, document.WordBox{Text: word, BBox: r.BBox, Confidence: r.Confidence})
		}
		if len(l.words) > 0 {
			all = append(all, l)
		}
	}
	return all
}
