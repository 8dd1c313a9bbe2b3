package textlayer

import (
	"crypto/sha256"
	"encoding/json"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/compare"
)

const shortPassage = 200 // glyphs; up to here a passage may come again, as running heads do

// teaching is what the answers about a page say of its glyphs.
type teaching struct {
	Fonts   []document.FontID
	Glyphs  []taught   // each pair once, in order of occurrence
	Answers []answered `json:",omitempty"`
}

// taught is what they say of one pair.
type taught struct {
	Font     int // index
	Glyph    int
	Text     string
	Agree    int      `json:",omitempty"`
	Contexts []uint32 `json:",omitempty"` // of readings that agree, each once
	Doubt    int      `json:",omitempty"`
	Against  int      `json:",omitempty"`
	Unclear  int      `json:",omitempty"`
}

// answered is the reading of a short passage.
type answered struct {
	Shape shape
	Text  string
}

// Lessons returns, for Learn, what a reader's answers for the boxes of Passages teach: in the order of the
// boxes, empty where there is none. Marks that a model adds to show the form of a text say nothing about the
// glyphs beside them.
func (v *View) Lessons(answers []string) []byte {
	var all teaching
	at := map[*kind]int{}
	for i, passage := range v.passages {
		if i >= len(answers) || answers[i] == "" {
			continue
		}
		if passage.shape != (shape{}) && len(answers[i]) <= 4*shortPassage {
			all.Answers = append(all.Answers, answered{passage.shape, answers[i]})
		}
		for _, ln := range passage.readAs(answers[i]) {
			for g, verdict := range ln.verdicts() {
				k := ln.kinds[g]
				if _, known := at[k]; !known {
					at[k] = len(all.Glyphs)
					all.add(k.pair)
				}
				all.Glyphs[at[k]].note(verdict, ln.context(g))
			}
		}
	}
	if len(all.Glyphs)+len(all.Answers) == 0 {
		return nil
	}
	b, err := json.Marshal(all)
	if err != nil {
		return nil // it holds nothing that JSON has not
	}
	return b
}

func (t *teaching) add(p pair) {
	font := slices.Index(t.Fonts, p.Font)
	if font < 0 {
		font = len(t.Fonts)
		t.Fonts = append(t.Fonts, p.Font)
	}
	t.Glyphs = append(t.Glyphs, taught{Font: font, Glyph: p.Glyph, Text: p.Text})
}

func (t *taught) note(verdict compare.Verdict, context uint32) {
	switch verdict {
	case compare.Agrees:
		t.Agree++
		if len(t.Contexts) < maxContexts && !slices.Contains(t.Contexts, context) {
			t.Contexts = append(t.Contexts, context)
		}
	case compare.Doubts:
		t.Doubt++
	case compare.Disagrees:
		t.Against++
	default:
		t.Unclear++
	}
}

// Learn records what the answers about a page have taught; nil is nothing.
func (l *Ledger) Learn(lessons []byte) error {
	if len(lessons) == 0 {
		return nil
	}
	var all teaching
	if err := json.Unmarshal(lessons, &all); err != nil {
		return err
	}
	l.state = sha256.Sum256(append(l.state[:], lessons...))
	for _, a := range all.Answers {
		l.answers.add(a)
	}
	for _, t := range all.Glyphs {
		if t.Font < 0 || t.Font >= len(all.Fonts) {
			continue
		}
		if e := l.of(pair{Font: all.Fonts[t.Font], Glyph: t.Glyph, Text: t.Text}); e != nil {
			e.take(t)
		}
	}
	return nil
}

// take adds what was taught about the pair.
func (e *evidence) take(t taught) {
	e.agree, e.doubt, e.against = e.agree+t.Agree, e.doubt+t.Doubt, e.against+t.Against
	e.seen += t.Agree + t.Doubt + t.Against + t.Unclear
	for _, c := range t.Contexts {
		if len(e.contexts) < maxContexts && !slices.Contains(e.contexts, c) {
			e.contexts = append(e.contexts, c)
		}
	}
}

// readAs returns the lines of a passage, each with the part of an answer that stands for it.
func (s rows) readAs(answer string) []claimed {
	claims := make([]compare.Claim, len(s))
	for i, c := range s {
		claims[i] = c.claim()
	}
	sure := 1.0
	lines := slices.Clone(s)
	parts := compare.Cut(claims, answer)
	for i, part := range parts {
		read := *s[i].line
		read.form, read.place = true, document.Line{Text: part, Confidence: &sure}
		lines[i].line = &read
	}
	return lines[:len(parts)]
}
