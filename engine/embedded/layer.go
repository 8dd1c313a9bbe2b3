package embedded

import (
	"context"
	"image"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/ppocr"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/stamp"
)

// ReadAt reads lines where they are on a page. It returns them in the same order, with Text and Confidence
// where something was read, and Script where that is in the script that they came with.
func (e *Engine) ReadAt(ctx context.Context, page *document.Page, lines []document.Line) ([]document.Line, error) {
	src := pixels.Of(page.Image)
	lines, err := e.readHinted(ctx, src, lines)
	if err != nil {
		return nil, err
	}
	if err := e.withoutLatin(ctx, src, lines); err != nil {
		return nil, err
	}
	return e.readLines(ctx, src, lines, e.readerOf(page))
}

// findByLayer is Find for a page whose PDF says where its lines are: only what that does not explain is
// searched. clean is the page without its stamps.
func (e *Engine) findByLayer(ctx context.Context, page *document.Page, stamps []stamp.Stamp, clean pixels.Raster) ([]document.Line, []document.Region, error) {
	var lines []document.Line
	for _, l := range page.Layer.Lines {
		if !prose.IsLeader(textOf(l.Characters)) { // a dotted rule
			lines = append(lines, document.Line{Quad: l.Quad, BBox: l.BBox})
		}
	}
	others, err := e.findIn(ctx, clean, page.Layer.Areas, lines)
	if err != nil {
		return nil, nil, err
	}
	if others, err = e.readUnder(ctx, clean, others, stamps); err != nil {
		return nil, nil, err
	}
	lines = append(lines, others...)
	lines = append(lines, unseen(lines, page)...)
	page.Script = scriptOfLayer(page.Layer)
	if page.Layer.Plain {
		return lines, nil, nil
	}
	src := pixels.Of(page.Image)
	seals, err := e.seals(ctx, src, stamps)
	if err != nil {
		return nil, nil, err
	}
	if lines = append(lines, findChecks(page, lines)...); len(lines) == 0 {
		return nil, seals, nil
	}
	areas, err := e.models.Areas(ctx, src)
	return lines, append(areas, seals...), err
}

// scriptOfLayer is the script in which half of the lines or more, by length, were read or are known to be;
// empty for the usual ones.
func scriptOfLayer(layer *document.Layer) string {
	all, widths := 0.0, map[string]float64{}
	for _, l := range layer.Lines {
		w := float64(l.BBox[2] - l.BBox[0])
		all += w
		if l.Script != "" && (l.Read || l.Believed) {
			widths[l.Script] += w
		}
	}
	return mainOf(widths, all)
}

// findIn finds the lines in areas of a page, except those that are known. These are painted over first, so
// that something drawn beside a letter does not make it a line again.
func (e *Engine) findIn(ctx context.Context, src pixels.Raster, areas []document.BBox, known []document.Line) (others []document.Line, err error) {
	if len(areas) == 0 {
		return nil, nil
	}
	src = src.Without(boxesOf(known))
	for _, area := range areas {
		found, err := e.models.DetectIn(ctx, src, area.Rect())
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			if !ppocr.MostlyIn(l.BBox.Rect(), known) {
				others = append(others, l)
			}
		}
	}
	return others, nil
}

func boxesOf(lines []document.Line) []image.Rectangle {
	boxes := make([]image.Rectangle, len(lines))
	for i, l := range lines {
		boxes[i] = l.BBox.Rect()
	}
	return boxes
}

// withLayer gives lines the PDF's text where it can be believed, and elsewhere what was read when it was
// judged. done says which lines need not be read, even if that reading found nothing.
func withLayer(lines []document.Line, layer *document.Layer) (_ []document.Line, done []bool) {
	done = make([]bool, len(lines))
	if layer == nil {
		return lines, done
	}
	lines = slices.Clone(lines)
	for i := range lines {
		l := &lines[i]
		switch text, characters, read := fromLayer(layer, *l); {
		case text != "":
			l.Text, l.Confidence, l.Source, l.Marks = text, nil, document.SourcePDF, document.MarksOf(characters, l.BBox)
		case read != nil:
			l.Text, l.Confidence, l.Script, l.Marks = plainLine(read.Text), read.Confidence, read.Script, document.MarksOf(characters, l.BBox)
		default:
			continue
		}
		done[i] = true
	}
	return lines, done
}

// keepOwn undoes changes to lines that are the PDF's own.
func keepOwn(lines, own []document.Line) {
	for i := range lines {
		if own[i].Source == document.SourcePDF {
			lines[i] = own[i]
		}
	}
}

// sourceOf is where the text of lines comes from.
func sourceOf(lines []document.Line) document.TextSource {
	source := document.SourceOCR
	for _, l := range lines {
		switch {
		case l.Text == "":
		case l.Source != document.SourcePDF:
			return document.SourceOCR
		default:
			source = document.SourcePDF
		}
	}
	return source
}

// fromLayer returns the PDF's text of a line, empty where it cannot be believed, or else what was read there
// when it was judged, nil if it was not. A line may be a part of one of the PDF's, or cover several. parts
// are the characters that the PDF draws there.
func fromLayer(layer *document.Layer, line document.Line) (text string, parts []document.LayerCharacter, read *document.Line) {
	b := line.BBox
	for i := range layer.Lines {
		l := &layer.Lines[i]
		if middle := (l.BBox[1] + l.BBox[3]) / 2; middle < b[1] || middle >= b[3] || l.BBox[2] <= b[0] || l.BBox[0] >= b[2] {
			continue
		}
		if l.BBox == b && l.Read && !l.Believed {
			return "", l.Characters, &l.Line
		}
		in := within(l.Characters, b[0], b[2])
		if len(in) == 0 {
			continue
		}
		if !l.Believed {
			return "", nil, nil
		}
		if len(parts) > 0 {
			parts = append(parts, document.LayerCharacter{Text: " ", X0: in[0].X0})
		}
		parts = append(parts, in...)
	}
	return plainLine(textOf(parts)), parts, nil
}

func textOf(characters []document.LayerCharacter) string {
	var out strings.Builder
	for _, c := range characters {
		out.WriteString(c.Text)
	}
	return out.String()
}

// plainLine writes the PDF's text of a line in the way readings are written.
func plainLine(text string) string {
	return prose.ASCIIForms(strings.TrimSpace(prose.ShortLeaders(proofread.PlainLetters(strings.TrimSpace(text)))))
}

// within returns the characters whose middle is between two columns of pixels.
func within(all []document.LayerCharacter, x0, x1 int) []document.LayerCharacter {
	middle := func(c document.LayerCharacter) int { return (c.X0 + c.X1) / 2 }
	from, to := 0, len(all)
	for from < to && middle(all[from]) < x0 {
		from++
	}
	for to > from && middle(all[to-1]) >= x1 {
		to--
	}
	return all[from:to]
}
