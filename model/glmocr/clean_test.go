package glmocr_test

import (
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
	"ocr-gateway/model/glmocr"
)

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		// line breaks
		"a\r\nb": "a\nb",
		// tabs
		`\t \t foo \t`:       "foo",
		`\theta is an angle`: `\theta is an angle`,
		`\t\theta`:           `\theta`,
		`\t`:                 "",
		// leaders
		"Chapter 1 ........ 7\nChapter 2 .. 8": "Chapter 1 ... 7\nChapter 2 .. 8",
		`\____ x`:                              `\____ x`,
		"......":                               "...",
		// inline formulas
		"let $ a+b $, $c$d":              "let $a+b$, $c$ d",
		"from $5 to $10, or $7":          "from $5 to $10, or $7",
		"US$5-$7 a day":                  "US$5-$7 a day",
		"($5) and ($6)":                  "($5) and ($6)",
		"$HOME and $PATH are set":        "$HOME and $PATH are set",
		"cost $5 for $ x $ of it":        "cost $5 for $x$ of it",
		"价格$5元，共$6元":                     "价格$5元，共$6元",
		"数$2^n$个":                        "数 $2^n$ 个",
		`costs \$5 and \$6, $ y $`:       `costs \$5 and \$6, $y$`,
		"a $$ x $ y $$ b":                "a $$ x $ y $$ b",
		"$ $ and x":                      "$ $ and x",
		"one $\n\nother $x":              "one $\n\nother $x",
		`ends in \`:                      `ends in \`,
		"no `code` harmed in $a$`b`":     "no `code` harmed in $a$`b`",
		"**12 $ x $**":                   "**12 $x$**",
		"A$ x $":                         "A $x$",
		"between 3$ and 4$ they said so": "between 3$ and 4$ they said so",
		// fences
		"look:\n```go\na := \"....\"\n\n* b $ x $c\n```\n• d ....": "look:\n```go\na := \"....\"\n\n* b $ x $c\n```\n- d ...",
		"````\n```\nx":       "````\n```\nx\n````",
		"```inline``` fence": "```inline``` fence",
		"```":                "```\n```",
		// bullets
		"• a\n· b\n* c\n*d\n  • e": "- a\n- b\n- c\n*d\n- e",
		"•":                        "•",
		// numbers
		"3.x is out":              "3.x is out",
		"i.e. this":               "i.e. this",
		"U.S. law":                "U.S. law",
		"a.txt is a file":         "a.txt is a file",
		"A.One of many":           "A. One of many",
		"2.第二":                    "2. 第二",
		"（3）第三":                   "(3) 第三",
		"(s)he goes":              "(s)he goes",
		"(1), (2) and (3)":        "(1), (2) and (3)",
		"(020)7946 0958":          "(020)7946 0958",
		"12.5 % of it":            "12.5 % of it",
		"1.2.3":                   "1.2.3",
		"7)":                      "7)",
		"10.":                     "10.",
		"1999 was a year":         "1999 was a year",
		"<table><tr><td>x</td>":   "<table><tr><td>x</td>",
		"|a|b|\n|---|---|\n|c|d|": "|a|b|\n|---|---|\n|c|d|",
	} {
		t.Run(in, func(t *testing.T) {
			r := document.Region{Type: document.RegionText, Label: "text", Status: document.StatusOK, Format: document.FormatText, Content: in}
			glmocr.Clean(&r)
			if r.Content != want {
				t.Errorf("%q, want %q", r.Content, want)
			}
		})
	}
}

