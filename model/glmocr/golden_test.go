package glmocr_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
	"ocr-gateway/model/glmocr"
)

// golden is what the official SDK of GLM-OCR made of inputs of our own.
type golden struct {
	Format []struct {
		Native  string
		In, Out *string
	} `json:"format_content"`
	Process []struct {
		Name string
		In   [][]goldenRegion
		JSON [][]struct{ Content *string }
	}
	Repeat []struct {
		Name, In, Out string
		InLen         int `json:"in_len"`
		OutLen        int `json:"out_len"`
	}
}

type goldenRegion struct {
	Index   int
	Label   string
	BBox    document.BBox `json:"bbox_2d"` // thousandths of the page
	Content *string
}

// difference is a place where the SDK's answer is not what we want.
type difference struct{ want, reason string }

const (
	newlines  = "a line break is no paragraph: doubling it tears addresses, verses and code apart"
	decimals  = "a decimal, a section number and an abbreviation are not list items"
	noText    = "a title or formula without text writes nothing"
	atTheEnd  = "text behind a loop is kept"
	oneLine   = "a title is one line: the SDK makes a paragraph of its second line"
	badLaTeX  = "dollars inside a display formula are an error in LaTeX"
	noNumbers = "a formula number that belongs to no formula is kept as text"
)

// deliberate is keyed by native label and input, or by name.
var deliberate = map[string]difference{
	"text|a\nb":                    {"a\nb", newlines},
	"text|1.foo\nbar":              {"1.foo\nbar", newlines},
	"text|(1)foo\n(2)bar":          {"(1)foo\n(2)bar", newlines},
	"text|```py\nx=1":              {"```py\nx=1\n```", newlines},
	"text|```py\nx=1\n```":         {"```py\nx=1\n```", newlines},
	"algorithm|def f():\n  pass":   {"def f():\n  pass", newlines},
	"seal|印章\n编号":                  {"印章\n编号", newlines},
	"text|7.4.1 text":              {"7.4.1 text", decimals},
	"text|3.14 is pi":              {"3.14 is pi", decimals},
	"text|e.g. this":               {"e.g. this", decimals},
	"text|cost $5 and $6":          {"cost $5 and $6", "amounts of money are not a formula"},
	"doc_title|a\nb":               {"# a b", oneLine},
	"paragraph_title|a\nb":         {"## a b", oneLine},
	"doc_title|":                   {"", noText},
	"paragraph_title|":             {"", noText},
	"display_formula|":             {"", noText},
	"display_formula|$x$":          {"$$\nx\n$$", badLaTeX},
	"formula_number|(3)":           {"(3)", "the SDK leaves a blank behind it"},
	"lone number dropped":          {"a\n\n(1)\n\nb", noNumbers},
	"two numbers":                  {"$$\nx \\tag{1}\n$$\n\n(2)", noNumbers},
	"hyphen, punctuation after":    {"an example. More", "a word may be followed by punctuation"},
	"hyphen chain":                 {"aaa bbbccc dddeee fff", "a text may be split more than once"},
	"empty title and formula kept": {"", noText},
	"prefix + loop":                {"Intro text. abcdefghij tail", atTheEnd},
	"lines 80%":                    {"x\ny\nz", atTheEnd},
}

