package ppocr

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/sync/errgroup"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stages"
)

// Line recognition as PP-OCR's recognizers since version 3 were trained.
const (
	readHeight   = 48 // pixels
	readStep     = 8  // input pixels per step of output
	readMinWidth = 48
	readMaxWidth = 6400    // pixels of a line: 450 letters and more; longer lines are squeezed
	readBatch    = 1280    // pixels of a batch; larger ones gain no speed and cost memory
	keptOut      = 4 << 20 // values of an output that are kept; a line of 1,790 pixels or more alone gives more, up to 60 MB
)

// Recognizer reads lines in the scripts of its dictionary.
type Recognizer struct {
	models  *Models  // which grant the right to run
	readers []reader // the last one's word is final; an earlier one reads what it can be trusted with, at lower cost
}

// last is the reader whose word is final.
func (r *Recognizer) last() reader { return r.readers[len(r.readers)-1] }

// Read returns the lines with text and confidence, in the same order, each read from where it starts; a line
// in which nothing is read has neither. Lines that are higher than wide by pixels.TallLine are read
// downwards.
func (r *Recognizer) Read(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	lines, _, err := r.ReadSample(ctx, src, lines)
	return lines, err
}

// ReadSample is Read, and reports whether the first of several readers is of use for such lines, that is,
// some of its readings are kept. If it is not, the last one alone costs less.
func (r *Recognizer) ReadSample(ctx context.Context, src pixels.Raster, lines []document.Line) (_ []document.Line, quick bool, err error) {
	if len(r.readers) == 1 {
		lines, err = r.readBy(ctx, r.last(), src, lines)
		return lines, false, err
	}
	all := stripsOf(lines)
	kept, again, err := r.readFirst(ctx, src, all)
	if err != nil {
		return nil, false, err
	}
	first := slices.Clone(again)
	if err := r.readAll(ctx, r.last(), src, again); err != nil {
		return nil, false, err
	}
	surer(first, again)
	if !slices.ContainsFunc(again, r.otherLetters) {
		return joined(lines, append(kept, again...)), len(kept) > 0, nil
	}
	again = slices.DeleteFunc(again, func(s strip) bool { return s.width() < s.wide })
	whole := map[int]bool{}
	for _, s := range again {
		whole[s.line] = true
	}
	rest := slices.DeleteFunc(all, func(s strip) bool { return whole[s.line] })
	if err := r.readAll(ctx, r.last(), src, rest); err != nil {
		return nil, false, err
	}
	return joined(lines, append(again, rest...)), false, nil
}

// readBy is Read by one reader only.
func (r *Recognizer) readBy(ctx context.Context, by reader, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	strips := stripsOf(lines)
	err := r.readAll(ctx, by, src, strips)
	return joined(lines, strips), err
}

// otherLetters reports whether a second reading has letters that make the first reader's word worthless for
// the rest of the text.
func (r *Recognizer) otherLetters(s strip) bool {
	const surely = 0.8 // noise is read as any letter
	return s.read.confidence >= surely && r.unknownToFirst(s.read.text)
}

// unknownToFirst reports whether a text has Latin letters that the first reader does not know, such as ș and
// ț in Romanian and ə in Azerbaijani: it confidently reads s, t and a.
func (r *Recognizer) unknownToFirst(text string) bool {
	for _, c := range text {
		if c > unicode.MaxLatin1 && unicode.Is(unicode.Latin, c) && !r.readers[0].alphabet.known[c] {
			return true
		}
	}
	return false
}

// If the first reader is sure of less than worthwhile of the pixels of a sample, one line in sampleOf, it
// costs more than it saves, and the last one reads the other lines.
const (
	sampleOf     = 4
	leastSampled = 3 // lines of a sample, at least
	worthwhile   = 0.4
)

