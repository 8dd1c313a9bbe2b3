package textlayer_test

import (
	"context"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/textlayer"
)

// sheet is a page in the making: rows of characters of one font, 10 pixels wide and 20 high.
type sheet struct{ drawn document.Drawn }

func newSheet() *sheet {
	return &sheet{document.Drawn{
		Fonts:   []document.FontID{{1}, {2}},
		Strange: document.Blocks{Step: 4, Width: 250, Height: 250, Bits: make([]byte, 250*250/8+1)},
	}}
}

// row sets a text at a height; glyphs are numbered by what they show, and say what says makes of it.
func (s *sheet) row(y int, shows string, says func(string) string) {
	for i, r := range []rune(shows) {
		x := 20 + 10*i
		c := document.Character{
			Glyph: int(r), Text: says(string(r)), X0: float32(x), X1: float32(x + 10), Baseline: float32(y), Size: 20,
			Upright: true, Contrast: 255, Ink: document.BBox{x, y - 15, x + 10, y + 2},
		}
		if r == ' ' {
			c.Ink = document.BBox{}
		}
		s.drawn.Characters = append(s.drawn.Characters, c)
	}
}

func (s *sheet) page() *document.Page {
	return &document.Page{Width: 1000, Height: 1000, Drawn: &s.drawn}
}

func same(s string) string { return s }

// rows are what stands on a sheet, by height.
type rows map[int]string

// read is a reader that sees it as it is.
func (r rows) read(_ context.Context, lines []document.Line) ([]document.Line, error) {
	sure := .99
	out := make([]document.Line, len(lines))
	for i, l := range lines {
		out[i] = l
		for y, text := range r {
			if y > l.BBox[1] && y < l.BBox[3] {
				from := max((l.BBox[0]-20+5)/10, 0)
				to := min((l.BBox[2]-20+5)/10, len([]rune(text)))
				out[i].Text, out[i].Confidence = string([]rune(text)[from:to]), &sure
			}
		}
	}
	return out, nil
}

func (r rows) sheet(says func(string) string) *sheet {
	s := newSheet()
	for y := 40; y < 1000; y += 40 {
		if text, ok := r[y]; ok {
			s.row(y, text, says)
		}
	}
	return s
}

var prose = rows{
	40: "the quick brown fox jumps over it", 80: "a lazy dog sleeps beside the fox", 120: "pack my box with five dozen jugs",
	160: "the five boxing wizards jump soon", 200: "how quickly daft jumping zebras vex", 240: "the lazy fox and the quick dog jump",
	280: "brown jugs and five dozen wizards", 320: "over the box the zebras sleep well",
}

// more uses the letters of prose in other words.
var more = rows{
	40: "quartz kept every vivid wave moving", 80: "query the marvel of five vacuums",
	120: "equal squares favor mixed crews", 160: "my jury prizes calm review work",
	200: "unique vowels mark rhymes and verse", 240: "jade and opaque quartz move slowly",
	280: "why not wax my zinc jar by hand", 320: "six or seven quiet vixens hum low",
}

func believed(layer *document.Layer) (texts []string) {
	if layer == nil {
		return nil
	}
	for _, l := range layer.Lines {
		if l.Believed {
			text := ""
			for _, c := range l.Characters {
				text += c.Text
			}
			texts = append(texts, text)
		}
	}
	return texts
}

