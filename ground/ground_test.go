package ground_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/ground"
)

// line sees the words of a text from x0 on, each character 10 pixels wide and 20 high.
func line(n int, x0, y int, text string) []document.WordBox {
	var seen []document.WordBox
	x := x0
	for word := range strings.FieldsSeq(text) {
		w := 10 * len([]rune(word))
		seen = append(seen, document.WordBox{Text: word, BBox: document.BBox{x, y, x + w, y + 20}, Line: n})
		x += w + 10
	}
	return seen
}

func TestWords(t *testing.T) {
	page := append(line(0, 100, 100, "The harbour com-"), line(1, 100, 130, "mittee saw no damage")...)
	page = append(page, line(2, 600, 100, "another column")...)
	type want struct {
		text string
		box  document.BBox
		sure float64
		line int
	}
	region := document.BBox{95, 95, 320, 155}
	for name, tc := range map[string]struct {
		format  document.ContentFormat
		content string
		want    []want
	}{
		"the same": {document.FormatText, "The harbour", []want{{"The", document.BBox{100, 100, 130, 120}, 1, 0}, {"harbour", document.BBox{140, 100, 210, 120}, 1, 0}}},
		"divided": {document.FormatText, "The harbour committee saw", []want{
			{"The", document.BBox{100, 100, 130, 120}, 1, 0},
			{"harbour", document.BBox{140, 100, 210, 120}, 1, 0},
			{"com", document.BBox{220, 100, 250, 120}, 1, 0},
			{"mittee", document.BBox{100, 130, 160, 150}, 1, 1},
			{"saw", document.BBox{170, 130, 200, 150}, 1, 1},
		}},
		"read otherwise": {document.FormatText, "The harbeur", []want{{"The", document.BBox{100, 100, 130, 120}, 1, 0}, {"harbeur", document.BBox{140, 100, 210, 120}, 6. / 7, 0}}},
		"cut otherwise":  {document.FormatText, "Theharbour", []want{{"Theharbour", document.BBox{100, 100, 210, 120}, 1, 0}}},
		"not seen": {document.FormatText, "The xyzxyzx com-", []want{
			{"The", document.BBox{100, 100, 130, 120}, 1, 0}, {"xyzxyzx", document.BBox{130, 100, 220, 120}, 0, 0}, {"com-", document.BBox{220, 100, 260, 120}, 1, 0},
		}},
		"nothing seen": {document.FormatText, "水水水", []want{{"水水水", region, 0, 0}}},
		"table":        {document.FormatHTML, "<table><tr><td>The</td><td>harbour</td></tr></table>", []want{{"The", document.BBox{100, 100, 130, 120}, 1, 0}, {"harbour", document.BBox{140, 100, 210, 120}, 1, 0}}},
		"markdown":     {document.FormatMarkdown, "# **The** `harbour`", []want{{"The", document.BBox{100, 100, 130, 120}, 1, 0}, {"harbour", document.BBox{140, 100, 210, 120}, 1, 0}}},
		"formula":      {document.FormatLaTeX, "x^2", nil},
		"empty":        {document.FormatText, " ", nil},
	} {
		t.Run(name, func(t *testing.T) {
			regions := []document.Region{{BBox: region, Format: tc.format, Content: tc.content}}
			ground.Words(regions, page)
			got := regions[0].Words
			if len(got) != len(tc.want) {
				t.Fatalf("%+v", got)
			}
			for i, w := range tc.want {
				if g := got[i]; g.Text != w.text || g.BBox != w.box || math.Abs(*g.Confidence-w.sure) > 1e-9 || g.Line != w.line {
					t.Errorf("%+v (%v), want %+v", g, *g.Confidence, w)
				}
			}
		})
	}
}

// TestWordsOfTheEngineAreKept: who saw the words knows best.
func TestWordsOfTheEngineAreKept(t *testing.T) {
	own := []document.WordBox{{Text: "own"}}
	regions := []document.Region{{BBox: document.BBox{0, 0, 900, 900}, Format: document.FormatText, Content: "The", Words: own}}
	ground.Words(regions, line(0, 100, 100, "The"))
	if len(regions[0].Words) != 1 || regions[0].Words[0].Text != "own" {
		t.Errorf("%+v", regions[0].Words)
	}
}

func TestTurnedWords(t *testing.T) {
	up := []document.WordBox{{Text: "harbour", BBox: document.BBox{10, 100, 30, 170}, Rotation: 270}}
	regions := []document.Region{{BBox: document.BBox{0, 90, 40, 180}, Format: document.FormatText, Content: "har bour"}}
	ground.Words(regions, up)
	if got := regions[0].Words; len(got) != 2 || got[0].BBox != (document.BBox{10, 140, 30, 170}) || got[1].BBox != (document.BBox{10, 100, 30, 140}) || got[0].Rotation != 270 {
		t.Errorf("%+v", got)
	}
}

// FuzzWords wants each character of a text in a word, in its order, whatever was seen.
func FuzzWords(f *testing.F) {
	f.Add("The harbour committee", "The harhour com-\nmittee")
	f.Add("a b c d", "")
	f.Fuzz(func(t *testing.T, text, page string) {
		if !utf8.ValidString(text) {
			return // the content of no region
		}
		var seen []document.WordBox
		for i, row := range strings.Split(page, "\n") {
			seen = append(seen, line(i, 10, 30*i, row)...)
		}
		regions := []document.Region{{BBox: document.BBox{0, 0, 2000, 2000}, Format: document.FormatText, Content: text}}
		ground.Words(regions, seen)
		var all strings.Builder
		for _, w := range regions[0].Words {
			all.WriteString(w.Text)
			if c := *w.Confidence; !(c >= 0 && c <= 1) || w.BBox[0] > w.BBox[2] || w.BBox[1] > w.BBox[3] {
				t.Errorf("%+v (%v)", w, c)
			}
		}
		if want := strings.Join(strings.Fields(text), ""); all.String() != want {
			t.Errorf("%q, want %q", all.String(), want)
		}
	})
}
