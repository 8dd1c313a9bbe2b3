// Package textlayer tells which of a PDF's own characters can be believed. What breaks
// in a text layer is the map from a font's glyphs to characters, and what is drawn
// may not be seen; so a line is believed where each of its glyphs was read from the
// pixels often enough, anywhere in the document, as what the PDF says (ledger.go), and
// where nothing but these glyphs is seen at its place (gates.go). It knows
// nothing of engines: who calls it reads the lines that it asks for.
//
// A page passes through the files in this order: lines, gates, sample, pieces, ledger, areas.
// What a reading says of a claim is told by compare, and where strange ink lies by ink.
package textlayer

import (
	"context"

	"ocr-gateway/document"
)

// Reader reads lines of a page: it returns them in the same order, with Text and
// Confidence where it could.
type Reader = func(ctx context.Context, lines []document.Line) ([]document.Line, error)

const (
	// rounds is how often a page's lines are sampled; each knows what the one before taught.
	rounds = 4
	// leastBelieved is the share of a page's characters that must be believed, lest the
	// page be read as if it had no text of its own.
	leastBelieved = 0.25
)

// Judge decides which lines of a page can be believed, and has lines read to learn
// what it does not know. Nil means that the page is to be read as a whole. What it
// decides depends on the pages that it has judged before and on this one: pages of a
// document must come in a fixed order.
func (l *Ledger) Judge(ctx context.Context, page *document.Page, read Reader) (*document.Layer, error) {
	l.lessons = nil
	if page.Drawn == nil {
		return nil, nil
	}
	p := newPage(page.Drawn, page.Width, page.Height)
	if !p.worthwhile() {
		return nil, nil
	}
	for range rounds {
		sample := l.sample(p)
		if len(sample) == 0 {
			break
		}
		if err := l.learnFrom(ctx, p, sample, read); err != nil {
			return nil, err
		}
		if l.garbled(p) {
			return nil, nil
		}
	}
	if l.believed(p) < leastBelieved {
		return nil, nil
	}
	// What is not believed is read anyway, so that it teaches too.
	if err := l.learnFrom(ctx, p, append(l.unbelieved(p), l.audit(p)...), read); err != nil {
		return nil, err
	}
	return l.layer(p), nil
}

// learnFrom has lines read and learns from them. A line that was read before, glyph for glyph, such
// as a running head, is neither read nor learned from again.
func (l *Ledger) learnFrom(ctx context.Context, p *page, lines []*line, read Reader) error {
	var fresh []*line
	for _, ln := range lines {
		if was, known := l.readings[p.shape(ln)]; known {
			ln.read, ln.place.Text, ln.place.Confidence = true, was.Text, was.Confidence
			continue
		}
		fresh = append(fresh, ln)
	}
	if err := l.reads(ctx, p, fresh, read); err != nil {
		return err
	}
	for _, ln := range fresh {
		l.note(lesson{Shape: p.shape(ln), Reading: &reading{ln.place.Text, ln.place.Confidence}})
	}
	return nil
}

// believes reports whether every character of a line is.
func (l *Ledger) believes(p *page, ln *line) bool {
	if !ln.sound {
		return false
	}
	for _, c := range ln.glyphs {
		if !l.verified(p.pair(c)) {
			return false
		}
	}
	return true
}

// believed is the share of the characters seen on a page that are in lines believed.
func (l *Ledger) believed(p *page) float64 {
	all, in := 0, 0
	for _, ln := range p.lines {
		all += len(ln.glyphs)
		if l.believes(p, ln) {
			in += len(ln.glyphs)
		}
	}
	return float64(in) / float64(max(all, 1))
}

// unbelieved are the lines that are seen well, not believed, and have not been read.
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
			continue // its ink is strange, and so in an area
		}
		out := document.LayerLine{Line: ln.place, Read: ln.read, Believed: l.believes(p, ln), Characters: ln.text()}
		if out.Believed {
			layer.Counts.Verified += len(ln.glyphs)
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
