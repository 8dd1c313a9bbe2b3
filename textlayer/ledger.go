package textlayer

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/compare"
)

const (
	enough      = 2  // readings in different words that verify a glyph
	enoughAlike = 3  // of a glyph that readers take for another
	outweighs   = 8  // readings of a verified glyph to each that speaks against it
	tries       = 10 // readings after which a glyph is not asked about any more
	maxContexts = 64 // that are told apart
	maxPairs    = 100_000
	maxReadings = 20_000
)

// pair is a glyph of a font's program and what a PDF says it stands for.
type pair struct {
	Font  document.FontID
	Glyph int
	Text  string
	// Script is that of the line, for a letter of scripts that share forms of letters: what
	// it is in a line of one says nothing of what it is in one of another.
	Script string `json:",omitempty"`
}

// evidence is what readings say of a pair.
type evidence struct {
	contexts []uint32 // of the readings that agree: what stood beside it
	agree    int      // all of them
	doubt    int      // readings of something that it is easily taken for
	against  int      // readings of something else
	seen     int      // lines read that have it
}

// Ledger holds what readings have taught of one document's glyphs. Documents share
// none: what is learned of one is no other's business. It is for one goroutine at a time.
type Ledger struct {
	scripts  scripts
	pairs    map[pair]*evidence
	readings map[shape]reading
	answers  *answers
	lessons  []lesson // of the page judged last
	state    [sha256.Size]byte
}

// New returns a ledger that knows nothing, of a document whose reader knows these scripts, by Unicode's names, beside
// those that every reader knows; it reads a line by [document.Line.Script].
func New(scripts ...string) *Ledger {
	return &Ledger{scripts: scriptsOf(scripts), pairs: map[pair]*evidence{}, readings: map[shape]reading{}, answers: &answers{at: map[shape]int{}}}
}

// lesson is what one reading taught: of a glyph, or how a line reads.
type lesson struct {
	Pair    pair            `json:",omitzero"`
	Verdict compare.Verdict `json:",omitempty"`
	Context uint32          `json:",omitempty"`

	Shape   shape `json:",omitzero"`
	Reading *reading
}

// shape is the hash of the glyphs of a line and of their places in it; zero where they do not tell how it looks.
type shape [sha256.Size]byte

// reading is what was read in a line.
type reading struct {
	Text       string
	Confidence *float64
	Script     string `json:",omitempty"`
}

func readingOf(ln *line) reading { return reading{ln.place.Text, ln.place.Confidence, ln.place.Script} }

// shape hashes a line. Glyphs stand at the same place when they do to a sixteenth of their height. Numbers
// of glyphs say nothing of fonts without a program: those that are drawn by procedures, for one.
func (p *page) shape(ln *line) shape {
	var b []byte
	for _, c := range ln.glyphs {
		q := p.pair(c)
		if q.Font == (document.FontID{}) {
			return shape{}
		}
		at := func(v float64) uint64 { return uint64(int64(math.Round(v / ln.size * 16))) }
		b = append(b, q.Font[:]...)
		b = binary.AppendUvarint(b, uint64(q.Glyph))
		b = binary.AppendUvarint(b, at(float64(c.X0-ln.glyphs[0].X0)))
		b = binary.AppendUvarint(b, at(float64(c.Baseline)-ln.baseline))
		b = binary.AppendUvarint(b, at(float64(c.Size)))
	}
	return sha256.Sum256(binary.AppendUvarint(b, uint64(math.Round(ln.size))))
}

// State names what the ledger knows.
func (l *Ledger) State() [sha256.Size]byte { return l.state }

// Lessons is what the page judged last has taught, for Repeat.
func (l *Ledger) Lessons() []byte {
	if len(l.lessons) == 0 {
		return nil
	}
	b, err := json.Marshal(l.lessons)
	if err != nil {
		return nil // it holds nothing that JSON has not
	}
	return b
}

// Repeat teaches what an equal page has taught a ledger of the same state.
func (l *Ledger) Repeat(lessons []byte) error {
	l.lessons = nil
	if len(lessons) == 0 {
		return nil
	}
	var all []lesson
	if err := json.Unmarshal(lessons, &all); err != nil {
		return err
	}
	for _, one := range all {
		l.note(one)
	}
	return nil
}

