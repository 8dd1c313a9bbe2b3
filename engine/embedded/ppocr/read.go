package ppocr

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/sync/errgroup"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stages"
)

// Line recognition, as the recognizers of PP-OCR since version 3 were trained.
const (
	readHeight   = 48 // pixels
	readStep     = 8  // input pixels a step of output
	readMinWidth = 48
	readMaxWidth = 6400    // pixels of a line, 450 letters and more; longer ones are squeezed
	readBatch    = 1280    // pixels of a batch; larger ones gain no speed and cost memory
	keptOut      = 4 << 20 // values of an output: more comes of a line of 1,790 pixels and more alone, up to 60 MB
)

// strip is one line on its way through the reader.
type strip struct {
	line  int // index into the lines being read
	quad  [4]document.Point
	spine []document.Point // of a bent line
	width int              // at readHeight
	sure  bool             // it was read well enough
}

// Recognizer reads the lines of the scripts that its dictionary has.
type Recognizer struct {
	models  *Models  // whose right to run it takes
	readers []reader // the quickest first; the last reads the lines that no other is sure of
}

// last is the reader whose word is final.
func (r *Recognizer) last() reader { return r.readers[len(r.readers)-1] }

// Read returns the lines with text and confidence, in the same order, as they start; a
// line of which nothing is read has neither. Lines that are higher than wide by pixels.TallLine
// are read downwards.
func (r *Recognizer) Read(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	lines = slices.Clone(lines)
	all := stripsOf(lines)
	unsure, err := r.readBy(ctx, r.readers[0], src, all, lines)
	if err != nil {
		return nil, err
	}
	if err := r.readAgain(ctx, src, unsure, lines); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(unsure, func(s strip) bool { return r.otherLetters(lines[s.line]) }) {
		return lines, nil
	}
	again := map[int]bool{}
	for _, s := range unsure {
		again[s.line] = true
	}
	kept := slices.DeleteFunc(all, func(s strip) bool { return again[s.line] })
	return lines, r.readAgain(ctx, src, kept, lines)
}

// readAgain sets text and confidence of lines by the readers behind the first.
func (r *Recognizer) readAgain(ctx context.Context, src pixels.Raster, strips []strip, lines []document.Line) (err error) {
	for _, by := range r.readers[1:] {
		if strips, err = r.readBy(ctx, by, src, strips, lines); err != nil {
			return err
		}
	}
	return nil
}

// otherLetters reports whether a line that was read again has letters by which the first reader's word is worth
// nothing for those that came with it.
func (r *Recognizer) otherLetters(l document.Line) bool {
	const surely = 0.8 // noise is read as any letter
	return l.Confidence != nil && *l.Confidence >= surely && r.unknownToFirst(l.Text)
}

// unknownToFirst reports whether a text has Latin letters that the first reader does not know, as Romanian has ș
// and ț and Azerbaijani ə: it reads such as s, t and a, surely.
func (r *Recognizer) unknownToFirst(text string) bool {
	for _, c := range text {
		if c > unicode.MaxLatin1 && unicode.Is(unicode.Latin, c) && !r.readers[0].alphabet.known[c] {
			return true
		}
	}
	return false
}

// Where a reader is sure of less than worthwhile of the pixels of a sample, one line of
// sampleOf, it costs more than it saves: the others are left to the next one.
const (
	sampleOf     = 4
	leastSampled = 3 // lines of a sample
	worthwhile   = 0.4
)

// readBy sets text and confidence of lines by one reader, and returns the strips that it is
// not sure of. Both ascend in width.
func (r *Recognizer) readBy(ctx context.Context, by reader, src pixels.Raster, strips []strip, lines []document.Line) ([]strip, error) {
	var sample, rest []strip
	for i, s := range strips {
		if i%sampleOf == 0 && by.trust != (trust{}) && len(strips) >= sampleOf*leastSampled {
			sample = append(sample, s)
		} else {
			rest = append(rest, s)
		}
	}
	if err := r.readAll(ctx, by, src, sample, lines); err != nil {
		return nil, err
	}
	if len(sample) == 0 || sureOf(sample) >= worthwhile {
		if err := r.readAll(ctx, by, src, rest, lines); err != nil {
			return nil, err
		}
	}
	left := slices.DeleteFunc(append(sample, rest...), func(s strip) bool { return s.sure })
	slices.SortStableFunc(left, byWidth)
	return left, nil
}

