package textlayer

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"
)

// answers holds what was read of short passages, by shape. Entries are never removed, so a view that counted
// them finds the same ones later. It is safe for concurrent use.
type answers struct {
	mu    sync.Mutex
	at    map[shape]int
	texts []string
}

func (a *answers) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.texts)
}

// to returns the answer to a passage, among the first until; empty for none.
func (a *answers) to(s shape, until int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i, known := a.at[s]; known && i < until {
		return a.texts[i]
	}
	return ""
}

func (a *answers) add(one answered) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.at[one.Shape]; !known && len(a.texts) < maxReadings {
		a.at[one.Shape] = len(a.texts)
		a.texts = append(a.texts, one.Text)
	}
}

// short reports whether a passage is short enough to come again.
func (s rows) short() bool {
	glyphs := 0
	for _, c := range s {
		glyphs += len(c.glyphs)
	}
	return glyphs <= shortPassage
}

// shapeOf hashes the glyphs of a passage and their places relative to the first; see shape.
func (p *page) shapeOf(s rows) shape {
	var b []byte
	for _, c := range s {
		one := p.shape(c.line)
		if one == (shape{}) {
			return shape{}
		}
		b = append(b, one[:]...)
		b = binary.AppendVarint(b, int64(math.Round(c.baseline-s[0].baseline)))
		b = binary.AppendVarint(b, int64(math.Round(float64(c.glyphs[0].X0-s[0].glyphs[0].X0))))
	}
	return sha256.Sum256(b)
}
