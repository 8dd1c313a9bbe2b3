package geometry_test

import (
	"math/rand/v2"
	"testing"

	"ocr-gateway/document"
)

// TestStructure checks what pages are made of, region by region. Lines are added,
// and so numbered, in the order in which they are to be read.
func TestStructure(t *testing.T) {
	const (
		size  = 28.0
		pitch = 1.1 * size
	)
	// rows adds n lines from x0 to x1, the last one short where last is less than 1.
	rows := func(p *paper, x0, x1, y float64, n int, last float64) float64 {
		for i := range n {
			width := x1 - x0
			if i == n-1 {
				width *= last
			}
			p.line(x0, y, width, size)
			y += pitch
		}
		return y
	}
	infobox := func(p *paper, x, y float64) {
		for i := range floats(6) {
			p.line(x, y+i*1.2*size, (6+2*float64(int(i)%3))*size, size)
		}
	}
	tests := []struct {
		name string
		make func(p *paper)
		want string
	}{
		{"a box on the right, and text that runs on below it", func(p *paper) {
			y := rows(p, 100, 640, 200, 4, 0.5)
			infobox(p, 700, 205)
			y = rows(p, 100, 640, y+0.6*size, 6, 1)
			rows(p, 100, 1140, y, 3, 0.6)
		}, `
text geometry 0 1 2 3
text geometry 4 5 6 7 8 9
text geometry 10 11 12 13 14 15 16 17 18
`},
		{"a box on the left, and text that runs on below it", func(p *paper) {
			y := rows(p, 600, 1140, 200, 4, 0.5)
			infobox(p, 100, 205)
			y = rows(p, 600, 1140, y+0.6*size, 6, 1)
			rows(p, 100, 1140, y, 3, 0.6)
		}, `
text geometry 0 1 2 3
text geometry 4 5 6 7 8 9
text geometry 10 11 12 13 14 15 16 17 18
`},
		{"a box beside the middle of a paragraph", func(p *paper) {
			y := rows(p, 100, 1140, 200, 3, 1)
			box := y + 0.3*size
			y = rows(p, 100, 640, y, 9, 1)
			rows(p, 100, 1140, y, 3, 0.6)
			infobox(p, 700, box)
		}, `
text geometry 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14
text geometry 15 16 17 18 19 20
`},
		{"two columns and text below them", func(p *paper) {
			y := rows(p, 100, 600, 200, 8, 1)
			rows(p, 640, 1140, 200, 8, 0.6)
			rows(p, 100, 1140, y+size, 3, 0.6)
		}, `
text geometry 0 1 2 3 4 5 6 7
text geometry 8 9 10 11 12 13 14 15
text geometry 16 17 18
`},
		{"a picture with text around it", func(p *paper) {
			p.box("figure", 700, 205, 1130, 400)
			y := rows(p, 100, 640, 200, 7, 1)
			rows(p, 100, 1140, y, 3, 0.6)
		}, `
image figure
text geometry 0 1 2 3 4 5 6 7 8 9
`},
		{"ragged text breaks where a word had room", func(p *paper) {
			for i, short := range []float64{0, 1, 2.4, 0.5, 1.2, 2.5, 0.8, 6, 0, 1.3, 0.7, 2.2} { // text heights
				p.line(100, 200+float64(i)*pitch, 500-short*size, size)
			}
		}, `
text geometry 0 1 2 3 4 5 6 7
text geometry 8 9 10 11
`},
		{"short lines far from each other", func(p *paper) {
			rows(p, 100, 1140, 200, 5, 0.5)
			p.line(100, 600, 7*size, size)
			p.line(100, 600+1.8*size, 6*size, size)
		}, `
text geometry 0 1 2 3 4
text geometry 5
text geometry 6
`},
		{"a title above loose text of another size", func(p *paper) {
			rows(p, 100, 1140, 400, 5, 0.5)
			p.lines = nil
			p.line(100, 200, 9*size, 1.25*size)
			p.line(100, 200+1.7*size, 20*size, size)
			rows(p, 100, 1140, 400, 5, 0.5)
		}, `
title geometry level 1 0
text geometry 1
text geometry 2 3 4 5 6
`},
		{"titles of two sizes", func(p *paper) {
			p.line(100, 100, 600, 1.9*size)
			for i := range floats(3) {
				p.line(100, 200+i*300, 300, (1.4+0.06*i)*size)
				rows(p, 100, 1140, 200+i*300+2*size, 5, 0.5)
			}
		}, `
title geometry level 1 0
title geometry level 2 1
text geometry 2 3 4 5 6
title geometry level 2 7
text geometry 8 9 10 11 12
title geometry level 2 13
text geometry 14 15 16 17 18
`},
		{"titles of one size", func(p *paper) {
			for i := range floats(2) {
				p.line(100, 200+i*300, 300, (1.4+0.05*i)*size)
				rows(p, 100, 1140, 200+i*300+2*size, 5, 0.5)
			}
		}, `
title geometry level 2 0
text geometry 1 2 3 4 5
title geometry level 2 6
text geometry 7 8 9 10 11
`},
		{"what the model calls titles, with nothing below them", func(p *paper) {
			rows(p, 100, 1140, 200, 5, 0.5)
			p.line(100, 600, 7*size, size)
			p.box("title", 90, 595, 320, 635)
			p.line(100, 600+1.8*size, 6*size, size)
			p.box("title", 90, 645, 320, 685)
		}, `
text geometry 0 1 2 3 4
text title 5
text title 6
`},
		{"price tags side by side", func(p *paper) {
			rows(p, 100, 1140, 200, 5, 0.5)
			for i := range floats(3) {
				p.line(110+i*350, 600, 4*size, size)
				p.line(100+i*350, 600+1.05*size, 5*size, 1.7*size)
			}
			rows(p, 100, 1140, 900, 5, 0.5)
		}, `
text geometry 0 1 2 3 4
text geometry 5
title geometry level 2 6
text geometry 7
title geometry level 2 8
text geometry 9
title geometry level 2 10
text geometry 11 12 13 14 15
`},
		{"labels and values of one size stay in rows", func(p *paper) {
			for i := range floats(2) {
				p.line(100, 300+i*pitch, 4*size, size)
				p.line(600, 300+i*pitch, 5*size, size)
			}
			rows(p, 100, 1140, 500, 5, 0.5)
		}, `
text geometry 0 1 2 3
text geometry 4 5 6 7 8
`},
		{"a large word beside an address", func(p *paper) {
			p.line(100, 200, 10*size, 1.7*size)
			for i := range floats(3) {
				p.line(900, 195+i*pitch, 8*size, size)
			}
			rows(p, 100, 1140, 500, 5, 0.5)
		}, `
title geometry level 1 0
text geometry 1 2 3
text geometry 4 5 6 7 8
`},
		{"a drop cap", func(p *paper) {
			rows(p, 100, 1140, 200, 3, 0.5)
			p.line(100, 200+3*pitch, 2*size, 2.1*size)
			rows(p, 100+2.2*size, 1140, 200+3*pitch, 2, 1)
			rows(p, 100, 1140, 200+5*pitch, 4, 0.5)
		}, `
text geometry 0 1 2
text geometry 3 4 5 6 7 8 9
`},
		{"a drop cap whose box reaches into its lines, in a column beside notes", func(p *paper) {
			rows(p, 100, 300, 500, 3, 1)
			p.line(340, 200, 3.3*size, 3.1*size)
			rows(p, 340+2.2*size, 1140, 200, 3, 1)
			rows(p, 340, 1140, 200+3*pitch, 12, 0.5)
		}, `
text geometry 0 1 2
text geometry 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18
`},
		{"notes below a text that are set closer, and smaller", func(p *paper) {
			for i := range floats(8) {
				p.line(100, 200+i*1.32*size, 1040, size)
			}
			for i := range floats(8) {
				p.line(100, 200+12*size+i*0.9*size, 1040, 0.87*size)
			}
		}, `
text geometry 0 1 2 3 4 5 6 7
text geometry 8 9 10 11 12 13 14 15
`},
		{"cards side by side, each with a heading, something large and text", func(p *paper) {
			for column := range floats(2) {
				x := 100 + 560*column
				p.line(x, 200, 8*size, 1.3*size)
				p.line(x+6*size, 200+3*size, 6*size, 1.6*size)
				rows(p, x, x+18*size, 200+6*size, 3, 0.5)
			}
		}, `
title geometry level 2 0
title geometry level 1 1
text geometry 2 3 4
title geometry level 2 5
title geometry level 1 6
text geometry 7 8 9
`},
		{"a head above the first ruling of a table", func(p *paper) {
			rows(p, 100, 1140, 200, 3, 0.5)
			for r := range floats(4) {
				y := 500 + r*1.6*size
				p.rules = append(p.rules, [4]float64{100, y + 1.3*size, 1140, y + 1.3*size})
				p.line(100, y, 5*size, size)
				p.line(600, y, 2.5*size, size)
				p.line(1140-3*size, y, 3*size, size)
			}
		}, `
text geometry 0 1 2
table geometry 3 4 5 6 7 8 9 10 11 12 13 14
	[3][4][5]
	[6][7][8]
	[9][10][11]
	[12][13][14]
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPaper(rand.New(rand.NewPCG(3, 3)))
			p.size = size
			test.make(p)
			p.turn()
			if got := "\n" + structure(regions(t, p, document.TaskDocument)); got != test.want {
				t.Errorf("got:%s\nwant:%s", got, test.want)
			}
		})
	}
}

// TestCapsOfCaps has letters of three sizes, each beside smaller ones: none is lost.
func TestCapsOfCaps(t *testing.T) {
	p := newPaper(rand.New(rand.NewPCG(3, 3)))
	const size = 28.0
	p.line(100, 200, 4*size, 8*size)
	for i := range floats(2) {
		y := 200 + i*4*size
		p.line(100+4.5*size, y, 5*size, 3.8*size)
		for k := range floats(3) {
			p.line(100+10*size, y+k*1.2*size, 15*size, size)
		}
	}
	p.turn()
	for _, task := range document.Tasks {
		checkDetect(t, p, task)
	}
}