func TestGolden(t *testing.T) {
	testset := os.Getenv("OCR_TESTSET")
	if testset == "" {
		t.Skip("OCR_TESTSET is not set: no golden vectors of the SDK")
	}
	data, err := os.ReadFile(filepath.Join(testset, "..", "reference", "sdk_golden.json"))
	if err != nil {
		t.Skipf("no golden vectors of the SDK: %v", err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	check := func(set *[2]int, key, got, sdk string) {
		t.Helper()
		set[1]++
		d, differs := deliberate[key]
		met[key] = met[key] || differs
		switch {
		case differs && d.want == sdk:
			t.Errorf("%q: the difference is none", key)
		case differs && got != d.want:
			t.Errorf("%q: %q, want %q (%s)", key, got, d.want, d.reason)
		case !differs && got != sdk:
			t.Errorf("%q: %q, the SDK writes %q", key, got, sdk)
		case !differs:
			set[0]++
		}
	}
	var format, process, repeat [2]int // equal, of all
	for _, v := range g.Format {
		region := readRegion(v.Native, v.In)
		glmocr.Clean(&region)
		check(&format, v.Native+"|"+text(v.In), written(&region), text(v.Out))
	}
	for _, v := range g.Process {
		var got, sdk []string
		for i := range v.In {
			got = append(got, blocks(assembled(i+1, v.In[i])))
			var contents []string
			for _, r := range v.JSON[i] {
				contents = append(contents, text(r.Content))
			}
			sdk = append(sdk, blocks(contents))
		}
		check(&process, v.Name, strings.Join(got, "\f"), strings.Join(sdk, "\f"))
	}
	for _, v := range g.Repeat {
		if v.InLen == 0 {
			got, _ := assemble.WithoutLoops(v.In)
			check(&repeat, v.Name, got, v.Out)
			continue
		}
		in := strings.Repeat("0123456789", 300)[:v.InLen]
		region := readRegion("text", &in)
		glmocr.Clean(&region)
		check(&repeat, v.Name, strings.Repeat("x", len(region.Content)), strings.Repeat("x", v.OutLen))
	}
	for key, d := range deliberate {
		if !met[key] {
			t.Errorf("no vector %q, which is to differ because %s", key, d.reason)
		}
	}
	equal, all := format[0]+process[0]+repeat[0], format[1]+process[1]+repeat[1]
	t.Logf("equal to the SDK: format_content %d of %d, process %d of %d, repeat %d of %d; together %d of %d (%.1f %%), %d deliberate differences",
		format[0], format[1], process[0], process[1], repeat[0], repeat[1], equal, all, 100*float64(equal)/float64(all), len(deliberate))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// readRegion is a region as the engine leaves it. Content nil is a picture or
// a failed region.
func readRegion(label string, content *string) document.Region {
	r := document.Region{Type: document.RegionText, Label: label, Status: document.StatusOK, Format: document.FormatText, Content: text(content)}
	switch label {
	case "doc_title", "paragraph_title":
		r.Type = document.RegionTitle
	case "display_formula":
		r.Type = document.RegionFormula
	case "table":
		r.Type = document.RegionTable
	case "algorithm":
		r.Type = document.RegionCode
	case "figure_title":
		r.Type = document.RegionCaption
	case "header":
		r.Type = document.RegionHeader
	case "image", "chart":
		r.Type, r.Status = document.RegionImage, document.StatusSkipped
	default:
		if content == nil {
			r.Status = document.StatusFailed
		}
	}
	return r
}

// written adds the marks that the SDK keeps in the content and we leave to the
// writer of Markdown.
func written(r *document.Region) string {
	switch {
	case r.Content == "":
		return ""
	case r.Type == document.RegionTitle:
		return strings.Repeat("#", r.Level) + " " + strings.Join(strings.Fields(r.Content), " ")
	case r.Type == document.RegionFormula:
		return "$$\n" + r.Content + "\n$$"
	}
	return r.Content
}

// assembled is what is written of each region of a page.
func assembled(number int, in []goldenRegion) (out []string) {
	slices.SortFunc(in, func(a, b goldenRegion) int { return a.Index - b.Index }) // as the detector does
	page := document.PageResult{Number: number, Width: 1000, Height: 1000}
	for _, r := range in {
		region := readRegion(r.Label, r.Content)
		region.BBox = r.BBox
		page.Regions = append(page.Regions, region)
	}
	glmocr.Assemble(&page)
	for i := range page.Regions {
		out = append(out, written(&page.Regions[i]))
	}
	return out
}

// blocks joins what is written; pictures and moved regions write nothing.
func blocks(parts []string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, "\n\n")
}
