package textlayer

import (
	"context"

	"ocr-gateway/document"
)

// mostPieces is the share of a line from which it is read as a whole.
const mostPieces = 0.6

// reads has lines read: of those of which most is proven only the words that hold what is not, with one on each side, for the
// reader to see it in its place. Where these are read as the PDF says, so is the line; where not, it is read as a
// whole.
func (l *Ledger) reads(ctx context.Context, p *page, lines []*line, read Reader) error {
	var asked []*line // what is read first: pieces, and lines of which there are none
	pieces := make([][]*line, len(lines))
	for i, ln := range lines {
		if pieces[i] = l.pieces(p, ln); pieces[i] == nil {
			asked = append(asked, ln)
		}
		asked = append(asked, pieces[i]...)
	}
	if err := l.ask(ctx, p, asked, read); err != nil {
		return err
	}
	var rest []*line
	for i, ln := range lines {
		if pieces[i] != nil && !ln.readBy(pieces[i]) {
			rest = append(rest, ln)
		}
	}
	return l.ask(ctx, p, rest, read)
}

// ask has lines read as they are, and learns from them.
func (l *Ledger) ask(ctx context.Context, p *page, lines []*line, read Reader) error {
	if len(lines) == 0 {
		return nil
	}
	places := make([]document.Line, len(lines))
	for i, ln := range lines {
		places[i] = ln.place
	}
	got, err := read(ctx, places)
	if err != nil {
		return err
	}
	for i, ln := range lines {
		ln.read, ln.place = true, got[i]
		l.learn(p, ln)
	}
	return nil
}

// pieces are the parts of a line that have to be read; nil for all of it.
func (l *Ledger) pieces(p *page, ln *line) []*line {
	if !ln.sound {
		return nil
	}
	words := ln.words()
	wanted := make([]bool, len(words))
	for i, word := range words {
		for _, c := range ln.glyphs[word.from:word.to] {
			if !l.verified(p.pair(c)) {
				wanted[max(i-1, 0)], wanted[i], wanted[min(i+1, len(words)-1)] = true, true, true
				break
			}
		}
	}
	var found []*line
	length := 0
	for i := 0; i < len(words); {
		if !wanted[i] {
			i++
			continue
		}
		from := words[i].from
		for i < len(words) && wanted[i] {
			i++
		}
		to := words[i-1].to
		piece := &line{glyphs: ln.glyphs[from:to], baseline: ln.baseline, size: ln.size, seen: true, sound: true, whole: ln, at: from}
		piece.place = p.place(piece)
		found, length = append(found, piece), length+to-from
	}
	if float64(length) > mostPieces*float64(len(ln.glyphs)) {
		return nil
	}
	return found
}

// stretch is a run of the glyphs of a line.
type stretch struct{ from, to int }

// words are the stretches between the blanks of a line.
func (ln *line) words() []stretch {
	var all []stretch
	from := 0
	for i := 1; i < len(ln.glyphs); i++ {
		a, b := ln.glyphs[i-1], ln.glyphs[i]
		if float64(b.X0-a.X1) >= wordGap*float64(max(a.Size, b.Size)) || ln.blankBetween(a, b) {
			all, from = append(all, stretch{from, i}), i
		}
	}
	return append(all, stretch{from, len(ln.glyphs)})
}

// readBy takes a line for read as the PDF says, if its pieces were; the rest of it is proven.
func (ln *line) readBy(pieces []*line) bool {
	least := 1.0
	for _, piece := range pieces {
		if piece.place.Confidence == nil || *piece.place.Confidence < sure || !piece.claim().Is(piece.place.Text) {
			return false
		}
		least = min(least, *piece.place.Confidence)
	}
	text := ""
	for _, c := range ln.text() {
		text += c.Text
	}
	ln.read, ln.place.Text, ln.place.Confidence = true, text, &least
	return len(pieces) > 0
}
