package textlayer

import (
	"context"
	"slices"
	"strings"

	"ocr-gateway/document"
)

const (
	mostPieces  = 0.6 // share of a line from which it is read as a whole
	pieceGlyphs = 5   // of a piece at least, if its line has them: readers err more on fewer
	longestWord = 16  // glyphs from which a word may be cut
)

// stretch is a run of the glyphs of a line.
type stretch struct{ from, to int }

func (s stretch) length() int { return s.to - s.from }

// hearing is the outcome of reading a glyph in a piece of its line.
type hearing uint8

const (
	unheard hearing = iota
	told            // the whole piece was read as the PDF says
	doubted         // the piece was read as something else
)

// piece returns a stretch of a line as a line of its own, to be read by itself.
func (p *page) piece(ln *line, s stretch) *line {
	if s.length() == len(ln.glyphs) {
		return ln
	}
	piece := &line{glyphs: ln.glyphs[s.from:s.to], baseline: ln.baseline, size: ln.size, seen: true, sound: true, whole: ln, at: s.from}
	piece.way = p.scripts.main(piece.glyphs)
	piece.place = p.place(piece)
	return piece
}

// words returns the stretches between the blanks of a line. Long ones are also cut between letters of a
// script that is set without blanks, and any where the next letter is read in another way.
func (ln *line) words() []stretch {
	var all []stretch
	from := 0
	for i := 1; i < len(ln.glyphs); i++ {
		a, b := ln.glyphs[i-1], ln.glyphs[i]
		if float64(b.X0-a.X1) >= wordGap*float64(max(a.Size, b.Size)) || ln.blankBetween(a, b) ||
			i-from >= longestWord && square(a.Text) && square(b.Text) || ln.otherWay(stretch{from, i}, stretch{i, i + 1}) {
			all, from = append(all, stretch{from, i}), i
		}
	}
	return append(all, stretch{from, len(ln.glyphs)})
}

// otherWay reports whether two stretches of a line have letters that are read in different ways. Letters of
// scripts that share forms stay together: read alone, each would be read as whatever it is said to be.
func (ln *line) otherWay(s, o stretch) bool {
	if len(ln.scripts) == 0 {
		return false
	}
	a, b := ln.glyphs[s.from:s.to], ln.glyphs[o.from:o.to]
	one, other := ln.scripts.main(a), ln.scripts.main(b)
	return one != other && !sharesForms(one) && !sharesForms(other) && lettered(a) && lettered(b)
}

// around returns word i, with neighbors that are read in the same way until it is long enough to be read.
func (ln *line) around(words []stretch, i int) stretch {
	s, left, right := words[i], i, i+1
	for s.length() < pieceGlyphs {
		switch {
		case right < len(words) && !ln.otherWay(s, words[right]):
			s.to, right = words[right].to, right+1
		case left > 0 && !ln.otherWay(s, words[left-1]):
			left--
			s.from = words[left].from
		default:
			return s
		}
	}
	return s
}

// rest returns the parts of lines that must be read so that everything has been: the words with a glyph that
// is neither proven nor read, or the whole line where that is most of it or a piece of it was read as
// something else.
func (l *Ledger) rest(p *page, lines []*line) (parts []*line) {
	for _, ln := range lines {
		if ln.read {
			continue
		}
		left, length := l.open(p, ln), 0
		for _, s := range left {
			length += s.length()
		}
		if !ln.sound || ln.doubted() || float64(length) > mostPieces*float64(len(ln.glyphs)) {
			parts = append(parts, ln)
			continue
		}
		for _, s := range left {
			parts = append(parts, p.piece(ln, s))
		}
	}
	return parts
}

// open returns the stretches of a line that are still to be read; there is white between them.
func (l *Ledger) open(p *page, ln *line) (left []stretch) {
	words := ln.words()
	for i, word := range words {
		if l.settled(p, ln, word) {
			continue
		}
		s := ln.around(words, i)
		if n := len(left); n > 0 && s.from <= left[n-1].to {
			left[n-1].to = max(left[n-1].to, s.to)
		} else {
			left = append(left, s)
		}
	}
	return left
}

// settled reports whether each glyph of a stretch is proven or was read here as the PDF says.
func (l *Ledger) settled(p *page, ln *line, s stretch) bool {
	for i := s.from; i < s.to; i++ {
		if (ln.heard == nil || ln.heard[i] != told) && !l.verified(p.pairIn(ln, ln.glyphs[i])) {
			return false
		}
	}
	return true
}

// reads has lines and pieces read, and learns from them. Text that was read before, glyph for glyph, such as
// a running head, is neither read nor learned from again.
func (l *Ledger) reads(ctx context.Context, p *page, parts []*line, read Reader) error {
	var fresh []*line
	shapes, at := make([]shape, len(parts)), map[shape]bool{}
	for i, part := range parts {
		s := p.shape(part)
		shapes[i] = s
		if _, known := l.readings[s]; !known && !at[s] {
			fresh, at[s] = append(fresh, part), s != (shape{})
		}
	}
	got, err := ask(ctx, fresh, read)
	if err != nil {
		return err
	}
	now := map[shape]reading{}
	for i, part := range fresh {
		part.place = got[i]
		l.learn(p, part)
		if s := p.shape(part); s != (shape{}) {
			now[s] = readingOf(part)
			l.note(lesson{Shape: s, Reading: new(readingOf(part))})
		}
	}
	for i, part := range parts {
		was, known := now[shapes[i]]
		if !known {
			was, known = l.readings[shapes[i]]
		}
		if known { // else it has just been read itself
			part.place.Text, part.place.Confidence, part.place.Script = was.Text, was.Confidence, was.Script
		}
		part.read = true
		p.asked = append(p.asked, part)
		if part.whole != nil {
			part.whole.hear(part)
		}
	}
	return nil
}

// ask has lines read where they are, with their claims; see [Reader].
func ask(ctx context.Context, lines []*line, read Reader) ([]document.Line, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	places := make([]document.Line, len(lines))
	for i, ln := range lines {
		places[i] = ln.place
		places[i].Claim = ln.says()
	}
	return read(ctx, places)
}

// hear records for the line's glyphs how one of its pieces was read.
func (ln *line) hear(piece *line) {
	if ln.heard == nil {
		ln.heard, ln.least = make([]hearing, len(ln.glyphs)), 1
	}
	as := doubted
	if c := piece.place.Confidence; c != nil && *c >= sure && piece.claim().Is(piece.place.Text) {
		as, ln.least = told, min(ln.least, *c)
	}
	for i := range piece.glyphs {
		ln.heard[piece.at+i] = max(ln.heard[piece.at+i], as)
	}
}

func (ln *line) doubted() bool { return slices.Contains(ln.heard, doubted) }

// says returns a line's text as the PDF has it.
func (ln *line) says() string {
	var text strings.Builder
	for _, c := range ln.text() {
		text.WriteString(c.Text)
	}
	return text.String()
}

// join takes a line as read, with the PDF's text, where everything that is not proven was read as the PDF
// says.
func (l *Ledger) join(p *page, lines []*line) {
	for _, ln := range lines {
		if ln.read || ln.heard == nil || !ln.sound || ln.doubted() || !l.settled(p, ln, stretch{0, len(ln.glyphs)}) {
			continue
		}
		least := ln.least
		ln.read, ln.joined, ln.place.Text, ln.place.Confidence = true, true, ln.says(), &least
	}
}