// note takes a lesson.
func (l *Ledger) note(one lesson) {
	l.lessons = append(l.lessons, one)
	b, _ := json.Marshal(one)
	l.state = sha256.Sum256(append(l.state[:], b...))
	if one.Reading != nil {
		if len(l.readings) < maxReadings {
			l.readings[one.Shape] = *one.Reading
		}
		return
	}
	e := l.of(one.Pair)
	if e == nil {
		return
	}
	e.seen++
	switch one.Verdict {
	case compare.Agrees:
		e.agree++
		if len(e.contexts) < maxContexts && !slices.Contains(e.contexts, one.Context) {
			e.contexts = append(e.contexts, one.Context)
		}
	case compare.Doubts:
		e.doubt++
	case compare.Disagrees:
		e.against++
	}
}

// of is the evidence of a pair; nil when there are too many to keep any for it.
func (l *Ledger) of(p pair) *evidence {
	e := l.pairs[p]
	if e == nil && len(l.pairs) < maxPairs {
		e = &evidence{}
		l.pairs[p] = e
	}
	return e
}

// verified reports whether a pair is proven.
func (l *Ledger) verified(p pair) bool {
	e := l.pairs[p]
	if e == nil {
		return false
	}
	least := enough
	if compare.EasilyMistaken(p.Text) {
		least = enoughAlike
	}
	return len(e.contexts) >= least && e.agree >= outweighs*(e.against+e.doubt)
}

// refuted reports whether readings have seen another character.
func (l *Ledger) refuted(p pair) bool {
	e := l.pairs[p]
	return e != nil && e.against > 0 && e.agree < outweighs*e.against
}

// wanted is how many more readings a pair needs, 0 when it is proven or will not be.
func (l *Ledger) wanted(p pair) int {
	least := enough
	if compare.EasilyMistaken(p.Text) {
		least = enoughAlike
	}
	e := l.pairs[p]
	switch {
	case p.Script != "" && !strings.ContainsFunc(p.Text, func(r rune) bool { return l.scripts.of(r) == p.Script }):
		return 0 // see silence
	case e == nil:
		return least
	case l.verified(p), e.seen >= tries, l.refuted(p):
		return 0
	}
	return max(1, least-len(e.contexts))
}

// pair is what a character claims.
func (p *page) pair(c *document.Character) pair {
	var font document.FontID
	if c.Font >= 0 && c.Font < len(p.drawn.Fonts) {
		font = p.drawn.Fonts[c.Font]
	}
	return pair{Font: font, Glyph: c.Glyph, Text: c.Text}
}

// pairIn is what a character claims in a line.
func (p *page) pairIn(ln *line, c *document.Character) pair {
	q := p.pair(c)
	if way := ln.way; sharesForms(way) && strings.ContainsFunc(c.Text, func(r rune) bool { return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) }) {
		q.Script = way
	}
	return q
}

// learn compares a line with what was read there.
func (l *Ledger) learn(p *page, ln *line) {
	verdicts := ln.verdicts()
	p.scripts.silence(verdicts, ln.glyphs, ln.way)
	for i, verdict := range verdicts {
		if ln.heard != nil && ln.heard[i] != unheard {
			continue // a piece of the line has taught of it
		}
		l.note(lesson{Pair: p.pairIn(ln, ln.glyphs[i]), Verdict: verdict, Context: ln.context(i)})
	}
}

// claim is what the PDF says of a line.
func (ln *line) claim() compare.Claim { return compare.ClaimOf(ln.glyphs) }

// sure is the confidence of a reading that speaks for or against a glyph.
const sure = 0.6

// verdicts says what its reading says of the glyphs of a line; none of lines that are of no use.
func (ln *line) verdicts() []compare.Verdict {
	switch claim := ln.claim(); {
	case ln.uneven, !ln.seen:
		return nil
	case ln.place.Confidence == nil, *ln.place.Confidence < sure:
		return claim.Silent()
	default:
		return claim.Verdicts(ln.place.Text, ln.form)
	}
}

// context hashes the glyphs beside one, by which readings are told apart.
func (ln *line) context(i int) uint32 {
	h := fnv.New32a()
	for j := max(0, i-2); j < min(len(ln.glyphs), i+3); j++ {
		h.Write([]byte(ln.glyphs[j].Text))
		h.Write([]byte{0})
	}
	return h.Sum32()
}

// garbled reports whether what was read of a page is nothing like what the PDF says.
func (p *page) garbled() bool {
	const least, alike = 6, 0.5 // lines and pieces
	read, good := 0, 0
	for _, ln := range p.asked {
		if ln.uneven || len(ln.glyphs) < 4 {
			continue
		}
		read++
		if ln.claim().Likeness(ln.place.Text) >= alike {
			good++
		}
	}
	return read >= least && 4*good < read
}
