package embedded

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"ocr-gateway/document"
)

// Line recognition, as the reader was trained.
const (
	readHeight   = 48    // pixels
	readStep     = 8     // input pixels a step of output
	readClasses  = 18710 // blank, dictionary, space
	readMinWidth = 48
	readMaxWidth = 3200 // pixels of a line; longer ones are squeezed
	readBatch    = 1280 // pixels of a batch; larger ones gain no speed and cost memory
	readAccept   = 0.5  // lines below this confidence are no text
	tallLine     = 1.5  // a line this much higher than wide runs downwards
)

// strip is one line on its way through the reader.
type strip struct {
	line  int // index into the lines being read
	quad  [4]document.Point
	spine []document.Point // of a bent line
	width int              // at readHeight
}

// surelyDown is the confidence from which a tall line is not tried the other way.
const surelyDown = 0.85

// readLines returns the lines with text and confidence, in the same order. A
// line that cannot be read keeps an empty text. Tall lines run downwards, or, as
// stamps in the margin do, upwards.
func (e *Engine) readLines(ctx context.Context, src raster, lines []document.Line) ([]document.Line, error) {
	lines, err := e.readOnce(ctx, src, lines)
	if err != nil {
		return nil, err
	}
	var up []document.Line
	var index []int
	for i, l := range lines {
		if w, h := quadSize(l.Quad); h >= tallLine*w && (l.Confidence == nil || *l.Confidence < surelyDown) {
			l.Quad = startAt(l.Quad, 2)
			up, index = append(up, l), append(index, i)
		}
	}
	if len(up) == 0 {
		return lines, nil
	}
	if up, err = e.readOnce(ctx, src, up); err != nil {
		return nil, err
	}
	for j, i := range index {
		if l := &lines[i]; up[j].Confidence != nil && (l.Confidence == nil || *up[j].Confidence > *l.Confidence) {
			l.Text, l.Confidence = up[j].Text, up[j].Confidence
		}
	}
	return lines, nil
}

// readOnce reads lines as they start.
func (e *Engine) readOnce(ctx context.Context, src raster, lines []document.Line) ([]document.Line, error) {
	lines = slices.Clone(lines)
	strips := make([]strip, 0, len(lines))
	for i, l := range lines {
		if s, ok := stripOf(l.Quad); ok {
			s.line, s.spine = i, l.Spine
			strips = append(strips, s)
		}
	}
	slices.SortStableFunc(strips, func(a, b strip) int { return cmp.Compare(a.width, b.width) })
	for len(strips) > 0 {
		n := batchSize(strips)
		if err := e.readStrips(ctx, src, strips[:n], lines); err != nil {
			return nil, err
		}
		strips = strips[n:]
	}
	return lines, nil
}

// stripOf says how the line inside q is laid before the reader: lines that run
// downwards are turned.
func stripOf(q [4]document.Point) (strip, bool) {
	w, h := quadSize(q)
	if h >= tallLine*w {
		q, w, h = startAt(q, 1), h, w
	}
	if w < 1 || h < 1 {
		return strip{}, false
	}
	return strip{quad: q, width: min(max(int(math.Ceil(w/h*readHeight)), 8), readMaxWidth)}, true
}

// batchSize is how many of the strips, ascending in width, fit in one batch
// without much padding.
func batchSize(strips []strip) int {
	n := 1
	for n < len(strips) && (n+1)*paddedWidth(strips[n].width) <= readBatch && strips[n].width <= strips[0].width*5/4 {
		n++
	}
	return n
}

// paddedWidth rounds up to what the network takes.
func paddedWidth(w int) int {
	w = max(w, readMinWidth)
	return (w + readStep - 1) / readStep * readStep
}

// readStrips sets text and confidence of the lines of a batch.
func (e *Engine) readStrips(ctx context.Context, src raster, batch []strip, lines []document.Line) error {
	ws, err := e.workspace(ctx)
	if err != nil {
		return err
	}
	defer e.release(ws)
	n, w := len(batch), paddedWidth(batch[len(batch)-1].width)
	steps := w / readStep
	in, out := ws.in.grow(n*3*readHeight*w), ws.out.grow(n*steps*readClasses)
	clear(in) // zero is the padding that the reader was trained with
	for i, s := range batch {
		dst := planes{in[i*3*readHeight*w:], w, readHeight * w}
		if _, height := quadSize(s.quad); s.spine != nil {
			cropSpine(dst, s.width, readHeight, src, s.spine, height, s.quad[0])
			continue
		}
		cropLine(dst, s.width, readHeight, src, s.quad)
	}
	err = e.reader.run(
		array{in, []int64{int64(n), 3, readHeight, int64(w)}},
		array{out, []int64{int64(n), int64(steps), readClasses}})
	if err != nil {
		return engineFailed("reading the text lines failed", err)
	}
	for i, s := range batch {
		size := steps * readClasses
		e.write(&lines[s.line], out[i*size:][:size])
	}
	return nil
}

// write sets text and confidence of l from the class probabilities.
func (e *Engine) write(l *document.Line, probs []float32) {
	l.Text, l.Confidence = "", nil
	text, confidence := e.alphabet.decode(probs)
	if text = strings.TrimSpace(shortLeaders(text)); text != "" && confidence >= readAccept {
		l.Text, l.Confidence = asciiForms(text), &confidence
	}
}
