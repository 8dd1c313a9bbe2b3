package textlayer

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/ink"
)

const (
	maxKinds     = 8192 // different glyphs of a page; one with more is not meant to be read
	sampleShare  = 50   // one believed passage of so many is read anyway: 2 %
	onOneRow     = 0.4  // of a font's height, between the baselines of one row
	nextRow      = 0.9  // between the baselines of two rows at least; fractions and notes are closer
	besideBox    = 0.5  // ems of white between a box and the rest of a line
	outsideBox   = 0.25 // of its height: how far a line outside may reach into a box
	markerLength = 4    // characters of a list marker
)

// View is a page's own text with what a ledger knew of it at one time; later changes of the ledger do not
// affect it. It is for one goroutine at a time.
type View struct {
	page     *page // nil once its passages are known
	kinds    map[pair]*kind
	state    [sha256.Size]byte
	answers  *answers
	until    int // how many of them count
	passages []passage
}

// kind is a glyph of a font and the text that it is said to stand for, however often it occurs.
type kind struct {
	char     document.Character // only what it claims
	pair     pair
	verified bool
	refuted  bool
}

// passage is the part of the page's text that is in one box.
type passage struct {
	rows
	shape shape // zero where there is no use in recognizing it again
}

// rows are lines from the top, those in one row from the left.
type rows []claimed

// claimed is a line, or the part of one that is in a box.
type claimed struct {
	*line
	kinds []*kind // of its glyphs
}

// Look returns what is known of a page's text so far, without having anything read. Nil means that the page
// has no usable text of its own.
func (l *Ledger) Look(page *document.Page) *View {
	if page.Drawn == nil {
		return nil
	}
	v := &View{page: newPage(page.Drawn, l.scripts, page.Width, page.Height), kinds: map[pair]*kind{}, state: l.state, answers: l.answers, until: l.answers.count()}
	for _, ln := range v.page.lines {
		for _, c := range ln.glyphs {
			q := v.page.pair(c)
			if v.kinds[q] != nil {
				continue
			}
			if len(v.kinds) == maxKinds {
				return nil
			}
			v.kinds[q] = &kind{document.Character{Text: q.Text}, q, l.verified(q), l.refuted(q)}
		}
	}
	if len(v.kinds) == 0 {
		return nil
	}
	return v
}

// Passages returns the parts of the text that lie in boxes, each of which is read separately, if at all. It
// may be called once.
func (v *View) Passages(boxes []document.BBox) []document.Passage {
	all := make([]document.Passage, len(boxes))
	v.passages = make([]passage, len(boxes))
	unclear := v.page.unclear()
	for i, box := range boxes {
		found, whole := v.in(box)
		found.sort()
		all[i] = v.said(found)
		// Only upright, clearly visible lines are in the box.
		all[i].Clear = whole && len(found) > 0 && found.flow() && ink.Count(v.page.marked, box) < ink.Least && !slices.ContainsFunc(unclear, box.Rect().Overlaps)
		if all[i].Clear && found.short() {
			v.passages[i].shape = v.page.shapeOf(found)
			all[i].Answer = v.answers.to(v.passages[i].shape, v.until)
		}
		for j := range found {
			found[j].line = found[j].slim()
		}
		v.passages[i].rows = found
	}
	v.page = nil
	return all
}

// in finds the lines in a box. whole is false where only a part of a line may be in it.
func (v *View) in(box document.BBox) (found rows, whole bool) {
	whole = true
	for _, ln := range v.page.lines {
		b := ln.place.BBox
		if b[2] <= box[0] || b[0] >= box[2] || b[3] <= box[1] || b[1] >= box[3] {
			continue
		}
		if middle := (b[1] + b[3]) / 2; middle < box[1] || middle >= box[3] {
			inside := float64(min(b[3], box[3]) - max(b[1], box[1]))
			whole = whole && inside <= outsideBox*float64(b[3]-b[1])
			continue
		}
		part, apart := v.page.between(ln, box)
		whole = whole && apart
		if part != nil {
			found = append(found, v.claim(part))
		}
	}
	return found, whole
}

