package embedded_test

import (
	"testing"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
)

// printed sets rows of text with 10 pixels a character, 30 a row.
func printed(rows ...string) []document.Line {
	lines := make([]document.Line, len(rows))
	for i, text := range rows {
		lines[i] = document.Line{Text: text, BBox: document.BBox{0, i * 30, utf8.RuneCountInString(text) * 10, i*30 + 26}}
	}
	return lines
}

func TestChecksAreWrittenWhereTheyStand(t *testing.T) {
	for name, c := range map[string]struct {
		lines []document.Line
		words []document.Word
		want  []string
	}{
		"before a line": {
			printed("Adult ticket", "Child ticket"),
			[]document.Word{{Text: "☒", BBox: document.BBox{-40, 2, -16, 24}}, {Text: "☐", BBox: document.BBox{-40, 32, -16, 54}}},
			[]string{"[x] Adult ticket", "[ ] Child ticket"},
		},
		"in place of what the reader took it for": {
			printed("口 Sleeper", "O Seat in second class"),
			[]document.Word{{Text: "[ ]", BBox: document.BBox{0, 2, 20, 24}}, {Text: "◉", BBox: document.BBox{0, 32, 12, 54}}},
			[]string{"[ ] Sleeper", "[x] Seat in second class"},
		},
		"within a line": {
			printed("Return     Yes    No"),
			[]document.Word{{Text: "[ ]", BBox: document.BBox{85, 2, 105, 24}}, {Text: "[x]", BBox: document.BBox{155, 2, 175, 24}}},
			[]string{"Return [ ] Yes [x] No"},
		},
		"behind a line": {
			printed("Show hidden files v"),
			[]document.Word{{Text: "[x]", BBox: document.BBox{172, 2, 196, 24}}},
			[]string{"Show hidden files [x]"},
		},
		"a syllable that looks like a box": {
			[]document.Line{{Text: "지급문제 및 개선", BBox: document.BBox{0, 0, 240, 26}}},
			[]document.Word{{Text: "[x]", BBox: document.BBox{60, 2, 84, 24}}},
			[]string{"지급문제 및 개선"},
		},
		"rings among the digits of a passport": {
			printed("P3A4B5C679GBR8504124F3109306"),
			[]document.Word{{Text: "[x]", BBox: document.BBox{90, 2, 102, 24}}, {Text: "[ ]", BBox: document.BBox{220, 2, 232, 24}}},
			[]string{"P3A4B5C679GBR8504124F3109306"},
		},
		"too far away": {
			printed("Total"), []document.Word{{Text: "☒", BBox: document.BBox{-140, 2, -116, 24}}}, []string{"Total"},
		},
		"a letter that begins a word stays": {
			printed("Dog"), []document.Word{{Text: "☒", BBox: document.BBox{-20, 2, 4, 24}}}, []string{"[x] Dog"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			embedded.WriteChecks(c.lines, c.words)
			for i, l := range c.lines {
				if l.Text != c.want[i] {
					t.Errorf("line %q, want %q", l.Text, c.want[i])
				}
			}
		})
	}
}

// TestChecksBySide tells boxes that are written into a line from those that stand alone.
func TestChecksBySide(t *testing.T) {
	line := document.BBox{100, 10, 300, 40}
	for name, c := range map[string]struct {
		box  document.BBox
		want bool
	}{
		"before it":                 {document.BBox{60, 14, 84, 38}, true},
		"in it":                     {document.BBox{180, 14, 204, 38}, true},
		"behind it":                 {document.BBox{310, 14, 334, 38}, false},
		"before it, on another row": {document.BBox{60, 64, 84, 88}, false},
	} {
		if got := embedded.Belongs(c.box, []document.BBox{line}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	// Between two lines it belongs to the nearer one.
	if embedded.Belongs(document.BBox{310, 14, 334, 38}, []document.BBox{line, {380, 10, 500, 40}}) {
		t.Error("a box right behind a line belongs to the one far behind the box")
	}
}
