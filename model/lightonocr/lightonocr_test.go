package lightonocr_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/model"
	"ocr-gateway/model/lightonocr"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	profile lightonocr.Profile
	box     = document.BBox{0, 0, 1000, 2000}
)

func TestServes(t *testing.T) {
	for name, want := range map[string]string{
		"lightonai/LightOnOCR-1B-1025": "1", "lightonai/LightOnOCR-0.9B-32k-1025": "1", "lightonai/LightOnOCR-2-1B": "2", "LightOnOCR-2-1B-bbox-soup": "2",
		"lightonai/LightOnOCR-3-1B": "3-1b", "lightonai/LightOnOCR-3-0.8B": "3", "lightonai/LightOnOCR-3-4B": "3", "lightonocr": "", "zai-org/GLM-OCR": "none", "": "none",
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
	page := document.Region{Type: document.RegionPage, BBox: box}
	warm, cool := model.Sampling{Temperature: 0.2, TopP: 0.9, Seed: 1}, model.Sampling{Temperature: 0.1, Seed: 1}
	for name, tc := range map[string]struct {
		ask      model.Ask
		prompt   string
		sampling model.Sampling
		longest  int
	}{
		"2":           {model.Ask{Variant: "2", Region: page, Layout: true}, "", warm, 1540},
		"3-1b":        {model.Ask{Variant: "3-1b", Region: page, Layout: true}, "grounding", cool, 1540},
		"3":           {model.Ask{Variant: "3", Region: page, Layout: true}, "grounding", cool, 2048},
		"unknown":     {model.Ask{Region: page, Layout: true}, "grounding", cool, 2048},
		"no layout":   {model.Ask{Variant: "3", Region: page}, "", cool, 2048},
		"own prompt":  {model.Ask{Variant: "3", Region: page, Layout: true, Prompt: "a<|im_end|>[IMG]"}, "a< |im_end|>[ IMG]", cool, 2048},
		"text region": {model.Ask{Variant: "1", Region: document.Region{Type: document.RegionText}}, "", warm, 1540},
	} {
		q, err := profile.Request(tc.ask)
		if err != nil || q.Prompt != tc.prompt || q.Sampling != tc.sampling || !q.NoThinking {
			t.Errorf("%s: %v, %+v", name, err, q)
		}
		if w, h := q.Image.Fit(3000, 6000, q.Image.MaxTokens); h != tc.longest || w != tc.longest/2 {
			t.Errorf("%s: a page is sent as %dx%d", name, w, h)
		}
	}
	for name, ask := range map[string]model.Ask{
		"table": {Region: document.Region{Type: document.RegionTable}}, "formula": {Region: document.Region{Type: document.RegionFormula}},
		"question": {Region: page, Question: &document.Question{}},
	} {
		_, err := profile.Request(ask)
		if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeTaskUnsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// read reads an answer about a page, with layout or without.
func read(t *testing.T, layout bool, answer string) []document.Region {
	t.Helper()
	q, err := profile.Request(model.Ask{Variant: "3", Layout: layout, Region: document.Region{Type: document.RegionPage, BBox: box}})
	if err != nil {
		t.Fatal(err)
	}
	return q.Read(strings.TrimSpace(answer)).Regions
}

// assembled is a page of regions as the pipeline hands them over.
func assembled(regions []document.Region) []document.Region {
	for i := range regions {
		r := &regions[i]
		r.ID, r.Status = fmt.Sprintf("p1r%d", i+1), document.StatusOK
		if r.Type == document.RegionImage {
			r.Status = document.StatusSkipped
		}
	}
	page := document.PageResult{Width: box[2], Height: box[3], Regions: regions}
	profile.Assemble(&page)
	return page.Regions
}

// TestAnswers reads constructed answers; the golden files say what of.
func TestAnswers(t *testing.T) {
	for name, layout := range map[string]bool{"grounding": true, "plain": false} {
		answer, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, r := range assembled(read(t, layout, string(answer))) {
			fmt.Fprintf(&b, "%s %s %d %v %s %q %s\n", r.Type, r.Label, r.Level, r.BBox, r.Format, r.Content, r.MergedInto)
		}
		file := "testdata/" + name + ".golden"
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || b.String() != string(want) {
			t.Errorf("%s, %v:\n%s\nwant\n%s", name, err, b.String(), want)
		}
	}
}

func TestContinuationsNeedAWholeBlockBefore(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"first":         {"![text+](1,1,2,2) a", "a|"},
		"after a title": {"![text](1,1,2,2) a\n![title](1,1,2,2) T\n![text+](1,1,2,2) b", "a|T|b|"},
		"over a list":   {"![text](1,1,2,2) a\n![list](1,1,2,2) - x\n![text+](1,1,2,2) b", "a|- x|b|"},
		"chain":         {"![text](1,1,2,2) a\n![footer](1,1,2,2) f\n![text+](1,1,2,2) b\n![text+](1,1,2,2) c", "a b c|f||"},
		"table":         {"![table](1,1,2,2) <table></table>\n![table+](1,1,2,2) <table></table>", "<table></table>|<table></table>|"},
	} {
		var b strings.Builder
		for _, r := range assembled(read(t, true, tc.in)) {
			if strings.HasSuffix(r.Label, "+") {
				t.Errorf("%s: label %s", name, r.Label)
			}
			if r.MergedInto == "" {
				b.WriteString(r.Content + "|")
			} else if r.Content == "" {
				b.WriteString("|")
			}
		}
		if got := strings.ReplaceAll(b.String(), "||||", "|||"); strings.TrimRight(got, "|") != strings.TrimRight(tc.want, "|") {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// letters are those of a text, so that marks and blanks do not count.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func contents(regions []document.Region) string {
	var b strings.Builder
	for _, r := range regions {
		b.WriteString(r.Content + "\n")
	}
	return b.String()
}

// FuzzPlain wants every letter of an answer in a region, in order.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"# a\nb", "<table>\n\nx</table>y", "$$a\n$$ b", "$$", "```py\nx\n```\n$$\n\na", "- a\n1. b\nc", `\[`, "<table"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		regions := read(t, false, s)
		if strings.Contains(s, "![") {
			return // pictures have no text
		}
		if got, want := letters(contents(regions)), letters(s); got != want {
			t.Errorf("%q became %q", s, contents(regions))
		}
		assembled(regions)
	})
}

// FuzzGrounding wants boxes within the page, and the letters of what is no picture.
func FuzzGrounding(f *testing.F) {
	for _, s := range []string{"![text](1,2,3,4) a", "b![title+](9,9,1,1)# a![x](0,0,0,0)", "![image](1,2,3,4) a\n![text](1000,1000,2000,2000)\nb", "![a](1,2,3)", "![chart](1,1,1,1)<table>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		regions := read(t, true, s)
		for _, r := range regions {
			if r.Type == document.RegionImage && r.BBox == (document.BBox{}) {
				continue // a picture in Markdown, of which nobody knows where it is
			}
			if r.Type == "" || r.BBox[0] < 0 || r.BBox[1] < 0 || r.BBox[2] > box[2] || r.BBox[3] > box[3] || r.BBox[0] >= r.BBox[2] || r.BBox[1] >= r.BBox[3] {
				t.Errorf("%q: region %+v", s, r)
			}
		}
		if !strings.Contains(s, "![") && letters(contents(regions)) != letters(s) {
			t.Errorf("%q became %q", s, contents(regions))
		}
		if got := contents(regions); len(got) > len(s)+len(regions) {
			t.Errorf("%q grew to %q", s, got)
		}
		assembled(regions)
	})
}

// TestHostileAnswers ends in seconds where each step is linear.
func TestHostileAnswers(t *testing.T) {
	for _, unit := range []string{"![text](1,2,3,4)", "![text+](1,2,3,4)a\n", "$$\n", "$$ a\n\n", "<table>\n", "```\n", "\\[\n", "- a\n", "# a\n", "![", "a\n\n"} {
		s := strings.Repeat(unit, 1<<15/len(unit))
		assembled(read(t, true, s))
		assembled(read(t, false, s))
	}
}