// between returns the part of a line that lies in a box, nil for none. apart reports whether the rest of the
// line stands well away.
func (p *page) between(ln *line, box document.BBox) (part *line, apart bool) {
	in := func(c *document.Character) bool {
		middle := (c.X0 + c.X1) / 2
		return middle >= float32(box[0]) && middle < float32(box[2])
	}
	from := slices.IndexFunc(ln.glyphs, in)
	if from < 0 {
		return nil, true
	}
	to := from + 1
	for to < len(ln.glyphs) && in(ln.glyphs[to]) {
		to++
	}
	if from == 0 && to == len(ln.glyphs) {
		return ln, true
	}
	gap := func(i int) bool {
		return i == 0 || i == len(ln.glyphs) || float64(ln.glyphs[i].X0-ln.glyphs[i-1].X1) >= besideBox*ln.size
	}
	part = &line{glyphs: ln.glyphs[from:to], blanks: ln.blanks, baseline: ln.baseline, size: ln.size, uneven: ln.uneven, seen: ln.seen, sound: ln.sound}
	part.place = p.place(part)
	return part, gap(from) && gap(to)
}

func (v *View) claim(ln *line) claimed {
	c := claimed{line: ln, kinds: make([]*kind, len(ln.glyphs))}
	for i, g := range ln.glyphs {
		c.kinds[i] = v.kinds[v.page.pair(g)]
	}
	return c
}

// said counts the characters of a passage, and returns its lines if they can be believed.
func (v *View) said(found rows) (out document.Passage) {
	out.Believed = len(found) > 0
	h := sha256.New()
	h.Write(v.state[:])
	for _, c := range found {
		out.Characters += len(c.glyphs)
		for _, k := range c.kinds {
			if k.refuted {
				out.Refuted++
			}
			h.Write([]byte(k.pair.Text))
		}
		out.Believed = out.Believed && c.believed()
	}
	out.Sampled = binary.LittleEndian.Uint64(h.Sum(nil))%sampleShare == 0
	if !out.Believed {
		return out
	}
	for _, c := range found {
		own := document.LayerLine{Line: c.place, Characters: c.text(), Believed: true}
		own.Source = document.SourcePDF
		var text strings.Builder
		for _, char := range own.Characters {
			text.WriteString(char.Text)
		}
		own.Text = text.String()
		out.Lines = append(out.Lines, own)
	}
	return out
}

func (c claimed) believed() bool {
	return c.sound && !slices.ContainsFunc(c.kinds, func(k *kind) bool { return !k.verified })
}

// sort orders lines by row, and by position within the row.
func (s rows) sort() {
	slices.SortStableFunc(s, func(a, b claimed) int { return cmp.Compare(a.baseline, b.baseline) })
	for row := range s.each() {
		slices.SortStableFunc(row, func(a, b claimed) int { return cmp.Compare(a.glyphs[0].X0, b.glyphs[0].X0) })
	}
}

// each yields one row after the other.
func (s rows) each() iter.Seq[rows] {
	return func(yield func(rows) bool) {
		for from := 0; from < len(s); {
			to, first := from+1, s[from]
			for to < len(s) && s[to].baseline-first.baseline <= onOneRow*min(s[to].size, first.size) {
				to++
			}
			if !yield(s[from:to]) {
				return
			}
			from = to
		}
	}
}

// flow reports whether the rows follow each other: there are no columns, and nothing between rows.
func (s rows) flow() bool {
	beside, last := 0, -1e9
	for row := range s.each() {
		if row[0].baseline-last < nextRow*row[0].size {
			return false
		}
		last = row[len(row)-1].baseline
		if len(row) > 2 || len(row) == 2 && len(row[0].glyphs) > markerLength {
			beside++
		}
	}
	return beside < 2
}

// slim reduces a line to what its glyphs are said to be: it takes little memory until an answer comes.
func (c claimed) slim() *line {
	ln := &line{uneven: c.uneven, seen: c.seen, glyphs: make([]*document.Character, len(c.kinds))}
	for i, k := range c.kinds {
		ln.glyphs[i] = &k.char
	}
	return ln
}
