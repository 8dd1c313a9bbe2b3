package embedded

import (
	"context"
	"image"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// fractions holds the characters that the reader confuses, and which of them each is by the figure below its
// stroke. Most are read as ½.
var fractions = map[rune]map[string]rune{
	'½': {"2": '½', "4": '¼'},
	'¼': {"2": '½', "4": '¼'},
}

// settleFractions has the lower parts of fractions read by themselves, where the PDF says nothing of the
// line.
func (e *Engine) settleFractions(ctx context.Context, src pixels.Raster, lines []document.Line, said []string) error {
	type place struct{ line, mark int }
	var parts []document.Line
	var places []place
	for i, l := range lines {
		if said[i] != "" || l.Source != "" || l.Spine != nil || !strings.ContainsAny(l.Text, "½¼") {
			continue
		}
		glyphs := src.Glyphs(l.BBox.Rect())
		for k, m := range l.Marks {
			r := []rune(m.Text)
			if len(r) != 1 || fractions[r[0]] == nil {
				continue
			}
			if lower, ok := lowerPart(glyphs, l.BBox, m); ok {
				parts, places = append(parts, lineOfBox(document.BoxOf(lower), src.W, src.H)), append(places, place{i, k})
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	read, err := e.models.Read(ctx, src, parts)
	if err != nil {
		return err
	}
	for j, p := range slices.Backward(places) {
		l := &lines[p.line]
		was, lower := []rune(l.Marks[p.mark].Text)[0], strings.TrimSpace(read[j].Text)
		if is, ok := fractions[was][lower]; ok && read[j].Confidence != nil && *read[j].Confidence >= surelyLower {
			l.Text = settle(l.Text, was, is, []rune(lower)[0], count(l.Marks[:p.mark], was))
		}
	}
	return nil
}

// surelyLower is the confidence from which the figure below a stroke overrules the reading of the whole.
const surelyLower = 0.8

// lowerPart is the place of the figure below the stroke of a fraction, at the right.
func lowerPart(glyphs []image.Rectangle, line document.BBox, m document.Mark) (image.Rectangle, bool) {
	middle := line[0] + int((m.From+m.To)/2*float64(line[2]-line[0]))
	for _, g := range glyphs {
		if middle < g.Min.X || middle >= g.Max.X {
			continue
		}
		margin := g.Dy() / 8
		return image.Rect((g.Min.X+g.Max.X)/2, g.Min.Y+g.Dy()*9/20, g.Max.X+margin, g.Max.Y+margin), 2*g.Dx() > g.Dy()
	}
	return image.Rectangle{}, false
}

// count is how many of the marks are r.
func count(marks []document.Mark, r rune) int {
	n := 0
	for _, m := range marks {
		if m.Text == string(r) {
			n++
		}
	}
	return n
}

// settle replaces the nth fraction, from 0, that was read as was by is. If the figure below its stroke was
// read once more behind it, that is removed.
func settle(text string, was, is, lower rune, n int) string {
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r != was:
		case n > 0:
			n--
		default:
			runes[i] = is
			if i+1 < len(runes) && runes[i+1] == lower {
				runes = slices.Delete(runes, i+1, i+2)
			}
			return string(runes)
		}
	}
	return text
}
