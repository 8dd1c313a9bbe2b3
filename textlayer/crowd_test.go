package textlayer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/cputime"
	"ocr-gateway/textlayer"
)

// TestCrowdedPages wants pages of as many characters and fonts as a child hands over, wherever they are
// put, to take little time: what is not bounded here takes minutes.
func TestCrowdedPages(t *testing.T) {
	const characters, fonts, side, most = 1 << 15, 1 << 10, 16_000, 20 * time.Second
	for name, place := range map[string]func(i int, c *document.Character){
		"a row": func(i int, c *document.Character) { c.X0 = float32(i) / 2 },
		"letters over leaders": func(i int, c *document.Character) {
			if c.X0 = float32(i) / 2; i%2 == 0 {
				c.Text, c.Font, c.Glyph = ".", 0, 1
			}
		},
		"leaders cut by letters": func(i int, c *document.Character) {
			if c.X0 = float32(i); i%9 != 0 {
				c.Text, c.Font, c.Glyph = ".", 0, 1
			}
		},
		"a column":     func(i int, c *document.Character) { c.Baseline = float32(i) / 2 },
		"apart":        func(i int, c *document.Character) { c.X0, c.Baseline = float32(i%181)*80, float32(i/181)*80 },
		"at one place": func(int, *document.Character) {},
		"stairs":       func(i int, c *document.Character) { c.X0, c.Baseline = float32(i)/2, float32(i)/2 },
		"heights": func(i int, c *document.Character) {
			c.X0, c.Baseline, c.Size = float32(i)/2, float32(i%7), float32(7+i%40)
		},
		"turned": func(i int, c *document.Character) {
			c.X0, c.Baseline, c.Upright = float32(i%181)*80, float32(i/181)*80, false
		},
	} {
		t.Run(name, func(t *testing.T) {
			drawn := &document.Drawn{Fonts: make([]document.FontID, fonts), Characters: make([]document.Character, characters)}
			for i := range drawn.Fonts {
				drawn.Fonts[i] = document.FontID{1, byte(i), byte(i >> 8)}
			}
			for i := range drawn.Characters {
				c := &drawn.Characters[i]
				*c = document.Character{Font: i % fonts, Glyph: 2, Text: string(rune('a' + i%fonts%26)), Baseline: 100, Size: 10, Upright: true, Contrast: 255}
				place(i, c)
				x, y := int(c.X0), int(c.Baseline)
				c.X1, c.Ink = c.X0+8, document.BBox{x, max(y-8, 0), x + 8, y + 1}
			}
			page := &document.Page{Width: side, Height: side, Drawn: drawn}
			boxes := make([]document.BBox, 20)
			answers := make([]string, len(boxes))
			for i := range boxes {
				boxes[i] = document.BBox{0, 0, side, side - 1}
				answers[i] = strings.Repeat("harbour ", 200)
			}
			took := cputime.Of(t, func() {
				ledger := textlayer.New()
				if view := ledger.Look(page); view != nil {
					view.Passages(boxes)
					if err := ledger.Learn(view.Lessons(answers)); err != nil {
						t.Error(err)
					}
				}
				_, err := ledger.Judge(context.Background(), page, func(_ context.Context, lines []document.Line) ([]document.Line, error) { return lines, nil })
				if err != nil {
					t.Error(err)
				}
			})
			t.Log(took)
			if took > most {
				t.Errorf("it took %s", took)
			}
		})
	}
}
