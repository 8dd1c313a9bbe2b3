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
	enough      = 2  // readings in different contexts that verify a glyph
	enoughAlike = 3  // for a glyph that readers confuse with another
	outweighs   = 8  // readings that agree, per reading that does not, of a verified glyph
	tries       = 10 // readings after which a glyph is no longer asked about
	maxContexts = 64 // kept per pair
	maxPairs    = 100_000
	maxReadings = 20_000
)

// pair is a glyph of a font program, with what a PDF says it stands for.
type pair struct {
	Font  document.FontID
	Glyph int
	Text  string
	// Script is the line's script, for a letter of scripts that share letter forms: what the glyph is in a
	// line of one script says nothing of a line of another.
	Script string `json:",omitempty"`
}

// evidence is what readings say of a pair.
type evidence struct {
	contexts []uint32 // of readings that agree, as hashes of the neighboring glyphs
	agree    int      // readings that agree
	doubt    int      // readings of something it is easily mistaken for
	against  int      // readings of something else
	seen     int      // times that it was in a line that was read
}

// Ledger holds what readings have taught about one document's glyphs. Nothing is shared between documents:
// what is learned of one is no other's business. It is for one goroutine at a time.
type Ledger struct {
	scripts  scripts
	pairs    map[pair]*evidence
	readings map[shape]reading
	answers  *answers
	lessons  []lesson // of the page judged last
	state    [sha256.Size]byte
}

// New returns an empty ledger, for a reader that knows these scripts, by their Unicode names, beside those
// that every reader knows, and that reads a line by [document.Line.Script].
func New(scripts ...string) *Ledger {
	return &Ledger{scripts: scriptsOf(scripts), pairs: map[pair]*evidence{}, readings: map[shape]reading{}, answers: &answers{at: map[shape]int{}}}
}

// lesson is what one reading taught: about a glyph, or how a line reads.
type lesson struct {
	Pair    pair            `json:",omitzero"`
	Verdict compare.Verdict `json:",omitempty"`
	Context uint32          `json:",omitempty"`

	Shape   shape `json:",omitzero"`
	Reading *reading
}

// shape is the hash of a line's glyphs and their places in it; zero where these do not determine how it
// looks.
type shape [sha256.Size]byte

// reading is what was read in a line.
type reading struct {
	Text       string
	Confidence *float64
	Script     string `json:",omitempty"`
}

func readingOf(ln *line) reading { return reading{ln.place.Text, ln.place.Confidence, ln.place.Script} }

// shape hashes a line. Glyphs are in the same place if they are so to a sixteenth of their height. Without a
// font program, as for glyphs drawn by procedures, glyph numbers mean nothing.
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

// State identifies what the ledger knows.
func (l *Ledger) State() [sha256.Size]byte { return l.state }

// Lessons returns what the page judged last has taught, for Repeat.
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

// Repeat applies the lessons of an equal page, judged by a ledger in the same state.
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

// note records a lesson.
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

// of returns the evidence of a pair; nil when there is no room for another pair.
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

// wanted is how many more readings a pair needs; 0 when it is proven or never will be.
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

// pair returns what a character claims.
func (p *page) pair(c *document.Character) pair {
	var font document.FontID
	if c.Font >= 0 && c.Font < len(p.drawn.Fonts) {
		font = p.drawn.Fonts[c.Font]
	}
	return pair{Font: font, Glyph: c.Glyph, Text: c.Text}
}

// pairIn returns what a character claims as part of a line.
func (p *page) pairIn(ln *line, c *document.Character) pair {
	q := p.pair(c)
	if way := ln.way; sharesForms(way) && strings.ContainsFunc(c.Text, func(r rune) bool { return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) }) {
		q.Script = way
	}
	return q
}

// learn compares a line's claim with what was read there.
func (l *Ledger) learn(p *page, ln *line) {
	verdicts := ln.verdicts()
	p.scripts.silence(verdicts, ln.glyphs, ln.way)
	for i, verdict := range verdicts {
		if ln.heard != nil && ln.heard[i] != unheard {
			continue // learned from a piece of the line
		}
		l.note(lesson{Pair: p.pairIn(ln, ln.glyphs[i]), Verdict: verdict, Context: ln.context(i)})
	}
}

// claim returns what the PDF says of a line.
func (ln *line) claim() compare.Claim { return compare.ClaimOf(ln.glyphs) }

// sure is the confidence from which a reading counts for or against a glyph.
const sure = 0.6

// verdicts returns what its reading says of each glyph of a line; nil for a line that is of no use.
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

// context hashes a glyph and its neighbors; it tells readings apart.
func (ln *line) context(i int) uint32 {
	h := fnv.New32a()
	for j := max(0, i-2); j < min(len(ln.glyphs), i+3); j++ {
		h.Write([]byte(ln.glyphs[j].Text))
		h.Write([]byte{0})
	}
	return h.Sum32()
}

// garbled reports whether the readings of a page are nothing like what the PDF says.
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
