package geometry_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry"
)

type broken struct{ err error }

func (b broken) Find(context.Context, *document.Page) ([]document.Line, []document.Region, error) {
	return nil, nil, b.err
}

func TestFinderErrorComesThrough(t *testing.T) {
	want := errors.New("no model")
	_, err := geometry.New(broken{want}).Detect(t.Context(), &document.Page{}, document.Options{})
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func TestEmptyPage(t *testing.T) {
	regions, err := geometry.New(broken{}).Detect(t.Context(), &document.Page{Width: 100, Height: 100}, document.Options{})
	if err != nil || len(regions) != 0 {
		t.Errorf("%v, %v; want nothing", regions, err)
	}
}

// TestLineOverTwoColumns has a detector draw some lines over both columns, as it
// does where the white between them is narrow.
func TestLineOverTwoColumns(t *testing.T) {
	p := newPaper(rand.New(rand.NewPCG(5, 5)))
	p.size = 30
	for i := range floats(30) {
		p.line(100, 150+i*33, 490, p.size)
	}
	for i := range floats(30) {
		p.line(620, 150+i*33, 490, p.size)
	}
	p.turn()
	page := p.page()
	for _, i := range []int{4, 11, 12, 20} { // one box over both
		p.lines[i].Quad[1], p.lines[i].Quad[2] = p.lines[30+i].Quad[1], p.lines[30+i].Quad[2]
		p.lines[i].BBox[2] = p.lines[30+i].BBox[2]
		p.lines[30+i].Text = ""
	}
	p.lines = slices.DeleteFunc(p.lines, func(l document.Line) bool { return l.Text == "" })
	regions, err := geometry.New(p).Detect(t.Context(), page, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, right := 0, false
	for _, r := range regions {
		for _, l := range r.Lines {
			n++
			switch {
			case l.BBox[0] > 600:
				right = true
			case right || l.BBox[2] > 610:
				t.Errorf("line %v is not within the left column, or comes after the right one", l.BBox)
			}
		}
	}
	if n != 60 {
		t.Errorf("%d lines, want 60", n)
	}
}

// TestMergedCells has a detector draw one box over two cells of a row.
func TestMergedCells(t *testing.T) {
	p := newPaper(rand.New(rand.NewPCG(6, 6)))
	p.openTable(120, 500, []float64{300, 120, 120, 120}, 8)
	p.turn()
	page := p.page()
	p.lines[9].Quad[1], p.lines[9].Quad[2] = p.lines[10].Quad[1], p.lines[10].Quad[2]
	p.lines[9].BBox[2] = p.lines[10].BBox[2]
	p.lines = slices.Delete(p.lines, 10, 11)
	regions, err := geometry.New(p).Detect(t.Context(), page, document.Options{Task: document.TaskTable})
	if err != nil {
		t.Fatal(err)
	}
	if len(regions) != 1 || regions[0].Grid == nil {
		t.Fatalf("%d regions, want one table", len(regions))
	}
	g := regions[0].Grid
	if g.Rows != 8 || g.Cols != 4 || len(g.Cells) != 32 {
		t.Fatalf("%d rows, %d columns, %d cells; want 8, 4, 32", g.Rows, g.Cols, len(g.Cells))
	}
	for _, c := range g.Cells {
		if len(c.Lines) != 1 {
			t.Errorf("cell %d,%d has %d lines", c.Row, c.Col, len(c.Lines))
		}
	}
}

// TestTablesForEveryTask keeps the rows of a table apart, whatever is asked for.
func TestTablesForEveryTask(t *testing.T) {
	for _, task := range document.Tasks {
		p := newPaper(rand.New(rand.NewPCG(8, 8)))
		p.ruledTable(120, 500, []float64{300, 200, 200}, 6)
		p.turn()
		rs := regions(t, p, task)
		if len(rs) != 1 || rs[0].Type != document.RegionTable || rs[0].Grid == nil || rs[0].Grid.Rows != 6 {
			t.Errorf("task %s: regions %+v, want one table of 6 rows", task, rs)
		}
	}
}

// upward is a line of text that runs up the page.
func upward(x, y, size, length float64) document.Line {
	return document.Line{
		Quad: [4]document.Point{{X: x, Y: y + length}, {X: x, Y: y}, {X: x + size, Y: y}, {X: x + size, Y: y + length}},
		BBox: document.BBox{int(x), int(y), int(x + size), int(y + length)},
		Text: "upward",
	}
}

func TestMargins(t *testing.T) {
	body := func(p *paper) { p.column(120, 1120, 200, 30) }
	tests := []struct {
		name string
		make func(p *paper)
		want map[document.RegionType]int
	}{
		{"page number by itself", func(p *paper) {
			body(p)
			p.line(610, 1690, p.size, p.size)
		}, map[document.RegionType]int{document.RegionPageNumber: 1}},
		{"head that the model saw", func(p *paper) {
			p.line(120, 80, 500, p.size)
			p.box("header", 110, 70, 640, 120)
			body(p)
		}, map[document.RegionType]int{document.RegionHeader: 1}},
		{"running head with a number, close to the text", func(p *paper) {
			p.line(120, 200-1.4*p.size, p.size, p.size)
			p.line(500, 200-1.4*p.size, 200, p.size)
			body(p)
		}, map[document.RegionType]int{document.RegionHeader: 1, document.RegionPageNumber: 1}},
		{"two rows of head, the inner one seen by the model", func(p *paper) {
			p.line(400, 20, 400, p.size)
			p.line(120, 20+1.1*p.size, 200, p.size)
			p.line(1060, 20+1.1*p.size, 60, p.size)
			p.box("header", 110, 40, 330, 90)
			p.box("header", 1050, 40, 1130, 90)
			body(p)
		}, map[document.RegionType]int{document.RegionHeader: 2, document.RegionPageNumber: 1}},
		{"page number at the right edge, under a column on the left", func(p *paper) {
			p.column(120, 600, 200, 40)
			p.column(640, 1120, 200, 25)
			y := p.lines[39].Quad[0].Y + 1.2*p.size
			p.line(1120-p.size, y, p.size, p.size)
			p.h = int(y + 4*p.size)
		}, map[document.RegionType]int{document.RegionPageNumber: 1}},
		{"heading that the model calls a head, close to its text", func(p *paper) {
			p.line(120, 170, 400, p.size)
			p.box("header", 110, 165, 530, 200)
			p.column(120, 1120, 170+1.9*p.size, 30)
		}, nil},
		{"letterhead", func(p *paper) {
			p.line(120, 60, 200, 1.8*p.size)
			p.line(400, 70, 300, p.size)
			p.box("header", 110, 50, 730, 120)
			body(p)
		}, nil},
		{"number in the corner of a slide, level with logos", func(p *paper) {
			p.w, p.h = 1500, 1125
			body(p)
			p.line(130, 1060, 240, p.size)
			p.line(1115, 1050, 290, 1.5*p.size)
			p.line(1460, 1066, p.size, p.size)
		}, map[document.RegionType]int{document.RegionPageNumber: 1}},
		{"marks in both corners", func(p *paper) {
			p.w, p.h = 1500, 1125
			body(p)
			p.line(130, 1060, 240, p.size)
			p.line(20, 1066, p.size, p.size)
			p.line(1460, 1066, p.size, p.size)
		}, nil},
		{"line up the edge of the page", func(p *paper) {
			body(p)
			p.lines = append(p.lines, upward(30, 500, p.size, 600))
		}, map[document.RegionType]int{document.RegionHeader: 1}},
		{"line up the page beside its text", func(p *paper) {
			p.column(320, 1120, 200, 30)
			p.lines = append(p.lines, upward(210, 300, p.size, 400))
		}, nil},
		{"last line of a text, beside a stamp and a number", func(p *paper) {
			p.column(640, 1000, 1000, 20)
			y := p.lines[len(p.lines)-1].Quad[0].Y + 1.1*p.size
			p.line(640, y, 150, p.size)
			p.line(100, y, 100, p.size)
			p.line(1160, y, p.size, p.size)
			p.h = int(y + 4*p.size)
		}, nil},
		{"one word at the left, after a gap between paragraphs", func(p *paper) {
			y := p.column(120, 1120, 200, 30)
			p.line(120, y+1.2*p.size, 2*p.size, p.size)
			p.h = int(y + 6*p.size)
		}, nil},
		{"text up to the edge", func(p *paper) { p.column(120, 1120, 60, 50) }, nil},
		{"title at the top", func(p *paper) {
			p.title(60)
			body(p)
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPaper(rand.New(rand.NewPCG(9, 9)))
			test.make(p)
			p.turn()
			got := map[document.RegionType]int{}
			for _, r := range regions(t, p, document.TaskDocument) {
				got[r.Type]++
			}
			for _, kind := range []document.RegionType{document.RegionHeader, document.RegionFooter, document.RegionPageNumber} {
				if got[kind] != test.want[kind] {
					t.Errorf("%d regions of type %s, want %d", got[kind], kind, test.want[kind])
				}
			}
		})
	}
}

// TestHeadOfPlainPage: on a page of running text alone nobody asks the model. A row in small print above the text is
// its head; a row of the text's own size, or as far from it as a note at its end, is not.
func TestHeadOfPlainPage(t *testing.T) {
	for name, c := range map[string]struct {
		head, foot float64 // sizes of a row above and below the text, in its own; 0 for none
		plain      bool
		want       int // heads and feet
	}{
		"small print":               {.75, 0, true, 1},
		"the text's size":           {1, 0, true, 0},
		"a note below":              {0, .75, true, 0},
		"where the model was asked": {.75, 0, false, 0},
	} {
		p := newPaper(rand.New(rand.NewPCG(9, 9)))
		if c.head > 0 {
			p.line(120, 200-1.8*p.size-c.head*p.size, 300, c.head*p.size)
		}
		y := p.column(120, 1120, 200, 30)
		if c.foot > 0 {
			y += .9 * p.size
			p.line(120, y, 300, c.foot*p.size)
			p.h = int(y + 3*p.size)
		}
		page := p.page()
		page.Layer = &document.Layer{Plain: c.plain}
		n := 0
		for _, r := range detectOn(t, p, page) {
			if r.Type == document.RegionHeader || r.Type == document.RegionFooter {
				n++
			}
		}
		if n != c.want {
			t.Errorf("%s: %d heads and feet, want %d", name, n, c.want)
		}
	}
}

// TestRegionsAreComplete checks, on pages of all kinds, that each line and each
// cell is there once.
func TestRegionsAreComplete(t *testing.T) {
	for _, k := range kinds {
		for i := range uint64(completePages) {
			p := newPaper(rand.New(rand.NewPCG(13, i)))
			k.make(p)
			p.worsen(0.03, 0.05)
			for _, task := range document.Tasks {
				checkDetect(t, p, task)
			}
		}
	}
}

func BenchmarkDetect(b *testing.B) {
	for _, k := range kinds[1:4] {
		b.Run(k.name, func(b *testing.B) {
			p := newPaper(rand.New(rand.NewPCG(1, 2)))
			k.make(p)
			p.turn()
			page := p.page()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := geometry.New(p).Detect(b.Context(), page, document.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
