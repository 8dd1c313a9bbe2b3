package textlayer

import (
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// set sets a text, 10 pixels a character of size 20 and in proportion for other sizes.
func set(x, baseline, size float32, text string) (all []document.Character) {
	for _, r := range text {
		wide := size / 2
		c := document.Character{
			Glyph: int(r), Text: string(r), X0: x, X1: x + wide, Baseline: baseline, Size: size, Upright: true, Contrast: 255,
			Ink: document.BBox{int(x), int(baseline - .7*size), int(x + wide), int(baseline)},
		}
		if r == ' ' {
			c.Ink = document.BBox{}
		}
		all, x = append(all, c), x+wide
	}
	return all
}

func TestLines(t *testing.T) {
	for name, tc := range map[string]struct {
		drawn []document.Character
		want  []string
	}{
		"a note's mark joins its line": {
			append(set(20, 100, 20, "was said before  and after"), set(170, 90, 10, "12")...), []string{"was said before12 and after"},
		},
		"an initial stands alone": {
			slices.Concat(set(20, 140, 80, "O"), set(64, 100, 20, "ver the past three decades"), set(64, 140, 20, "from organizations there")),
			[]string{"ver the past three decades", "O", "from organizations there"},
		},
		"columns are two lines": {
			append(set(20, 100, 20, "the left column"), set(300, 100, 20, "the right one")...), []string{"the left column", "the right one"},
		},
		"words over a leader": {
			append(set(20, 100, 16, strings.Repeat(".", 30)), set(21, 100, 20, "Angola")...), []string{"Angola"},
		},
		"a leader behind words": {
			append(set(20, 100, 20, "Angola "), set(90, 100, 20, strings.Repeat(".", 12)+" 7")...), []string{"Angola ............ 7"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage(&document.Drawn{Fonts: []document.FontID{{1}}, Characters: tc.drawn}, nil, 1000, 1000)
			var got []string
			for _, ln := range p.lines {
				text := ""
				for _, c := range ln.text() {
					text += c.Text
				}
				got = append(got, text)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// TestLeaderUnderWordsIsNotBelieved: what is seen there is words and dots.
func TestLeaderUnderWordsIsNotBelieved(t *testing.T) {
	drawn := append(set(20, 100, 16, strings.Repeat(".", 30)), set(21, 100, 20, "Angola")...)
	p := newPage(&document.Drawn{Fonts: []document.FontID{{1}}, Characters: drawn}, nil, 1000, 1000)
	if len(p.lines) != 1 || p.lines[0].sound {
		t.Error("the line can be believed")
	}
}

func TestHeightOfLines(t *testing.T) {
	bullet := set(20, 100, 20, "•")
	bullet[0].Ink = document.BBox{22, 88, 28, 94}
	formula := slices.Concat(set(20, 100, 20, "of tokens w"), set(130, 90, 10, "i"), set(130, 106, 10, "1"))
	for name, tc := range map[string]struct {
		drawn       []document.Character
		top, bottom int
	}{
		"a bullet is as high as words":           {bullet, 80, 106},
		"a formula is as high as its large ones": {formula, 85, 106},
	} {
		p := newPage(&document.Drawn{Fonts: []document.FontID{{1}}, Characters: tc.drawn}, nil, 1000, 1000)
		if len(p.lines) != 1 {
			t.Fatalf("%s: %d lines", name, len(p.lines))
		}
		if b := p.lines[0].place.BBox; b[1] != tc.top || b[3] != tc.bottom {
			t.Errorf("%s: from %d to %d, want %d to %d", name, b[1], b[3], tc.top, tc.bottom)
		}
	}
}
