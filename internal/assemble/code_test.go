package assemble_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// typed makes a page of regions, each its rows, in characters of one width, pitch, with
// the boxes that a detector draws: wider than the characters, and never quite alike. A
// row that begins with a number and two spaces comes as two lines.
func typed(pitch float64, regions ...string) document.PageResult {
	p := document.PageResult{Number: 2, Width: 1000, Height: 1400, Status: document.StatusOK}
	noise := rand.New(rand.NewPCG(1, 2))
	y := 100.0
	for i, source := range regions {
		r := document.Region{ID: fmt.Sprintf("p2r%d", i+1), Type: document.RegionText, Status: document.StatusOK, Format: document.FormatText}
		add := func(column int, text string) {
			x0 := 60 + pitch*float64(column) - 5 - noise.Float64()
			x1 := 60 + pitch*float64(column+len(text)) + 5 + noise.Float64()
			l := document.Line{Text: text, BBox: document.BBox{int(x0), int(y) - 2, int(x1), int(y + 2*pitch)}}
			r.Lines = append(r.Lines, l)
			r.BBox = document.BoxOf(r.BBox.Rect().Union(l.BBox.Rect()))
			r.Content += text + " "
		}
		for row := range strings.SplitSeq(source, "\n") {
			text := strings.TrimLeft(row, " ")
			indent := len(row) - len(text)
			if number, rest, ok := strings.Cut(text, "  "); ok && strings.Trim(number, "0123456789") == "" {
				add(indent, number)
				indent += len(number) + 2
				text = strings.TrimLeft(rest, " ")
				indent += len(rest) - len(text)
			}
			if text != "" {
				add(indent, text)
			}
			y += 2.4 * pitch
		}
		p.Regions = append(p.Regions, r)
	}
	return p
}

const (
	goCode   = "func open(name string) (*File, error) {\n    f, err := os.Open(name)\n    if err != nil {\n        return nil, err\n    }\n    return f, nil\n}"
	java     = "public class Tide {\n    private final double high;"
	javaMore = "    double at(int hour) {\n        return high * Math.cos(hour);\n    }\n}"
	yaml     = "{\n  \"boats\": [\n    { \"name\": \"Anna\", \"seats\": 8 },\n  ]\n}"
	shell    = "$ git clone https://example.org/boats.git\nCloning into 'boats'...\n$ cd boats && make test\nready in 4 s"
	numbered = " 9  for (const b of boats) {\n10    if (b.open) {\n11      list.push(b);\n12    }\n13  }"
	letter   = "Dear Mr Holm,\nthank you for your letter of 3 May. The boat\nis ready and can be fetched from the yard any\nday before noon. Please bring:\n    the old papers;\n    the key of the shed;\nYours truly, for the yard"
	receipt  = "2 x Coffee         5,00\n1 x Bun (raisin)   2,20\nTOTAL EUR          7,70\nCash              10,00"
)

func TestCodeIsToldFromProse(t *testing.T) {
	for name, c := range map[string]struct {
		regions []string
		want    []string // code, without the others
	}{
		"a function":                     {[]string{goCode}, []string{goCode}},
		"parts with empty rows between":  {[]string{java + "\n", javaMore}, []string{java + "\n\n" + javaMore}},
		"data":                           {[]string{yaml}, []string{yaml}},
		"commands and what they answer":  {[]string{shell}, []string{shell}},
		"with the numbers of its rows":   {[]string{numbered}, []string{numbered}},
		"after and before prose":         {[]string{"The tide is kept by this class.", java + "\n" + javaMore, "It is made once for each day."}, []string{java + "\n" + javaMore}},
		"a typewritten letter is none":   {[]string{letter}, nil},
		"nor is a receipt":               {[]string{receipt}, nil},
		"nor are two rows of a sentence": {[]string{"if you see a light, call\nthe pilot (555-0142) at once"}, nil},
	} {
		for _, pitch := range []float64{8.4, 10.83, 14.2} {
			t.Run(fmt.Sprint(name, pitch), func(t *testing.T) {
				p := typed(pitch, c.regions...)
				assemble.Plain(&p)
				var got []string
				for _, r := range p.Regions {
					if r.Type == document.RegionCode {
						got = append(got, r.Content)
					}
				}
				if strings.Join(got, "\n~\n") != strings.Join(c.want, "\n~\n") {
					t.Errorf("code\n%s\nwant\n%s", strings.Join(got, "\n~\n"), strings.Join(c.want, "\n~\n"))
				}
			})
		}
	}
}

// TestCodeInUnevenCharacters wants code by its words alone where most rows are.
func TestCodeInUnevenCharacters(t *testing.T) {
	p := typed(10, goCode)
	for i := range p.Regions[0].Lines {
		b := &p.Regions[0].Lines[i].BBox
		b[2] -= (b[2] - b[0]) * (i % 3) / 8
	}
	assemble.Plain(&p)
	if p.Regions[0].Type != document.RegionCode {
		t.Errorf("read as %s", p.Regions[0].Type)
	}
}
