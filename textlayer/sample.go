package textlayer

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

const (
	sampleLines = 12  // of a page that are read at once
	auditShare  = 256 // one line of so many is read although it is believed
)

// sample picks the lines by which most is learned of glyphs that are not proven, for the least
// reading: one after the other, by what each adds to those before.
func (l *Ledger) sample(p *page) []*line {
	wanted, planned := map[pair]int{}, map[pair]int{}
	type candidate struct {
		*line
		pairs []pair
	}
	var candidates []candidate
	for _, ln := range p.lines {
		if !ln.sound || ln.read {
			continue
		}
		c := candidate{line: ln}
		for _, g := range ln.glyphs {
			q := p.pair(g)
			if _, known := wanted[q]; !known {
				wanted[q] = l.wanted(q)
			}
			if wanted[q] > 0 && !slices.Contains(c.pairs, q) {
				c.pairs = append(c.pairs, q)
			}
		}
		if len(c.pairs) > 0 {
			candidates = append(candidates, c)
		}
	}
	var picked []*line
	for len(picked) < sampleLines {
		best, most := -1, 0.0
		for i, c := range candidates {
			gain := 0
			for _, q := range c.pairs {
				if planned[q] < wanted[q] {
					gain++
				}
			}
			const start = 8 // characters: what a line costs however short it is
			if worth := float64(gain) / float64(start+len(c.glyphs)); gain > 0 && worth > most {
				best, most = i, worth
			}
		}
		if best < 0 {
			break
		}
		for _, q := range candidates[best].pairs {
			planned[q]++
		}
		picked = append(picked, candidates[best].line)
		candidates = slices.Delete(candidates, best, best+1)
	}
	slices.SortStableFunc(picked, func(a, b *line) int { return cmp.Compare(a.baseline, b.baseline) })
	return picked
}

// audit picks lines that are believed and read all the same, by what they say, so that who
// writes a document cannot know them.
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
