package paddleocrvl_test

import (
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/model"
	"ocr-gateway/model/paddleocrvl"
)

var profile paddleocrvl.Profile

func TestServes(t *testing.T) {
	for name, want := range map[string]string{
		"PaddlePaddle/PaddleOCR-VL": "1.0", "PaddlePaddle/PaddleOCR-VL-1.5": "1.5", "PaddleOCR-VL-1.6-0.9B": "1.6",
		"PaddleOCR-VL-0.9B": "1.0", "/models/paddleocr_vl_1.6": "1.6", "zai-org/GLM-OCR": "none", "PP-OCRv5": "none", "": "none",
	} {
		got, ok := profile.Serves(name)
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestRequests(t *testing.T) {
	for name, tc := range map[string]struct {
		ask       model.Ask
		prompt    string
		maxTokens int
	}{
		"text":         {model.Ask{Region: document.Region{Type: document.RegionText}}, "OCR:", 4096},
		"page":         {model.Ask{Region: document.Region{Type: document.RegionPage}}, "OCR:", 4096},
		"table":        {model.Ask{Region: document.Region{Type: document.RegionTable, Label: "table"}}, "Table Recognition:", 8192},
		"formula":      {model.Ask{Region: document.Region{Type: document.RegionFormula}}, "Formula Recognition:", 4096},
		"chart":        {model.Ask{Region: document.Region{Type: document.RegionTable, Label: "chart"}}, "Chart Recognition:", 4096},
		"seal":         {model.Ask{Variant: "1.5", Region: document.Region{Type: document.RegionText, Label: "seal"}}, "Seal Recognition:", 4096},
		"seal of 1.0":  {model.Ask{Variant: "1.0", Region: document.Region{Type: document.RegionText, Label: "seal"}}, "OCR:", 4096},
		"own prompt":   {model.Ask{Prompt: "Spotting: </s>"}, "Spotting: < /s>", 4096},
		"own in table": {model.Ask{Prompt: "x", Region: document.Region{Type: document.RegionTable}}, "x", 8192},
	} {
		q, err := profile.Request(tc.ask)
		if err != nil || q.Prompt != tc.prompt || q.MaxTokens != tc.maxTokens || q.Sampling != (model.Sampling{}) {
			t.Errorf("%s: %v, %+v", name, err, q)
		}
		if w, h := q.Image.Fit(1654, 2339, q.Image.MaxTokens); w*h > 1_003_520 || w*h < 900_000 {
			t.Errorf("%s: a page is sent as %dx%d", name, w, h)
		}
	}
	if _, err := profile.Request(model.Ask{Question: &document.Question{}}); err == nil {
		t.Error("a question was taken")
	}
}

// read reads an answer about a region of type kind.
func read(t *testing.T, kind document.RegionType, label, answer string) document.Recognition {
	t.Helper()
	q, err := profile.Request(model.Ask{Region: document.Region{Type: kind, Label: label}})
	if err != nil {
		t.Fatal(err)
	}
	return q.Read(answer)
}

func TestTables(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"plain":            {"<fcel>a<fcel>b<nl><fcel>c<ecel><nl>", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>"},
		"no last row end":  {"<fcel>a<nl><fcel>b", "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>"},
		"columns":          {"<fcel>a<lcel><lcel><nl><fcel>b<fcel>c<fcel>d<nl>", `<table><tr><td colspan="3">a</td></tr><tr><td>b</td><td>c</td><td>d</td></tr></table>`},
		"rows":             {"<fcel>a<fcel>b<nl><ucel><fcel>c<nl><ucel><fcel>d<nl>", `<table><tr><td rowspan="3">a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr></table>`},
		"both":             {"<fcel>a<lcel><fcel>x<nl><ucel><xcel><fcel>y<nl>", `<table><tr><td rowspan="2" colspan="2">a</td><td>x</td></tr><tr><td>y</td></tr></table>`},
		"half a rectangle": {"<fcel>a<lcel><nl><ucel><fcel>b<nl>", `<table><tr><td colspan="2">a</td></tr><tr><td></td><td>b</td></tr></table>`},
		"short rows":       {"<fcel>a<fcel>b<nl><fcel>c<nl>", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>"},
		"looks nowhere":    {"<lcel><ucel><nl><xcel><nl>", "<table><tr><td></td><td></td></tr><tr><td></td><td></td></tr></table>"},
		"text of a span":   {"<fcel>a<lcel>b<nl>", "<table><tr><td>a</td><td>b</td></tr></table>"},
		"text of a row":    {"<fcel>a<nl>b<nl>", "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>"},
		"marks":            {"<fcel>a < b & \\(x^2\\)\nc<nl>", "<table><tr><td>a &lt; b &amp; $x^2$<br>c</td></tr></table>"},
		"cut":              {"<fcel>a<fcel>b<nl><fcel>c<fc", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>"},
		"HTML":             {"<table><tr><td>a</td></tr></table>", "<table><tr><td>a</td></tr></table>"},
		"no table":         {"a b", ""},
		"text before":      {"Table 1 <fcel>a<nl>", ""},
		"only ends":        {"<nl><nl>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, document.RegionTable, "table", tc.in)
			want, format := tc.want, document.FormatHTML
			if want == "" {
				want, format = tc.in, document.FormatText
			}
			if got.Content != want || got.Format != format {
				t.Errorf("%s %s, want %s", got.Format, got.Content, want)
			}
		})
	}
}

func TestChartsAndFormulas(t *testing.T) {
	chart := read(t, document.RegionTable, "chart", "Year | Sales <k>\n2023 | 7\n")
	if want := "<table><tr><th>Year</th><th>Sales &lt;k&gt;</th></tr><tr><td>2023</td><td>7</td></tr></table>"; chart.Content != want || chart.Format != document.FormatHTML {
		t.Errorf("%+v, want %s", chart, want)
	}
	if got := read(t, document.RegionTable, "chart", "a line that rises"); got.Format != document.FormatText || got.Content != "a line that rises" {
		t.Errorf("%+v", got)
	}
	if got := read(t, document.RegionFormula, "display_formula", `\[ x^2 \]`); got.Format != document.FormatLaTeX || got.Content != "x^2" {
		t.Errorf("%+v", got)
	}
}

func TestAssemble(t *testing.T) {
	region := func(kind document.RegionType, label, content string) document.Region {
		return document.Region{ID: label, Type: kind, Label: label, Status: document.StatusOK, Format: document.FormatText, Content: content}
	}
	page := document.PageResult{Width: 100, Regions: []document.Region{
		region(document.RegionTitle, "doc_title", ` On \( x \)`+"\r\n"),
		region(document.RegionText, "text", `where \(a\)is $5 or \[ b \] and an exam-`),
		region(document.RegionText, "more", `ple \( open`),
		region(document.RegionFormula, "display_formula", "y"),
		region(document.RegionText, "formula_number", `\( (3) \)`),
		{Type: document.RegionTable, Label: "table", Status: document.StatusTruncated, Format: document.FormatHTML, Content: "<table><tr><td>a"},
		{Type: document.RegionText, Label: "failed", Status: document.StatusFailed, Content: ` \(x\)`},
	}}
	page.Regions[3].Format = document.FormatLaTeX
	profile.Assemble(&page)
	var got []string
	for _, r := range page.Regions {
		got = append(got, r.Content+r.MergedInto)
	}
	want := []string{"On $x$", `where $a$ is $5 or $$b$$ and an example \( open`, "text", `y \tag{3}`, "display_formula", "<table><tr><td>a</td></tr></table>", ` \(x\)`}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzTables wants a table of HTML that closes what it opens and has all the text.
func FuzzTables(f *testing.F) {
	for _, s := range []string{"<fcel>a<lcel><nl><ucel><xcel>b", "<nl>x<nl>", "<ecel><fc", "a|b\nc", `\(<fcel>\)`, strings.Repeat("<xcel><ucel><lcel><nl>", 9)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := read(t, document.RegionTable, "table", s)
		if got.Format != document.FormatHTML || strings.Contains(s, "<table") || strings.Contains(s, `\`) {
			return
		}
		if strings.Count(got.Content, "<td") != strings.Count(got.Content, "</td>") || strings.Count(got.Content, "<tr>") != strings.Count(got.Content, "</tr>") {
			t.Errorf("%q became %q", s, got.Content)
		}
		words := strings.NewReplacer("<fcel>", " ", "<ecel>", " ", "<lcel>", " ", "<ucel>", " ", "<xcel>", " ", "<nl>", " ").Replace(s)
		for _, w := range strings.FieldsFunc(words, func(r rune) bool { return r < 'a' || r > 'z' }) {
			if !strings.Contains(got.Content, w) && !strings.HasSuffix(s, "<"+w) {
				t.Errorf("%q lost %q: %q", s, w, got.Content)
			}
		}
	})
}

// TestHostileTables ends in seconds where each step is linear.
func TestHostileTables(t *testing.T) {
	for _, s := range []string{
		strings.Repeat("<fcel>", 1<<14),
		strings.Repeat("<lcel>", 1<<14) + strings.Repeat("<nl>", 1<<14),
		strings.Repeat("<fcel><nl>", 1<<13), strings.Repeat("<ucel><nl>", 1<<13),
		strings.Repeat(strings.Repeat("<xcel>", 100)+"<nl>", 100),
		"<fcel>" + strings.Repeat("<lcel>", 1<<13) + "<nl>" + strings.Repeat("<ucel><nl>", 1<<13),
		strings.Repeat(`\(`, 1<<15), "<fcel>" + strings.Repeat(`\(`, 1<<15),
	} {
		got := read(t, document.RegionTable, "table", s)
		page := document.PageResult{Regions: []document.Region{{Type: document.RegionText, Status: document.StatusOK, Format: document.FormatText, Content: s}}}
		profile.Assemble(&page)
		if len(got.Content) > 20*len(s)+100 {
			t.Errorf("%d bytes became %d", len(s), len(got.Content))
		}
	}
}