func TestCleanByType(t *testing.T) {
	for name, tc := range map[string]struct {
		in     document.Region
		want   string
		format document.ContentFormat
		level  int
	}{
		"document title":   {document.Region{Type: document.RegionTitle, Label: "doc_title", Content: "## T"}, "T", "", 1},
		"title":            {document.Region{Type: document.RegionTitle, Label: "paragraph_title", Content: "* ## 1.1 T"}, "1.1 T", "", 2},
		"level stays":      {document.Region{Type: document.RegionTitle, Label: "paragraph_title", Level: 4, Content: "T"}, "T", "", 4},
		"formula":          {document.Region{Type: document.RegionFormula, Content: `\theta = ..... $`}, `\theta = ..... $`, document.FormatLaTeX, 0},
		"two dollars":      {document.Region{Type: document.RegionFormula, Content: `$a$ and $b$`}, `$a$ and $b$`, document.FormatLaTeX, 0},
		"mixed delimiters": {document.Region{Type: document.RegionFormula, Content: `\[ x $$`}, `x`, document.FormatLaTeX, 0},
		"table in text":    {document.Region{Type: document.RegionText, Content: " <table></table> "}, "<table></table>", document.FormatHTML, 0},
		"cut table": {document.Region{
			Type: document.RegionTable, Format: document.FormatHTML, Status: document.StatusTruncated,
			Content: "<table><tbody><tr><td>a</td><td>b <b>c</b></t",
		}, "<table><tbody><tr><td>a</td><td>b <b>c</b></td></tr></tbody></table>", document.FormatHTML, 0},
		"code":        {document.Region{Type: document.RegionCode, Content: "a ....\n\n* $ b $c"}, "a ....\n\n* $ b $c", "", 0},
		"footnote":    {document.Region{Type: document.RegionFootnote, Content: "* p < 0.05"}, "* p < 0.05", "", 0},
		"a PDF's own": {document.Region{Type: document.RegionText, Source: document.SourcePDF, Content: `\t* $ x $y .... (1)a`}, `\t* $ x $y .... (1)a`, "", 0},
		"its title":   {document.Region{Type: document.RegionTitle, Label: "paragraph_title", Source: document.SourcePDF, Content: "# 1 of 2"}, "# 1 of 2", "", 2},
		"failed":      {document.Region{Status: document.StatusFailed, Content: " x "}, " x ", "", 0},
		"picture":     {document.Region{Type: document.RegionImage, Status: document.StatusSkipped}, "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := tc.in
			if r.Status == "" {
				r.Status = document.StatusOK
			}
			glmocr.Clean(&r)
			if r.Content != tc.want || r.Format != tc.format || r.Level != tc.level {
				t.Errorf("%q %q level %d, want %q %q level %d", r.Content, r.Format, r.Level, tc.want, tc.format, tc.level)
			}
		})
	}
}

func TestLoopsAreCut(t *testing.T) {
	intro := "Nothing here is written twice by the model, as far as anybody knows. "
	unit := "the same words 一遍又一遍 "
	for name, tc := range map[string]struct{ in, want string }{
		"middle":          {intro + strings.Repeat(unit, 120) + "Tail.", intro + unit + "Tail."},
		"cut in the unit": {intro + strings.Repeat(unit, 120) + unit[:9], intro + strings.TrimSpace(unit)},
		"two loops":       {strings.Repeat("abcdefghijkl", 100) + intro + strings.Repeat(unit, 120) + "z", "abcdefghijkl" + intro + unit + "z"},
		"lines":           {"Head\n" + strings.Repeat("n/a\n\n", 600) + "Tail", "Head\nn/a\n\nn/a\n\nTail"},
		"irregular lines": {"Head\n" + mostlyEqual(300) + "Tail", "Head\nx\n0\nx\n1\nx\n2\nx\nTail"},
		"short text":      {strings.Repeat(unit, 20), strings.TrimSpace(strings.Repeat(unit, 20))},
	} {
		t.Run(name, func(t *testing.T) {
			r := document.Region{Type: document.RegionText, Status: document.StatusOK, Content: tc.in}
			glmocr.Clean(&r)
			if r.Content != tc.want {
				t.Errorf("%q, want %q", r.Content, tc.want)
			}
			if cut := name != "short text"; cut != (r.Status == document.StatusTruncated) || cut != (r.Error != nil) {
				t.Errorf("status %q, error %v", r.Status, r.Error)
			}
		})
	}
}

