package geometry_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden keeps the structure of a few made-up pages: regions, their lines
// and the cells of tables.
func TestGolden(t *testing.T) {
	pages := []struct {
		name string
		make func(p *paper)
	}{
		{"article", func(p *paper) {
			p.line(520, 60, 200, p.size) // running head
			p.box("header", 510, 55, 730, 95)
			y := p.title(150)
			y = p.column(200, 1040, y, 5) + p.size
			p.line(100, y, 300, 1.35*p.size) // heading of a section
			p.column(100, 600, y+2*p.size, 22)
			p.column(640, 1140, y, 24)
			p.line(610, 1690, p.size, p.size) // page number
		}},
		{"figure", func(p *paper) {
			p.column(120, 1120, 120, 8)
			p.box("figure", 200, 500, 1000, 1000)
			p.line(220, 960, 80, p.size)
			p.line(600, 960, 80, p.size)
			p.line(300, 1030, 600, p.size)
			p.box("figure_caption", 290, 1025, 910, 1070)
			p.column(120, 1120, 1150, 8)
		}},
		{"table", func(p *paper) {
			p.column(120, 1120, 120, 6)
			p.ruledTable(120, 500, []float64{300, 200, 200, 200}, 6)
			p.column(120, 1120, 1100, 6)
		}},
		{"open table", func(p *paper) {
			p.column(120, 1120, 120, 6)
			p.openTable(120, 500, []float64{300, 200, 200, 200}, 8)
			p.column(120, 1120, 1100, 6)
		}},
		{"invoice", func(p *paper) {
			for i := range floats(4) {
				p.line(120, 150+i*1.1*p.size, (6+i)*p.size, p.size)
			}
			for i := range floats(4) {
				p.line(820, 150+i*1.1*p.size, (8-i)*p.size, p.size)
			}
			p.line(120, 400, 200, 1.8*p.size)
			p.openTable(120, 600, []float64{400, 150, 150, 150}, 6)
		}},
	}
	for _, page := range pages {
		t.Run(page.name, func(t *testing.T) {
			p := newPaper(rand.New(rand.NewPCG(1, 1)))
			page.make(p)
			p.turn()
			got := structure(regions(t, p, document.TaskDocument))
			path := filepath.Join("testdata", strings.ReplaceAll(page.name, " ", "_")+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the structure changed (run with -update if that is right):\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// structure writes regions one a line, with the cells of tables below.
func structure(regions []document.Region) string {
	var b strings.Builder
	for _, r := range regions {
		fmt.Fprintf(&b, "%s %s", r.Type, r.Label)
		if r.Level > 0 {
			fmt.Fprintf(&b, " level %d", r.Level)
		}
		for _, l := range r.Lines {
			b.WriteString(" " + l.Text)
		}
		b.WriteByte('\n')
		if r.Grid == nil {
			continue
		}
		row := -1
		for _, c := range r.Grid.Cells {
			if c.Row > row {
				b.WriteString("\t")
				row = c.Row
			}
			b.WriteString("[")
			for i, l := range c.Lines {
				if i > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(r.Lines[l].Text)
			}
			if c.ColSpan > 1 || c.RowSpan > 1 {
				fmt.Fprintf(&b, " %dx%d", c.ColSpan, c.RowSpan)
			}
			if c.Header {
				b.WriteString(" h")
			}
			b.WriteString("]")
			if c.Col+c.ColSpan == r.Grid.Cols {
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}