func judge(t *testing.T, l *textlayer.Ledger, s *sheet, r rows) *document.Layer {
	t.Helper()
	layer, err := l.Judge(t.Context(), s.page(), r.read)
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

// learned is a ledger that has read two pages of prose.
func learned(t *testing.T) *textlayer.Ledger {
	l := textlayer.New()
	judge(t, l, prose.sheet(same), prose)
	judge(t, l, more.sheet(same), more)
	return l
}

// TestWhatIsTaken shows what a ledger that knows the font takes of a page.
func TestWhatIsTaken(t *testing.T) {
	swap := func(a, b string) func(string) string {
		return strings.NewReplacer(a, b, b, a).Replace
	}
	for name, c := range map[string]struct {
		says  func(string) string
		spoil func(*sheet)
		want  int // lines
	}{
		"honest":                 {same, nil, 8},
		"two letters swapped":    {swap("e", "o"), nil, 0},
		"one letter for another": {strings.NewReplacer("k", "h").Replace, nil, 4},
		"another script":         {strings.NewReplacer("a", "а", "e", "е", "o", "о").Replace, nil, 0},
		"no characters":          {func(string) string { return "\ufffd" }, nil, 0},
		"private use":            {func(s string) string { return string([]rune(s)[0] + 0xe000) }, nil, 0},
		"pale":                   {same, each(func(c *document.Character) { c.Contrast = 30 }), 0},
		"covered":                {same, each(func(c *document.Character) { c.Astray = 90 }), 0},
		"turned":                 {same, each(func(c *document.Character) { c.Upright = false }), 0},
		"tiny":                   {same, each(func(c *document.Character) { c.Size = 3 }), 0},
		"a font not known yet":   {same, each(func(c *document.Character) { c.Font = 1 }), 8},
		"a font without program": {same, func(s *sheet) { s.drawn.Fonts[0] = document.FontID{} }, 0},
		"no such font":           {same, each(func(c *document.Character) { c.Font = 7 }), 0},
		"blanks that are drawn":  {same, blanks(func(c *document.Character) { c.Ink = document.BBox{1, 1, 5, 5} }), 0},
		"one covered letter":     {same, func(s *sheet) { s.drawn.Characters[0].Astray = 90 }, 7},
		"glyphs over each other": {same, func(s *sheet) { s.drawn.Characters[1].Ink = s.drawn.Characters[0].Ink }, 7},
		"ink within a line":      {same, func(s *sheet) { s.drawn.Strange.Bits[(8*250+20)/8] |= 1 << ((8*250 + 20) % 8) }, 7},
		"painted twice":          {same, func(s *sheet) { s.drawn.Characters = append(s.drawn.Characters, s.drawn.Characters...) }, 8},
		"a raised letter":        {same, func(s *sheet) { c := &s.drawn.Characters[2]; c.Baseline -= 6; c.Size = 12 }, 7},
		"no number":              {same, func(s *sheet) { s.drawn.Characters[0].X0 = float32(math.NaN()) }, 8},
	} {
		t.Run(name, func(t *testing.T) {
			l := learned(t)
			s := prose.sheet(c.says)
			if c.spoil != nil {
				c.spoil(s)
			}
			got := believed(judge(t, l, s, prose))
			if len(got) != c.want {
				t.Errorf("%d lines are taken, want %d: %q", len(got), c.want, got)
			}
		})
	}
}

func each(change func(*document.Character)) func(*sheet) {
	return func(s *sheet) {
		for i := range s.drawn.Characters {
			change(&s.drawn.Characters[i])
		}
	}
}

func blanks(change func(*document.Character)) func(*sheet) {
	return each(func(c *document.Character) {
		if c.Text == " " {
			change(c)
		}
	})
}

// TestTextOfALine: blanks that the PDF says and that it does not, wide letters, ligatures.
func TestTextOfALine(t *testing.T) {
	l := learned(t)
	s := prose.sheet(same)
	kept := s.drawn.Characters[:0]
	for i, c := range s.drawn.Characters {
		if i < 33 && c.Text == " " {
			continue // the first line goes without: the gaps stay
		}
		kept = append(kept, c)
	}
	s.drawn.Characters = kept
	if got := believed(judge(t, l, s, prose)); len(got) != 8 || got[0] != prose[40] {
		t.Errorf("taken %q", got)
	}
}

// TestNothingIsTakenUnread wants a first page to be read, and the second to be taken with hardly any reading.
func TestNothingIsTakenUnread(t *testing.T) {
	l := textlayer.New()
	blind := func(_ context.Context, lines []document.Line) ([]document.Line, error) { return lines, nil }
	layer, err := l.Judge(t.Context(), prose.sheet(same).page(), blind)
	if err != nil || layer != nil {
		t.Errorf("a page of which nothing was read: %v, %v", layer, err)
	}
	l = learned(t)
	lines := 0
	layer, err = l.Judge(t.Context(), prose.sheet(same).page(), func(ctx context.Context, asked []document.Line) ([]document.Line, error) {
		lines += len(asked)
		return prose.read(ctx, asked)
	})
	if err != nil || lines > 1 || layer.Counts.Verified < 200 {
		t.Errorf("%d lines are read again, %+v, %v", lines, layer.Counts, err)
	}
}

// TestStatesAreRepeated wants lessons to lead to the state that judging led to.
func TestStatesAreRepeated(t *testing.T) {
	a, b := textlayer.New(), textlayer.New()
	for _, r := range []rows{prose, more, prose} {
		judge(t, a, r.sheet(same), r)
		if err := b.Repeat(a.Lessons()); err != nil {
			t.Fatal(err)
		}
		if a.State() != b.State() {
			t.Fatal("the states differ")
		}
	}
	if err := b.Repeat([]byte("{")); err == nil {
		t.Error("damaged lessons are taken")
	}
	if got := believed(judge(t, b, prose.sheet(same), prose)); len(got) != 8 {
		t.Errorf("taken after lessons: %q", got)
	}
}

// FuzzJudge: whatever a child says is drawn on a page, judging it ends, and well.
func FuzzJudge(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"), uint16(4), uint16(30))
	f.Fuzz(func(t *testing.T, data []byte, step, width uint16) {
		drawn := &document.Drawn{Fonts: []document.FontID{{1}}, Strange: document.Blocks{Step: int(step), Width: int(width), Height: 20, Bits: data}}
		for len(data) >= 16 && len(drawn.Characters) < 2000 {
			n := func(i int) int { return int(int16(binary.LittleEndian.Uint16(data[i:]))) }
			drawn.Characters = append(drawn.Characters, document.Character{
				Font: n(0) % 3, Glyph: n(2), Text: string(data[4:6]), X0: float32(n(6)), X1: float32(n(6) + n(8)%64),
				Baseline: math.Float32frombits(binary.LittleEndian.Uint32(data[8:])), Size: float32(n(12)) / 100,
				Ink: document.BBox{n(6), n(8), n(10), n(12)}, Upright: data[14]%8 > 0, Contrast: data[15], Astray: data[14],
			})
			data = data[7:]
		}
		l := textlayer.New()
		sure := .9
		for range 2 {
			layer, err := l.Judge(t.Context(), &document.Page{Width: 300, Height: 200, Drawn: drawn}, func(_ context.Context, lines []document.Line) ([]document.Line, error) {
				for i := range lines {
					lines[i].Text, lines[i].Confidence = "quick brown fox", &sure
				}
				return lines, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if layer == nil {
				continue
			}
			for _, line := range layer.Lines {
				if b := line.BBox; b[0] < 0 || b[1] < 0 || b[2] > 300 || b[3] > 200 {
					t.Errorf("a line lies off the page: %v", b)
				}
			}
		}
	})
}

// asking is a reader that counts the characters that it is asked for.
type asking struct {
	rows
	glyphs int
}

func (a *asking) read(ctx context.Context, lines []document.Line) ([]document.Line, error) {
	out, err := a.rows.read(ctx, lines)
	for _, l := range out {
		a.glyphs += len(strings.ReplaceAll(l.Text, " ", ""))
	}
	return out, err
}

// TestShortPageKeepsItsLayer: its glyphs come too seldom to be proven, and its words were read as it says.
func TestShortPageKeepsItsLayer(t *testing.T) {
	memo := rows{40: "memo to john smith", 80: "quarterly budget is due", 120: "vexing jazz"}
	layer := judge(t, textlayer.New(), memo.sheet(same), memo)
	if layer == nil || len(layer.Lines) != 3 {
		t.Fatalf("the layer is %+v, want three lines", layer)
	}
	for _, l := range layer.Lines {
		if !l.Believed && (!l.Read || !slices.Contains(slices.Collect(maps.Values(memo)), l.Text)) {
			t.Errorf("a line was read as %q", l.Text)
		}
	}
	if lies := judge(t, textlayer.New(), memo.sheet(strings.ToUpper), rows{40: "wholly other words", 80: "stand on this page now", 120: "zinc quartz"}); lies != nil {
		t.Errorf("a page that says something else has a layer: %+v", lies)
	}
}

// TestWordsAreReadOnce: of a page less is read than it has, and nothing when it comes again.
func TestWordsAreReadOnce(t *testing.T) {
	ledger, reader, all := textlayer.New(), &asking{rows: prose}, 0
	for _, text := range prose {
		all += len(strings.ReplaceAll(text, " ", ""))
	}
	for i, most := range []int{all, 0} {
		reader.glyphs = 0
		layer, err := ledger.Judge(t.Context(), prose.sheet(same).page(), reader.read)
		if err != nil || layer == nil {
			t.Fatalf("layer %v, %v", layer, err)
		}
		if reader.glyphs > most {
			t.Errorf("time %d: %d characters were read, want %d at most", i+1, reader.glyphs, most)
		}
		for _, l := range layer.Lines {
			if l.Read && !slices.Contains(slices.Collect(maps.Values(prose)), l.Text) {
				t.Errorf("a line was read as %q", l.Text)
			}
		}
	}
}

// TestFontsWithoutAProgramAreReadEachTime: two of them have other glyphs by the same numbers in the same places.
func TestFontsWithoutAProgramAreReadEachTime(t *testing.T) {
	ledger := textlayer.New()
	for _, shown := range []string{"7", "A"} {
		page := maps.Clone(prose)
		s := page.sheet(same)
		page[360] = shown
		s.row(360, shown, same)
		c := &s.drawn.Characters[len(s.drawn.Characters)-1]
		s.drawn.Fonts, c.Font, c.Glyph = append(s.drawn.Fonts, document.FontID{}), 2, 1
		layer, err := ledger.Judge(t.Context(), s.page(), page.read)
		if err != nil || layer == nil {
			t.Fatalf("layer %v, %v", layer, err)
		}
		if got := layer.Lines[len(layer.Lines)-1].Text; got != shown {
			t.Errorf("%q was read as %q", shown, got)
		}
	}
}
