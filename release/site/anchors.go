package main

import (
	"bytes"
	"fmt"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// anchors are the ids of headings as GitHub makes them, so that links hold in both places:
// small letters, digits and hyphens, white space as hyphens, everything else left out.
type anchors struct{ used map[string]int }

// Generate makes the id of a heading.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	var b bytes.Buffer
	for _, r := range bytes.Runes(bytes.ToLower(bytes.TrimSpace(value))) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	if a.used == nil {
		a.used = map[string]int{}
	}
	id := b.String()
	a.used[id]++
	if n := a.used[id]; n > 1 {
		id = fmt.Sprintf("%s-%d", id, n-1)
	}
	return []byte(id)
}

// Put is for ids that a document gives itself.
func (a *anchors) Put([]byte) {}
