package azure

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

var update = flag.Bool("update", false, "write the golden files")

func box(x, y, width int) document.BBox { return document.BBox{x, y, x + width, y + 20} }

// reading is a PDF of three pages, one turned and one that could not be read, with what makes
// spans go wrong: characters outside the basic plane, combined ones, text without white space.
func reading() service.Reading {
	sure := 0.98
	words := func(line int, at document.BBox, texts ...string) (all []document.WordBox) {
		for i, text := range texts {
			all = append(all, document.WordBox{Text: text, BBox: box(at[0]+i*60, at[1], 50), Confidence: &sure, Line: line})
		}
		return all
	}
	title := document.Region{
		ID: "p1r1", Type: document.RegionTitle, Level: 1, BBox: box(100, 100, 300), Content: "A 👩‍👩‍👧 report", Format: document.FormatText,
		Lines: []document.Line{{BBox: box(100, 100, 300), Text: "A 👩‍👩‍👧 report"}}, Words: words(0, box(100, 100, 300), "A", "👩‍👩‍👧", "report"),
	}
	text := document.Region{
		ID: "p1r2", Type: document.RegionText, BBox: document.BBox{100, 200, 400, 260}, Content: "été 漢字、かな\nend", Format: document.FormatText,
		Lines: []document.Line{{BBox: box(100, 200, 300), Text: "été 漢字、かな"}, {BBox: box(100, 230, 300), Text: "end"}},
		Words: append(words(0, box(100, 200, 300), "été", "漢字、", "かな"), words(1, box(100, 230, 300), "end")...),
	}
	table := document.Region{
		ID: "p1r3", Type: document.RegionTable, BBox: document.BBox{100, 300, 400, 400}, Format: document.FormatHTML,
		Content: "<table><tr><th>t</th><th>R&amp;D</th></tr><tr><td colspan=\"2\">tr 10</td></tr><tr><td></td><td>t</td></tr></table>",
		Words:   words(0, box(100, 300, 300), "t", "R&D", "tr", "10", "t"),
	}
	grounded := document.Region{
		ID: "p2r1", Type: document.RegionText, BBox: document.BBox{10, 10, 400, 80}, Content: "one **two** three", Format: document.FormatMarkdown,
		Words: append(words(0, box(10, 10, 300), "one", "two"), words(0, box(10, 40, 300), "three")...),
	}
	picture := document.Region{ID: "p2r2", Type: document.RegionImage, BBox: document.BBox{10, 100, 200, 300}}
	return service.Reading{
		Source: document.NewSource("a.pdf", []byte("%PDF-1.7")),
		Result: &document.Result{Status: document.StatusPartial, Pages: []document.PageResult{
			{
				Number: 1, Status: document.StatusOK, Width: 850, Height: 1100, DPI: 100, Regions: []document.Region{title, text, table},
				Markdown: "# " + title.Content + "\n\n" + text.Content + "\n\n" + table.Content,
			},
			{Number: 2, Status: document.StatusOK, Width: 1100, Height: 850, DPI: 100, Rotation: 90, Regions: []document.Region{grounded, picture}, Markdown: grounded.Content},
			{Number: 3, Status: document.StatusFailed, Error: document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "no luck")},
		}},
	}
}

// TestAnalysis compares what models tell with golden files.
func TestAnalysis(t *testing.T) {
	for name, got := range map[string]*analysis{
		"read-text":       analyzed(reading(), modelRead, textElements, false),
		"layout-markdown": analyzed(reading(), modelLayout, unicodeCodePoint, true),
	} {
		b, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, '\n')
		file := "testdata/" + name + ".json"
		if *update {
			if err := os.WriteFile(file, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || !bytes.Equal(b, want) {
			t.Errorf("%s differs from what is told, %v:\n%s", file, err, b)
		}
	}
}

// cut is a part of a text as a client of a unit cuts it.
func cut(text string, u unit, s span) string {
	switch u {
	case unicodeCodePoint:
		return string([]rune(text)[s.Offset : s.Offset+s.Length])
	case utf16CodeUnit:
		return string(utf16.Decode(utf16.Encode([]rune(text))[s.Offset : s.Offset+s.Length]))
	}
	var elements []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		elements = append(elements, g.Str())
	}
	out := ""
	for _, e := range elements[s.Offset : s.Offset+s.Length] {
		out += e
	}
	return out
}

