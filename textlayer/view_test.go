package textlayer_test

import (
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/textlayer"
)

// everywhere is a box around all of a sheet.
var everywhere = document.BBox{5, 5, 990, 990}

// text is what stands on a sheet, as a model writes it.
func (r rows) text() string {
	var all []string
	for y := 40; y < 1000; y += 40 {
		if text, ok := r[y]; ok {
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}

// taught is a ledger that was told what stands on sheets.
func taught(t *testing.T, answers ...string) *textlayer.Ledger {
	t.Helper()
	l := textlayer.New()
	for i, answer := range answers {
		r := []rows{prose, more}[i%2]
		view := l.Look(r.sheet(same).page())
		view.Passages([]document.BBox{everywhere})
		if err := l.Learn(view.Lessons([]string{answer})); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// passage is what a ledger makes of the text in a box of a sheet.
func passage(l *textlayer.Ledger, s *sheet, box document.BBox) document.Passage {
	view := l.Look(s.page())
	if view == nil {
		return document.Passage{}
	}
	return view.Passages([]document.BBox{box})[0]
}

func linesOf(p document.Passage) string {
	var all []string
	for _, l := range p.Lines {
		all = append(all, l.Text)
	}
	return strings.Join(all, " ")
}

// TestAnswersTeach: what a model says of two pages has them believed, however it shows their form; what it says
// otherwise has them not.
func TestAnswersTeach(t *testing.T) {
	first, second := prose.text(), more.text()
	for name, c := range map[string]struct {
		answers  []string
		believed bool
	}{
		"as the PDF says":     {[]string{first, second}, true},
		"one page is little":  {[]string{first}, false},
		"bold and in lists":   {[]string{"- " + strings.ReplaceAll(first, "fox", "**fox**"), "# " + strings.ReplaceAll(second, "of", "<i>of</i>"), first, second}, true},
		"line by line":        {[]string{strings.ReplaceAll(first, " ", "\n"), strings.ReplaceAll(second, " ", "  ")}, true},
		"an error":            {[]string{first, strings.Replace(second, "rare", "rave", 1), first, second}, true},
		"another letter":      {[]string{strings.ReplaceAll(first, "x", "t"), strings.ReplaceAll(second, "x", "t"), first, second}, false},
		"marks for letters":   {[]string{strings.ReplaceAll(first, "x", "-"), strings.ReplaceAll(second, "x", "-"), first, second, first, second}, true},
		"a part of it":        {[]string{first[:60], second[:60]}, false},
		"something else":      {[]string{second, first, second, first}, false},
		"nothing":             {[]string{"", ""}, false},
		"more than can be":    {[]string{strings.Repeat(first, 1000), strings.Repeat(second, 1000)}, false},
		"a formula in a text": {[]string{strings.ReplaceAll(first, "x", "$x$"), strings.ReplaceAll(second, "x", "$x$")}, false},
	} {
		p := passage(taught(t, c.answers...), prose.sheet(same), everywhere)
		if p.Believed != c.believed || p.Believed && linesOf(p) != first {
			t.Errorf("%s: believed %t, %q", name, p.Believed, linesOf(p))
		}
	}
}

// TestPassages shows which parts of a page can be taken whole.
func TestPassages(t *testing.T) {
	l := taught(t, prose.text(), more.text(), prose.text(), more.text())
	two := document.BBox{10, 20, 400, 90} // the first two rows
	for name, c := range map[string]struct {
		spoil func(*sheet)
		box   document.BBox
		text  string // of its lines, if they are believed
		clear bool
	}{
		"two rows":             {nil, two, prose[40] + " " + prose[80], true},
		"a part of a word":     {nil, document.BBox{10, 20, 66, 50}, "the q", false},
		"a row is cut":         {nil, document.BBox{10, 20, 400, 72}, prose[40], false},
		"nothing":              {nil, document.BBox{500, 500, 600, 600}, "", false},
		"no box":               {nil, document.BBox{}, "", false},
		"strange ink":          {func(s *sheet) { ink(s, 95, 5, 10, 10) }, two, prose[40] + " " + prose[80], false},
		"ink elsewhere":        {func(s *sheet) { ink(s, 100, 100, 10, 10) }, two, prose[40] + " " + prose[80], true},
		"a covered letter":     {func(s *sheet) { s.drawn.Characters[0].Astray = 90 }, two, "", false},
		"a letter on its side": {func(s *sheet) { s.drawn.Characters[0].Upright = false }, two, strings.TrimPrefix(prose[40], "t") + " " + prose[80], false},
		"another font":         {func(s *sheet) { s.drawn.Characters[0].Font = 1 }, two, "", true},
		"rows too near":        {func(s *sheet) { s.row(52, "vex", same) }, document.BBox{10, 20, 400, 60}, prose[40] + " vex", false},
	} {
		s := prose.sheet(same)
		if c.spoil != nil {
			c.spoil(s)
		}
		p := passage(l, s, c.box)
		if linesOf(p) != c.text || p.Clear != c.clear || p.Believed != (c.text != "") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func ink(s *sheet, x, y, width, height int) {
	for v := y; v < y+height; v++ {
		for u := x; u < x+width; u++ {
			i := v*250 + u
			s.drawn.Strange.Bits[i/8] |= 1 << (i % 8)
		}
	}
}

// TestColumnsAreNoPassage wants text side by side to be left to the model, which sees its order, but for what counts the
// items of a list.
func TestColumnsAreNoPassage(t *testing.T) {
	l := taught(t, prose.text(), more.text(), prose.text(), more.text())
	for left, clear := range map[string]bool{"the lazy fox jumps": false, "five": true} {
		s := newSheet()
		for y := 40; y < 200; y += 40 {
			s.row(y, left+strings.Repeat(" ", 25-len(left))+"over the box", same)
		}
		if p := passage(l, s, everywhere); !p.Believed || p.Clear != clear {
			t.Errorf("%s: %+v", left, p)
		}
	}
}

// TestTheSameAnswerAgain wants a running head that was read once to be known again, by who looks after that.
func TestTheSameAnswerAgain(t *testing.T) {
	l := textlayer.New()
	head := document.BBox{10, 20, 400, 50}
	before := l.Look(prose.sheet(same).page())
	view := l.Look(prose.sheet(same).page())
	view.Passages([]document.BBox{head})
	if err := l.Learn(view.Lessons([]string{"THE HEAD"})); err != nil {
		t.Fatal(err)
	}
	if got := before.Passages([]document.BBox{head})[0].Answer; got != "" {
		t.Errorf("%q is known to who looked before", got)
	}
	if got := passage(l, prose.sheet(same), head).Answer; got != "THE HEAD" {
		t.Errorf("got %q", got)
	}
	if got := passage(l, more.sheet(same), head).Answer; got != "" {
		t.Errorf("another head is answered with %q", got)
	}
}

// FuzzLessons wants any answer to be compared without a fault, and what was learned to be learned alike.
func FuzzLessons(f *testing.F) {
	f.Add(prose.text(), "the quick\nbrown <b>fox</b> $x^2$ ﬁ")
	f.Add("", "—")
	f.Fuzz(func(t *testing.T, first, second string) {
		a, b := taught(t, first, second), taught(t, first, second)
		if a.State() != b.State() {
			t.Error("two ledgers were taught the same and know something else")
		}
	})
}
