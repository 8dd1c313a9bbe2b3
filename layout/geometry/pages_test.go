package geometry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry"
)

// recordedPage is a page of testdata/pages: what the embedded engine found on the
// image beside it. testdata/README.md says how both are made.
type recordedPage struct {
	image *image.Gray
	Lines []struct {
		Quad [8]float64
		BBox document.BBox
		Text string
	}
	Boxes []struct {
		Label string
		Score float64
		BBox  document.BBox
	}
}

func readPage(t *testing.T, name string) *recordedPage {
	t.Helper()
	data, err := os.ReadFile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var p recordedPage
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	drawn, _, err := image.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	p.image = image.NewGray(drawn.Bounds())
	draw.Draw(p.image, p.image.Rect, drawn, image.Point{}, draw.Src)
	return &p
}

// Find makes a recorded page the finder of its own lines.
func (p *recordedPage) Find(context.Context, *document.Page) (lines []document.Line, boxes []document.Region, err error) {
	for _, l := range p.Lines {
		line := document.Line{BBox: l.BBox, Text: l.Text}
		for i := range line.Quad {
			line.Quad[i] = document.Point{X: l.Quad[2*i], Y: l.Quad[2*i+1]}
		}
		lines = append(lines, line)
	}
	for i := range p.Boxes {
		b := &p.Boxes[i]
		boxes = append(boxes, document.Region{Label: b.Label, BBox: b.BBox, Score: &b.Score})
	}
	return lines, boxes, nil
}

// TestPages holds what is found on pages that imitate real ones. A golden shows what
// is found today, also where that is wrong: notes at its top, which -update keeps,
// say so.
func TestPages(t *testing.T) {
	pages, err := filepath.Glob("testdata/pages/*.png")
	if err != nil || len(pages) != 50 {
		t.Fatalf("%d pages, %v; want 50", len(pages), err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(page, ".png")
		t.Run(filepath.Base(name), func(t *testing.T) {
			p := readPage(t, name)
			size := p.image.Rect.Size()
			regions, err := geometry.New(p).Detect(t.Context(), &document.Page{Number: 1, Width: size.X, Height: size.Y, Image: p.image},
				document.Options{Task: document.TaskDocument})
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(name + ".golden")
			if err != nil && !*update {
				t.Fatal(err)
			}
			notes, want := splitNotes(string(data))
			got := pageText(regions)
			if *update {
				if err := os.WriteFile(name+".golden", []byte(notes+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("the regions changed (run with -update if that is right):\n%s", changes(want, got))
			}
		})
	}
}

// splitNotes divides a golden into the notes at its top, lines that begin with "#",
// and the rest.
func splitNotes(golden string) (notes, rest string) {
	for strings.HasPrefix(golden, "#") {
		line, after, _ := strings.Cut(golden, "\n")
		notes += line + "\n"
		golden = after
	}
	return notes, golden
}

// pageText writes the regions in reading order: the type, then a line of text or a row
// of a table a line.
func pageText(regions []document.Region) string {
	var b strings.Builder
	text := func(l document.Line) string {
		if l.Text == "" { // a line was split, and would be read again
			return fmt.Sprintf("(part %d to %d)", l.BBox[0], l.BBox[2])
		}
		return l.Text
	}
	for _, r := range regions {
		b.WriteString(string(r.Type))
		if r.Level > 0 {
			fmt.Fprintf(&b, " level %d", r.Level)
		}
		if r.Label != "geometry" {
			fmt.Fprintf(&b, ", model says %s", r.Label)
		}
		b.WriteByte('\n')
		if r.Grid == nil {
			for _, l := range r.Lines {
				b.WriteString("\t" + text(l) + "\n")
			}
			continue
		}
		row := -1
		for _, c := range r.Grid.Cells {
			if c.Row > row {
				if row >= 0 {
					b.WriteByte('\n')
				}
				b.WriteByte('\t')
				row = c.Row
			}
			var parts []string
			for _, l := range c.Lines {
				parts = append(parts, text(r.Lines[l]))
			}
			span, head := "", ""
			if c.ColSpan > 1 || c.RowSpan > 1 {
				span = fmt.Sprintf(" %dx%d", c.ColSpan, c.RowSpan)
			}
			if c.Header {
				head = "*"
			}
			b.WriteString("[" + head + strings.Join(parts, " / ") + span + "]")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// changes returns the lines that only one of two texts has, in their order.
func changes(want, got string) string {
	var b strings.Builder
	a, c := strings.Split(want, "\n"), strings.Split(got, "\n")
	for len(a) > 0 && len(c) > 0 && a[0] == c[0] {
		a, c = a[1:], c[1:]
	}
	for len(a) > 0 && len(c) > 0 && a[len(a)-1] == c[len(c)-1] {
		a, c = a[:len(a)-1], c[:len(c)-1]
	}
	for _, line := range a {
		b.WriteString("- " + line + "\n")
	}
	for _, line := range c {
		b.WriteString("+ " + line + "\n")
	}
	return b.String()
}
