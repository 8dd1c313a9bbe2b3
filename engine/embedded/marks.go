package embedded

import (
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/tesseract"
)

// fromTheOtherEnd mirrors the marks of a line that was read upside down; their order stays the reading order.
func fromTheOtherEnd(marks []document.Mark) []document.Mark {
	turned := slices.Clone(marks)
	for i, m := range marks {
		turned[i].From, turned[i].To = 1-m.To, 1-m.From
	}
	return turned
}

// marksOf returns the words that Tesseract saw in the image of a line as marks. wide is the width of the
// image in pixels, with its border.
func marksOf(words []tesseract.Word, wide int) []document.Mark {
	width := float64(max(wide-2*pixels.StraightBorder, 1))
	part := func(x int) float64 { return min(max(float64(x-pixels.StraightBorder)/width, 0), 1) }
	marks := make([]document.Mark, len(words))
	for i, w := range words {
		marks[i] = document.Mark{Text: w.Text, From: part(w.Left), To: part(w.Right), Confidence: w.Confidence}
	}
	return marks
}
