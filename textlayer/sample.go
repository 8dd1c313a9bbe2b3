package textlayer

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

const (
	sampleGlyphs = 400 // read at once on a page
	auditShare   = 256 // one believed line of so many is read anyway
)

// candidate is a word that may be read, with what can be learned from it.
type candidate struct {
	line *line
	stretch
	wants []want
}

// want is a glyph that is not proven, with its context.
type want struct {
	pair    int // index
	context uint32
}

// plan holds how often each pair is to be read, and in which contexts.
type plan struct {
	index    map[pair]int
	wanted   []int
	contexts [][]uint32 // from which nothing new can be learned
}

// sample picks the words that teach most about unproven glyphs for the least reading: one at a time, by what
// each adds to those picked before.
func (l *Ledger) sample(p *page) (picked []*line) {
	plan := plan{index: map[pair]int{}}
	candidates := l.candidates(p, &plan)
	for length := 0; length < sampleGlyphs; {
		best, most := -1, 0.0
		for i := range candidates {
			c := &candidates[i]
			const start = 2 // glyphs: the fixed cost of a word
			if worth := float64(plan.gain(c)) / float64(start+c.length()); worth > most {
				best, most = i, worth
			}
		}
		if best < 0 {
			break
		}
		c := candidates[best]
		plan.take(&c)
		piece := p.piece(c.line, c.stretch)
		picked, length = append(picked, piece), length+c.length()
		candidates = slices.DeleteFunc(candidates, func(o candidate) bool {
			return o.line == c.line && o.from < c.to && c.from < o.to
		})
	}
	return picked
}

// candidates returns the words of a page with a glyph that something can be learned about.
func (l *Ledger) candidates(p *page, plan *plan) (all []candidate) {
	for _, ln := range p.lines {
		if !ln.sound || ln.read {
			continue
		}
		words := ln.words()
		for i := range words {
			c := candidate{line: ln, stretch: ln.around(words, i)}
			if n := len(all); n > 0 && all[n-1].line == ln && all[n-1].stretch == c.stretch {
				continue
			}
			part := line{glyphs: ln.glyphs[c.from:c.to], baseline: ln.baseline, size: ln.size}
			for j, g := range part.glyphs {
				if q := plan.of(l, p.pairIn(ln, g)); plan.wanted[q] > 0 && (ln.heard == nil || ln.heard[c.from+j] == unheard) {
					c.wants = append(c.wants, want{q, part.context(j)})
				}
			}
			if len(c.wants) == 0 {
				continue
			}
			if _, known := l.readings[p.shape(&part)]; !known {
				all = append(all, c)
			}
		}
	}
	return all
}

// of returns the index of a pair, and adds it if it is new.
func (n *plan) of(l *Ledger, q pair) int {
	i, known := n.index[q]
	if !known {
		i = len(n.wanted)
		n.index[q] = i
		n.wanted = append(n.wanted, l.wanted(q))
		var seen []uint32
		if e := l.pairs[q]; e != nil {
			seen = slices.Clone(e.contexts)
		}
		n.contexts = append(n.contexts, seen)
	}
	return i
}

// gain counts the glyphs that a candidate would teach something about.
func (n *plan) gain(c *candidate) (gain int) {
	for i, w := range c.wants {
		if n.wanted[w.pair] > 0 && !slices.Contains(n.contexts[w.pair], w.context) && !slices.Contains(c.wants[:i], w) {
			gain++
		}
	}
	return gain
}

// take counts what a candidate teaches as learned.
func (n *plan) take(c *candidate) {
	for _, w := range c.wants {
		if !slices.Contains(n.contexts[w.pair], w.context) {
			n.contexts[w.pair] = append(n.contexts[w.pair], w.context)
			n.wanted[w.pair]--
		}
	}
}

// audit picks believed lines that are read anyway. The choice depends on what they say and on the ledger, so
// that the author of a document cannot predict it.
func (l *Ledger) audit(p *page) (lines []*line) {
	for _, ln := range p.lines {
		if ln.read || !l.believes(p, ln) {
			continue
		}
		h := sha256.New()
		h.Write(l.state[:])
		for _, c := range ln.glyphs {
			h.Write([]byte(c.Text))
		}
		if binary.LittleEndian.Uint64(h.Sum(nil))%auditShare == 0 {
			lines = append(lines, ln)
		}
	}
	return lines
}