// mostlyEqual is three runs of a line parted by others.
func mostlyEqual(n int) string {
	var b strings.Builder
	for i := range 3 {
		for j := range n {
			b.WriteString("x" + strings.Repeat(" ", (j*j+i)%7) + "\n")
		}
		b.WriteString(string(rune('0'+i)) + "\n")
	}
	return b.String() + "x\nx\nx\n"
}

// noise is n characters of four kinds that follow no pattern.
func noise(n int, seed uint32) string {
	b := make([]byte, n)
	for i := range b {
		seed = seed*1664525 + 1013904223 // Numerical Recipes' generator
		b[i] = "abcd"[seed>>24&3]
	}
	return string(b)
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a$x$b $5 and $6", "```py\nx", "• a\n· b", "(1)foo", `\t\theta`, "....", "$$x\\]", "<table><tr><td>", "# - T", "#\f0", "a\r\r\nb\rc", `$\ $ x $\ $`, "<table(<"} {
		f.Add(s, byte(0))
		f.Add(s, byte(1))
		f.Add(s, byte(3))
	}
	types := []document.RegionType{document.RegionText, document.RegionTitle, document.RegionFormula, document.RegionTable, document.RegionCode, document.RegionFootnote}
	f.Fuzz(func(t *testing.T, s string, kind byte) {
		r := document.Region{Type: types[int(kind)%len(types)], Label: "text", Status: document.StatusOK, Format: document.FormatText, Content: s}
		glmocr.Clean(&r)
		once := r.Content
		// A delimiter or a mark inside another is content the second time, and
		// a cut may bring loops together. Loops are looked for from 2048 bytes, which
		// a text can reach by a space that was set.
		if r.Type == document.RegionFormula || max(len(s), len(once)) >= 2048 {
			return
		}
		glmocr.Clean(&r)
		if r.Content != once {
			t.Errorf("%q became %q, then %q", s, once, r.Content)
		}
	})
}

// hostile are the texts that a search which goes back would be slow on.
var hostile = map[string]string{
	"letters":   "a",
	"dollars":   "$ ",
	"pairs":     "$a",
	"escapes":   `\`,
	"fences":    "```\n",
	"tabs":      `\t`,
	"hyphens":   "a-\n",
	"periods":   "aaaaaaaaab",
	"rows":      "<tr><td>",
	"fibonacci": "abaababaabaababaababa",
	"prose":     "The quick brown fox jumps over the lazy dog, $x$ and $5; ",
}

// TestHostileText ends in seconds, and far beyond the test's time limit where
// a step is not linear.
func TestHostileText(t *testing.T) {
	for name, unit := range hostile {
		in := strings.Repeat(unit, 1<<18/len(unit))
		for _, kind := range []document.RegionType{document.RegionText, document.RegionTable, document.RegionFormula} {
			p := document.PageResult{Width: 1000, Regions: []document.Region{{Type: kind, Status: document.StatusOK, Content: in}}}
			glmocr.Assemble(&p)
			if n := len(p.Regions[0].Content); n > 2*len(in) {
				t.Errorf("%s: %d bytes became %d", name, len(in), n)
			}
		}
		table := "<table>" + in + "</table>"
		assemble.TableMarkdown(table)
		assemble.JoinTables([]document.PageResult{page(1, "table: "+table), page(2, "table: "+table)})
	}
}

func BenchmarkClean(b *testing.B) {
	prose := noise(30_000, 7) + "\n• item $x$ and 3.14 ......"
	inputs := map[string]string{"paragraph 600 B": noise(600, 3) + " costs $5 and $6", "region 30 KB": prose, "noise 1 MB": noise(1<<20, 1)}
	for name, unit := range hostile {
		inputs[name+" 1 MB"] = strings.Repeat(unit, 1<<20/len(unit))
	}
	for name, in := range inputs {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				r := document.Region{Type: document.RegionText, Status: document.StatusOK, Content: in}
				glmocr.Clean(&r)
			}
		})
	}
}