// TestSpans: what clients cut out of the content is what the word, line or cell says.
func TestSpans(t *testing.T) {
	for _, u := range units {
		for _, asMarkdown := range []bool{false, true} {
			a := analyzed(reading(), modelLayout, u, asMarkdown)
			unplaced := 0
			for _, p := range a.Pages {
				for _, w := range p.Words {
					if got := cut(a.Content, u, w.Span); got == "" {
						unplaced++
					} else if got != w.Content {
						t.Errorf("%s, Markdown %v: %q is at the span of %q", u, asMarkdown, got, w.Content)
					}
				}
				for _, l := range p.Lines {
					if got := cut(a.Content, u, l.Spans[0]); !asMarkdown && got != l.Content {
						t.Errorf("%s: %q is at the span of the line %q", u, got, l.Content)
					}
				}
			}
			for _, c := range a.Tables[0].Cells {
				if c.Content != "" && !asMarkdown && cut(a.Content, u, c.Spans[0]) != c.Content {
					t.Errorf("%s: %q is at the span of the cell %q", u, cut(a.Content, u, c.Spans[0]), c.Content)
				}
			}
			want := 0
			if asMarkdown {
				want = 1 // R&D stands there as R&amp;D
			}
			if unplaced != want {
				t.Errorf("%s, Markdown %v: %d words have no place in the content, want %d", u, asMarkdown, unplaced, want)
			}
			if last := a.Pages[1].Spans[0]; cut(a.Content, u, last) != map[bool]string{false: "one two\nthree", true: "one **two** three"}[asMarkdown] {
				t.Errorf("%s, Markdown %v: page 2 is %q", u, asMarkdown, cut(a.Content, u, last))
			}
		}
	}
}

// TestPolygons: a page that was turned is told of as it was sent.
func TestPolygons(t *testing.T) {
	b := document.BBox{10, 20, 110, 40}
	for turned, want := range map[int]polygon{
		0:   {10, 20, 110, 20, 110, 40, 10, 40},
		90:  {20, 190, 20, 90, 40, 90, 40, 190},
		180: {190, 80, 90, 80, 90, 60, 190, 60},
		270: {80, 10, 80, 110, 60, 110, 60, 10},
	} {
		p := planeOf(&document.PageResult{Width: 200, Height: 100, Rotation: turned, DPI: 100}, false)
		if got := p.polygon(b, 0); !equal(got, want) || p.unit != "pixel" {
			t.Errorf("turned by %d the box is at %v, want %v", turned, got, want)
		}
	}
	p := planeOf(&document.PageResult{Width: 200, Height: 100, DPI: 100}, true)
	if got := p.polygon(b, 90); !equal(got, polygon{1.1, .2, 1.1, .4, .1, .4, .1, .2}) || p.unit != "inch" || p.width != 2 {
		t.Errorf("text that runs down is at %v %s", got, p.unit)
	}
}

func equal(a, b polygon) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// FuzzRuler: every byte has a place, the end is the length, and spans never run backwards.
func FuzzRuler(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "é👩‍👩‍👧", "\xff\xed\xa0\x80x", "\uFFFD"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, u := range units {
			r := newRuler(text, u)
			if len(r) != len(text)+1 {
				t.Fatalf("%s: %d marks for %d bytes", u, len(r), len(text))
			}
			for i := range len(text) {
				if r[i+1] < r[i] {
					t.Fatalf("%s: runs backwards at %d", u, i)
				}
			}
			if u == unicodeCodePoint && int(r[len(text)]) != len([]rune(text)) {
				t.Fatalf("%d characters, want %d", r[len(text)], len([]rune(text)))
			}
		}
	})
}

// FuzzAnalysis: whatever a region's text and its words are, spans lie within the content, and
// have the word where they have a length.
func FuzzAnalysis(f *testing.F) {
	f.Add("one two", "one two", false)
	f.Add("<table><tr><td>a<td>b&lt;</table>", "a b< td", true)
	f.Add("\u0301x y", "\u0301x  y", false)
	f.Fuzz(func(t *testing.T, content, words string, html bool) {
		if !utf8.ValidString(content) || !utf8.ValidString(words) {
			return // no engine writes that
		}
		r := document.Region{ID: "p1r1", Type: document.RegionTable, BBox: box(0, 0, 9), Content: content, Format: document.FormatText}
		if html {
			r.Format = document.FormatHTML
		}
		for i, text := range strings.Split(words, " ") {
			r.Words = append(r.Words, document.WordBox{Text: text, Line: i / 3})
		}
		res := &document.Result{Pages: []document.PageResult{{Number: 1, Status: document.StatusOK, Regions: []document.Region{r, r}, Markdown: content}}}
		read := service.Reading{Source: document.NewSource("", nil), Result: res}
		for _, u := range units {
			for _, asMarkdown := range []bool{false, true} {
				a := analyzed(read, modelLayout, u, asMarkdown)
				for _, w := range a.Pages[0].Words {
					got := cut(a.Content, u, w.Span) // panics beyond the content
					if u == unicodeCodePoint && got != "" && got != w.Content {
						t.Fatalf("Markdown %v: %q is at the span of %q", asMarkdown, got, w.Content)
					}
				}
			}
		}
	})
}
