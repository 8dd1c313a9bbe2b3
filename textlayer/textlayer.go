// Package textlayer tells which of a PDF's own characters can be believed. In a text layer the map from a
// font's glyphs to characters can be wrong, and drawn text can be invisible. So a line is believed where each
// of its glyphs was read from the pixels often enough, anywhere in the document, as what the PDF says
// (ledger.go), and where nothing but these glyphs is seen at its place (gates.go). The package knows nothing
// of engines: its caller reads the lines that it asks for.
//
// A page passes through the files in this order: lines, gates, sample, pieces, ledger, areas. Package compare
// compares a reading with a claim, and package ink finds unexplained ink.
package textlayer

import (
	"context"

	"ocr-gateway/document"
)

// Reader reads lines of a page. It returns them in the same order, with Text and Confidence where it could
// read them. Script is the script that the PDF says a line is in, empty for the usual ones. Claim is what the
// PDF says the line reads; it may spare a second reading, but changes none.
type Reader = func(ctx context.Context, lines []document.Line) ([]document.Line, error)

const (
	// rounds is how often a page's lines are sampled; each round uses what the one before taught.
	rounds = 4
	// leastSound is the share of a page's characters that must be of a kind that can be believed; leastClear
	// is the share that must then be believed, or read there as the PDF says. With less, the page is read as
	// if it had no text of its own.
	leastSound = 0.25
	leastClear = 0.5
)

// Judge decides which lines of a page can be believed, and has lines read to learn what it does not know. Nil
// means that the whole page is to be read. The verdict depends on this page and on those judged before it, so
// the pages of a document must come in a fixed order.
func (l *Ledger) Judge(ctx context.Context, page *document.Page, read Reader) (*document.Layer, error) {
	l.lessons = nil
	if page.Drawn == nil {
		return nil, nil
	}
	p := newPage(page.Drawn, l.scripts, page.Width, page.Height)
	if !p.worthwhile() {
		return nil, nil
	}
	for range rounds {
		sample := l.sample(p)
		if len(sample) == 0 {
			break
		}
		if err := l.reads(ctx, p, sample, read); err != nil {
			return nil, err
		}
		if p.garbled() {
			return nil, nil
		}
	}
	l.join(p, p.lines)
	if l.clear(p) < leastClear {
		return nil, nil
	}
	// Lines that are not believed are read anyway; they teach too.
	if err := l.finish(ctx, p, read); err != nil {
		return nil, err
	}
	return l.layer(p), nil
}

// finish has everything read that is not believed, by words where that is enough.
func (l *Ledger) finish(ctx context.Context, p *page, read Reader) error {
	for range 2 { // a word that was read as something else is read once more, with its line
		lines := l.unbelieved(p)
		if err := l.reads(ctx, p, l.rest(p, lines), read); err != nil {
			return err
		}
		l.join(p, lines)
	}
	return l.reads(ctx, p, l.audit(p), read)
}

// believes reports whether every character of a line is believed.
func (l *Ledger) believes(p *page, ln *line) bool {
	if !ln.sound {
		return false
	}
	for _, c := range ln.glyphs {
		if !l.verified(p.pairIn(ln, c)) {
			return false
		}
	}
	return true
}

// clear is the share of a page's characters that are proven, or were read there as the PDF says.
func (l *Ledger) clear(p *page) float64 {
	all, in := 0, 0
	for _, ln := range p.lines {
		all += len(ln.glyphs)
		for i := range ln.glyphs {
			if ln.sound && l.settled(p, ln, stretch{i, i + 1}) {
				in++
			}
		}
	}
	return float64(in) / float64(max(all, 1))
}

// unbelieved returns the lines that are clearly seen, but neither believed nor read.
func (l *Ledger) unbelieved(p *page) (lines []*line) {
	for _, ln := range p.lines {
		if ln.seen && !ln.read && !l.believes(p, ln) {
			lines = append(lines, ln)
		}
	}
	return lines
}

// layer is the verdict on a page.
func (l *Ledger) layer(p *page) *document.Layer {
	layer := &document.Layer{}
	for _, ln := range p.lines {
		if !ln.seen {
			layer.Counts.Read += len(ln.glyphs)
			continue // its ink is unexplained, and so in an area
		}
		out := document.LayerLine{Line: ln.place, Read: ln.read, Believed: l.believes(p, ln), Characters: ln.text()}
		if out.Believed || ln.joined {
			proven := l.prove(p, ln, out.Characters)
			layer.Counts.Verified += proven
			layer.Counts.Read += len(ln.glyphs) - proven
		} else {
			layer.Counts.Read += len(ln.glyphs)
		}
		layer.Lines = append(layer.Lines, out)
	}
	layer.Areas = p.areas()
	layer.Plain = len(p.rules) == 0 && len(layer.Areas) == 0 && p.running()
	for i := range p.drawn.Characters {
		if l.refuted(p.pair(&p.drawn.Characters[i])) {
			layer.Counts.Refuted++
		}
	}
	return layer
}

// prove marks and counts the characters of a line taken from the PDF that are proven; the others were read
// there.
func (l *Ledger) prove(p *page, ln *line, characters []document.LayerCharacter) (proven int) {
	next := 0
	for i := range characters {
		if characters[i].Text == " " { // made from white; no glyph is a blank
			continue
		}
		if characters[i].Proven = l.verified(p.pairIn(ln, ln.glyphs[next])); characters[i].Proven {
			proven++
		}
		next++
	}
	return proven
}