// sureOf is the share of pixels that were surely read.
func sureOf(strips []strip) float64 {
	all, sure := 0, 0
	for _, s := range strips {
		all += s.width
		if s.sure {
			sure += s.width
		}
	}
	return float64(sure) / float64(all)
}

func byWidth(a, b strip) int { return cmp.Compare(a.width, b.width) }

// readAll sets text and confidence of the lines of strips, ascending in width, by one reader.
func (r *Recognizer) readAll(ctx context.Context, by reader, src pixels.Raster, strips []strip, lines []document.Line) error {
	var work errgroup.Group
	work.SetLimit(r.models.cfg.Concurrency)
	for len(strips) > 0 {
		n := batchSize(strips)
		batch := strips[:n]
		work.Go(func() error { return r.readStrips(ctx, by, src, batch, lines) })
		strips = strips[n:]
	}
	return work.Wait()
}

// stripsOf are the strips of lines, ascending in width.
func stripsOf(lines []document.Line) []strip {
	strips := make([]strip, 0, len(lines))
	for i, l := range lines {
		if s, ok := stripOf(l.Quad); ok {
			s.line, s.spine = i, l.Spine
			strips = append(strips, s)
		}
	}
	slices.SortStableFunc(strips, byWidth)
	return strips
}

// stripOf says how the line inside q is laid before the reader: lines that run
// downwards are turned.
func stripOf(q [4]document.Point) (strip, bool) {
	w, h := pixels.QuadSize(q)
	if h >= pixels.TallLine*w {
		q, w, h = pixels.StartAt(q, 1), h, w
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

// readStrips sets text and confidence of the lines of a batch, and whether they are sure.
func (r *Recognizer) readStrips(ctx context.Context, by reader, src pixels.Raster, batch []strip, lines []document.Line) error {
	ws, err := r.models.workspace(ctx)
	if err != nil {
		return err
	}
	defer r.models.release(ws)
	n, w := len(batch), paddedWidth(batch[len(batch)-1].width)
	end := stages.Begin(ctx, stages.Recognize)
	defer func() { end(by.column.Times(float64(n * w))) }()
	steps, classes := w/readStep, len(by.alphabet.classes)
	in, out := ws.in.grow(n*3*readHeight*w), ws.out.grow(n*steps*classes)
	clear(in) // zero is the padding that the reader was trained with
	for i, s := range batch {
		dst := pixels.Planes{Data: in[i*3*readHeight*w:], Stride: w, Size: readHeight * w}
		if _, height := pixels.QuadSize(s.quad); s.spine != nil {
			pixels.CropSpine(dst, s.width, readHeight, src, s.spine, height, s.quad[0])
			continue
		}
		pixels.CropLine(dst, s.width, readHeight, src, s.quad)
	}
	err = by.run(
		array{in, []int64{int64(n), 3, readHeight, int64(w)}},
		array{out, []int64{int64(n), int64(steps), int64(classes)}})
	if err != nil {
		return failed("reading the text lines failed", err)
	}
	for i, s := range batch {
		size := steps * classes
		l := &lines[s.line]
		l.Text, l.Confidence, l.Marks = "", nil, nil
		read := by.alphabet.decode(out[i*size:][:size], s.width)
		l.Missed = missed(in[i*3*readHeight*w:], w, s.width, read.at)
		if strings.TrimSpace(read.text) != "" {
			l.Text, l.Confidence, l.Marks = read.text, &read.confidence, read.marks
		}
		batch[i].sure = by.trust.keeps(read, l.Claim, l.Missed)
	}
	return nil
}

// Knows reports whether the recognizer can write c.
func (r *Recognizer) Knows(c rune) bool { return r.last().alphabet.known[c] }
