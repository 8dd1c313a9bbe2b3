package embedded

import (
	"context"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// Vertical writing: Chinese and Japanese in columns.

const (
	// setWorse is how much lower the confidence of a column's characters, set in a row, may be than that of
	// the turned column: the set row is complete.
	setWorse = 0.05
	// mostlyWide is the share of Chinese or Japanese letters in such text.
	mostlyWide = 0.5
	// sameShare is the share of pairs of neighboring letters that two readings of one text have in common, at
	// least.
	sameShare = 0.4
)

// setColumns reads columns again with their characters set in rows, if enough was read to tell that they are
// vertical writing.
func (e *Engine) setColumns(ctx context.Context, src pixels.Raster, lines []document.Line) error {
	var columns []document.Line
	var index []int
	for i, l := range lines {
		if isWide(l.Text) {
			columns, index = append(columns, l), append(index, i)
		}
	}
	columns, err := e.readColumns(ctx, src, columns)
	if err != nil {
		return err
	}
	for j, i := range index {
		if c := columns[j].Confidence; c != nil && *c > *lines[i].Confidence-setWorse && sameText(columns[j].Text, lines[i].Text) {
			lines[i].Text, lines[i].Confidence, lines[i].Missed, lines[i].Marks = columns[j].Text, c, columns[j].Missed, columns[j].Marks
		}
	}
	return nil
}

// readColumns reads the lines that run downwards with their characters set in rows. A line that is not
// vertical writing gets no text.
func (e *Engine) readColumns(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	out := make([]document.Line, len(lines))
	var sheet pixels.Raster
	var rows []document.Line
	var index []int
	for i, l := range lines {
		out[i] = document.Line{Quad: l.Quad, BBox: l.BBox}
		if w, h := pixels.QuadSize(l.Quad); h < pixels.TallLine*w || l.Spine != nil {
			continue
		}
		if row, ok := src.UprightRow(l.Quad); ok {
			y := float64(sheet.H)
			sheet = pixels.Below(sheet, row)
			rows = append(rows, document.Line{Quad: [4]document.Point{
				{X: 0, Y: y},
				{X: float64(row.W), Y: y},
				{X: float64(row.W), Y: y + pixels.RowHeight},
				{X: 0, Y: y + pixels.RowHeight},
			}})
			index = append(index, i)
		}
	}
	if len(rows) == 0 {
		return out, nil
	}
	read, err := readOnce(ctx, sheet, rows, e.models.ReadKnowing)
	if err != nil {
		return nil, err
	}
	for j, i := range index {
		if isWide(read[j].Text) {
			out[i].Text, out[i].Confidence, out[i].Missed, out[i].Marks = read[j].Text, read[j].Confidence, read[j].Missed, read[j].Marks
		}
	}
	return out, nil
}

// isWide reports whether text is mostly Chinese or Japanese.
func isWide(text string) bool {
	wide, letters := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				wide++
			}
		}
	}
	return wide > 0 && float64(wide) >= mostlyWide*float64(letters)
}

// sameText reports whether two readings are of the same text, in the same direction.
func sameText(a, b string) bool {
	pairs := func(s string) map[[2]rune]bool {
		found := map[[2]rune]bool{}
		last := rune(0)
		for _, r := range s {
			if !unicode.IsLetter(r) {
				continue
			}
			if last != 0 {
				found[[2]rune{last, r}] = true
			}
			last = r
		}
		return found
	}
	p, q := pairs(a), pairs(b)
	common := 0
	for pair := range p {
		if q[pair] {
			common++
		}
	}
	return common > 0 && float64(common) >= sameShare*float64(min(len(p), len(q)))
}