// readFirst reads strips by the first reader. It returns those that are kept and those to be read again, in
// ascending width like strips.
func (r *Recognizer) readFirst(ctx context.Context, src pixels.Raster, strips []strip) (kept, again []strip, err error) {
	var sample, rest []strip
	for i, s := range strips {
		if i%sampleOf == 0 && len(strips) >= sampleOf*leastSampled {
			sample = append(sample, s)
		} else {
			rest = append(rest, s)
		}
	}
	if err := r.readAll(ctx, r.readers[0], src, sample); err != nil {
		return nil, nil, err
	}
	if kept, again = divide(sample); len(sample) > 0 && float64(widths(kept)) < worthwhile*float64(widths(sample)) {
		again = append(again, rest...)
	} else {
		if err := r.readAll(ctx, r.readers[0], src, rest); err != nil {
			return nil, nil, err
		}
		kept, again = divide(append(sample, rest...))
	}
	slices.SortStableFunc(again, byWidth)
	return kept, again, nil
}

// divide separates strips that are kept as the first reader reads them from those to be read again: the
// doubtful words of lines that it knows well, and other lines as a whole.
func divide(strips []strip) (kept, again []strip) {
	wellKnown := !slices.ContainsFunc(strips, func(s strip) bool { return lessKnown(s.read) })
	for _, s := range strips {
		switch {
		case trusted(s.read, s.claim, s.sure):
			kept = append(kept, s)
		case wellKnown:
			begin := 0
			for _, d := range s.doubts {
				kept = append(kept, s.between(begin, d.from)...)
				again = append(again, s.between(d.from, d.to)...)
				begin = d.to
			}
			kept = append(kept, s.between(begin, s.width())...)
		default:
			again = append(again, s)
		}
	}
	return kept, again
}

// readAll reads strips, ascending in width, by one reader.
func (r *Recognizer) readAll(ctx context.Context, by reader, src pixels.Raster, strips []strip) error {
	var work errgroup.Group
	work.SetLimit(r.models.cfg.Concurrency)
	for len(strips) > 0 {
		n := batchSize(strips)
		batch := strips[:n]
		work.Go(func() error { return r.readStrips(ctx, by, src, batch) })
		strips = strips[n:]
	}
	return work.Wait()
}

// readStrips reads the strips of a batch.
func (r *Recognizer) readStrips(ctx context.Context, by reader, src pixels.Raster, batch []strip) error {
	ws, err := r.models.workspace(ctx)
	if err != nil {
		return err
	}
	defer r.models.release(ws)
	n, w := len(batch), paddedWidth(batch[len(batch)-1].width())
	end := stages.Begin(ctx, stages.Recognize)
	defer func() { end(by.column.Times(float64(n * w))) }()
	steps, classes := w/readStep, len(by.alphabet.classes)
	in, out := ws.in.grow(n*3*readHeight*w), ws.out.grow(n*steps*classes)
	clear(in) // zero is the padding that the reader was trained with
	for i, s := range batch {
		dst := pixels.Planes{Data: in[i*3*readHeight*w:], W: s.width(), H: readHeight, Stride: w, Size: readHeight * w}
		if _, height := pixels.QuadSize(s.quad); s.spine != nil {
			pixels.CropSpine(dst, src, s.spine, height, s.quad[0])
			continue
		}
		pixels.CropLine(dst, src, s.quad)
	}
	err = by.run(
		array{in, []int64{int64(n), 3, readHeight, int64(w)}},
		array{out, []int64{int64(n), int64(steps), int64(classes)}})
	if err != nil {
		return failed("reading the text lines failed", err)
	}
	for i := range batch {
		s, size, pix := &batch[i], steps*classes, in[i*3*readHeight*w:]
		s.read = by.alphabet.decode(out[i*size:][:size])
		s.missed = missed(pix, w, s.width(), s.read.characters)
		if by.model == r.last().model {
			continue // its word is final
		}
		s.sure = sure(s.read, s.missed)
		s.doubts = []span{{0, s.width()}}
		if s.spine == nil && s.missed == 0 && !strings.ContainsFunc(s.read.text, isEastAsian) {
			s.doubts = doubtful(s.read, pix, w, s.width())
		}
	}
	return nil
}

// Knows reports whether the recognizer can write c.
func (r *Recognizer) Knows(c rune) bool { return r.last().alphabet.known[c] }
