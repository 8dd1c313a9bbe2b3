package glmocr_test

import (
	"fmt"
	"testing"

	"ocr-gateway/internal/assemble/assembletest"
	"ocr-gateway/model/glmocr"
)

var (
	page = assembletest.Page
	show = assembletest.Show
)

func TestAssemble(t *testing.T) {
	for name, tc := range map[string]struct {
		regions []string
		want    string
	}{
		// formula numbers
		"number":            {[]string{"formula: x", "formula_number: (1)"}, `x \tag{1}|p1r1|`},
		"numbers":           {[]string{"formula: x", "formula_number: (1)", "formula: y", "formula_number: （2a）"}, `x \tag{1}|p1r1|y \tag{2a}|p1r3|`},
		"numbers before":    {[]string{"formula_number: (1)", "formula: x", "formula_number: (2)", "formula: y"}, `p1r2|x \tag{1}|p1r4|y \tag{2}|`},
		"header between":    {[]string{"formula: x", "header: Acme", "formula_number: 1"}, `x \tag{1}|Acme|p1r1|`},
		"tagged":            {[]string{`formula: x \tag{1}`, "formula_number: (1)"}, `x \tag{1}|p1r1|`},
		"tagged otherwise":  {[]string{`formula: x \tag{1}`, "formula_number: (2)"}, `x \tag{1}|(2)|`},
		"no number":         {[]string{"formula: x", "formula_number: where $x$ is {a}"}, `x|where $x$ is {a}|`},
		"empty formula":     {[]string{"formula: ", "formula_number: (1)"}, `|(1)|`},
		"text between":      {[]string{"formula: x", "text: and", "formula_number: (1)"}, `x|and|(1)|`},
		"number after text": {[]string{"text: and", "formula_number: (1)"}, `and|(1)|`},
		// split words
		"hyphen":             {[]string{"text: an exam-", "text: ple of"}, "an example of|p1r1|"},
		"chain":              {[]string{"text: an exam-", "text: ple of ham-", "image: ", "text: mers. End"}, "an example of hammers. End|p1r1||p1r1|"},
		"chain ends":         {[]string{"text: an exam-", "text: ple of-", "text: Not", "text: so ma-", "text: ny"}, "an example of-|p1r1|Not|so many|p1r4|"},
		"over a figure":      {[]string{"text: an exam-", "image: ", "caption: Figure 1", "header: h", "table: <table></table>", "formula: x", "text: ple"}, "an example||Figure 1|h|<table></table>|x|p1r1|"},
		"title between":      {[]string{"text: an exam-", "title: on", "text: ple"}, "an exam-|on|ple|"},
		"failed between":     {[]string{"text: an exam-", "failed: ", "text: ple"}, "an exam-||ple|"},
		"cut block":          {[]string{"cut: an exam-", "text: ple"}, "an exam-|ple|"},
		"other type":         {[]string{"text: an exam-", "list: ple"}, "an exam-|ple|"},
		"upper case":         {[]string{"text: an exam-", "text: Ple"}, "an exam-|Ple|"},
		"number after":       {[]string{"text: COVID-", "text: 19"}, "COVID-|19|"},
		"dash":               {[]string{"text: he said -", "text: nothing"}, "he said -|nothing|"},
		"two hyphens":        {[]string{"text: he said--", "text: nothing"}, "he said--|nothing|"},
		"only a hyphen":      {[]string{"text: -", "text: nothing"}, "-|nothing|"},
		"X-ray":              {[]string{"text: an X-", "text: ray"}, "an X-ray|p1r1|"},
		"acronym":            {[]string{"text: (HTTP-", "text: based)"}, "(HTTP-based)|p1r1|"},
		"compound":           {[]string{"text: state-of-the-", "text: art."}, "state-of-the-art.|p1r1|"},
		"suspended":          {[]string{"text: pre-", "text: and postwar"}, "pre-|and postwar|"},
		"umlaut":             {[]string{"text: die Über-", "text: prüfung, die"}, "die Überprüfung, die|p1r1|"},
		"soft hyphen":        {[]string{"text: exam\u00ad", "text: ple"}, "example|p1r1|"},
		"number left behind": {[]string{"text: an exam-", "formula_number: (1)", "text: ple"}, "an example|(1)|p1r1|"},
		// bullets
		"bullet":         {[]string{"text: • a", "text: b", "text: • c"}, "- a|- b|- c|"},
		"two in a row":   {[]string{"text: • a", "text: b", "text: c", "text: • d"}, "- a|b|c|- d|"},
		"caption inside": {[]string{"text: • a", "caption: b", "text: • c"}, "- a|b|- c|"},
		"failed inside":  {[]string{"text: • a", "failed: ", "text: • c"}, "- a||- c|"},
		"empty page":     {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := page(1, tc.regions...)
			glmocr.Assemble(&p)
			if got := show(p); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
			glmocr.Assemble(&p)
			if got := show(p); got != tc.want {
				t.Errorf("assembled twice: %s, want %s", got, tc.want)
			}
		})
	}
}

func TestUnalignedBlockGetsNoBullet(t *testing.T) {
	p := page(1, "text: • a", "text: b", "text: • c")
	p.Regions[1].BBox[0] += 11
	glmocr.Assemble(&p)
	if got, want := show(p), "- a|b|- c|"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func BenchmarkAssemble(b *testing.B) {
	var regions []string
	for i := range 300 {
		regions = append(regions, fmt.Sprintf("text: word%d and some more prose with $x$ in it, costing $5 or $6 an exam-", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p := page(1, regions...)
		b.StartTimer()
		glmocr.Assemble(&p)
	}
}
