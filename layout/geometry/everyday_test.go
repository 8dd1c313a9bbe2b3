package geometry_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// sheet returns a paper whose text is size high.
func sheet(size float64) *paper {
	p := newPaper(rand.New(rand.NewPCG(21, 21)))
	p.size = size
	return p
}

// labeled returns the texts of the regions with that label, and those of the others.
func labeled(rs []document.Region, label string) (with, others []string) {
	for _, r := range rs {
		for _, l := range r.Lines {
			if r.Label == label {
				with = append(with, l.Text)
			} else {
				others = append(others, l.Text)
			}
		}
	}
	return with, others
}

// numbers returns the texts from..to-1.
func numbers(from, to int) []string {
	var all []string
	for i := range to - from {
		all = append(all, fmt.Sprint(from+i))
	}
	return all
}

func TestLineNumbers(t *testing.T) {
	for _, tt := range []struct {
		name         string
		size, pitch  float64
		rows, every  int
		beyond       int     // numbers below the text
		text, number float64 // left edge of the text, right edge of the numbers
		merged       bool    // the detector draws some numbers and lines as one
	}{
		{"every line, at double space", 26, 48, 18, 1, 6, 260, 200, false},
		{"every line, close", 22, 27, 30, 1, 0, 180, 120, false},
		{"every line, some drawn as one", 28, 50, 20, 1, 0, 240, 180, true},
		{"every fifth line", 24, 34, 32, 5, 0, 300, 170, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := sheet(tt.size)
			for i := range tt.rows {
				width := 850 - float64(i*37%90)
				p.line(tt.text, 150+float64(i)*tt.pitch, width, tt.size)
			}
			n := len(p.lines)
			for i := range tt.rows + tt.beyond {
				if (i+1)%tt.every == 0 {
					width := tt.size * (0.9 + 0.5*float64(min(1, i/9)))
					p.line(tt.number-width, 150+float64(i)*tt.pitch, width, tt.size)
				}
			}
			want := numbers(n, len(p.lines))
			p.turn()
			page := p.page()
			if tt.merged {
				for _, i := range []int{3, 4, 11} {
					number := p.lines[n+i]
					p.lines[i].Quad[0], p.lines[i].Quad[3] = number.Quad[0], number.Quad[3]
					p.lines[i].BBox[0] = number.BBox[0]
				}
				p.lines = slices.Delete(p.lines, n+11, n+12)
				p.lines = slices.Delete(p.lines, n+3, n+5)
			}
			got, others := labeled(detectOn(t, p, page), "line_numbers")
			if len(got) != len(want) || !tt.merged && !slices.Equal(got, want) {
				t.Errorf("line numbers %v, want %v", got, want)
			}
			if len(others) != tt.rows || !tt.merged && !slices.Equal(others, numbers(0, tt.rows)) {
				t.Errorf("text %v, want lines 0 to %d", others, tt.rows-1)
			}
		})
	}
}

// TestNoLineNumbers has numbers that belong to what stands beside them.
func TestNoLineNumbers(t *testing.T) {
	for name, draw := range map[string]func(p *paper){
		"a ranking": func(p *paper) {
			for i := range floats(12) {
				p.line(120, 200+40*i, 24, p.size)
				p.line(180, 200+40*i, 150+70*float64(int(i)%4), p.size)
			}
		},
		"items of two lines": func(p *paper) {
			for i := range floats(9) {
				p.line(120, 200+80*i, 24, p.size)
				p.line(180, 200+80*i, 900, p.size)
				p.line(180, 230+80*i, 300+60*float64(int(i)%5), p.size)
			}
		},
		"a program": func(p *paper) {
			for i := range floats(14) {
				p.line(120, 200+30*i, 24, p.size)
				p.line(180+40*float64(int(i)%3), 200+30*i, 250+90*float64(int(i)%4), p.size)
			}
		},
	} {
		p := sheet(26)
		draw(p)
		p.turn()
		if got, _ := labeled(regions(t, p, document.TaskDocument), "line_numbers"); got != nil {
			t.Errorf("%s: %v are called line numbers", name, got)
		}
	}
}

func TestWatermark(t *testing.T) {
	for _, tt := range []struct {
		name    string
		size    float64 // of the print
		degrees float64
		y       float64
		ink     uint8
		want    bool
	}{
		{"aslant behind the text", 160, -40, 500, 205, true},
		{"aslant below the text", 90, -25, 1300, 190, true},
		{"level behind the text", 150, 0, 420, 190, true},
		{"a pale title above the text", 70, 0, 60, 170, false},
		{"a black stamp aslant", 60, -20, 1400, 20, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := sheet(26)
			for i := range floats(25) {
				p.line(120, 200+i*34, 980, p.size)
			}
			p.turn()
			sin, cos := math.Sincos(tt.degrees * math.Pi / 180)
			w, h := 3*tt.size, tt.size
			at := func(x, y float64) document.Point {
				return document.Point{X: 620 + x*cos - y*sin, Y: tt.y + x*sin + y*cos}
			}
			p.lines = append(p.lines, document.Line{Text: "mark", Quad: [4]document.Point{at(-w/2, -h/2), at(w/2, -h/2), at(w/2, h/2), at(-w/2, h/2)}})
			p.pale, p.ink = len(p.lines)-1, tt.ink
			got, _ := labeled(regions(t, p, document.TaskDocument), "watermark")
			if (len(got) == 1) != tt.want {
				t.Errorf("watermark %v, want one: %v", got, tt.want)
			}
		})
	}
}

// TestBands has columns that begin anew. Lines are in the order in which they are read.
func TestBands(t *testing.T) {
	columns := func(p *paper, y float64, n int, edges ...float64) {
		for i := 0; i < len(edges); i += 2 {
			for k := range floats(n + i%3) {
				p.line(edges[i], y+k*1.15*p.size, edges[i+1]-edges[i], p.size)
			}
		}
	}
	rule := func(p *paper, y float64) { p.rules = append(p.rules, [4]float64{90, y, 1150, y}) }
	for name, draw := range map[string]func(p *paper){
		"a ruling under the date": func(p *paper) {
			p.line(300, 60, 600, 2.4*p.size)
			p.line(100, 170, 200, p.size)
			p.line(900, 170, 240, p.size)
			rule(p, 210)
			p.line(100, 235, 520, 1.6*p.size)
			columns(p, 300, 14, 100, 420, 460, 780, 820, 1140)
		},
		"a ruling between stories": func(p *paper) {
			columns(p, 150, 12, 100, 600, 640, 1140)
			rule(p, 600)
			columns(p, 640, 16, 100, 600, 640, 1140)
		},
		"level headings": func(p *paper) {
			columns(p, 150, 10, 100, 420, 460, 780, 820, 1140)
			p.line(100, 620, 480, 1.5*p.size)
			columns(p, 680, 12, 100, 420, 460, 780)
			p.line(820, 620, 200, 1.5*p.size)
			columns(p, 680, 12, 820, 1140)
		},
		"the subject of a letter below an address": func(p *paper) {
			columns(p, 200, 4, 100, 380)
			columns(p, 230, 4, 800, 1100)
			p.line(100, 440, 450, p.size)
			p.line(100, 500, 300, p.size)
			columns(p, 560, 14, 100, 1140)
		},
		"the foot of a slide": func(p *paper) {
			p.line(100, 60, 500, 1.8*p.size)
			columns(p, 200, 6, 100, 460)
			columns(p, 200, 6, 640, 1000)
			p.line(100, 600, 280, 0.5*p.size)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := sheet(26)
			draw(p)
			p.turn()
			if got := detect(t, p.shuffled(), document.TaskText); !slices.Equal(got, numbers(0, len(got))) {
				t.Errorf("read as %v", got)
			}
		})
	}
}

// TestLinesDrawnOverColumns has a detector draw most lines over all columns, where the
// white between them is hardly wider than that between words.
func TestLinesDrawnOverColumns(t *testing.T) {
	for _, n := range []int{2, 3, 4} {
		p := sheet(22)
		const rows = 24
		width := (1040 - 15*float64(n-1)) / float64(n)
		p.gap = 0.3
		for c := range floats(n) {
			for i := range floats(rows) {
				p.line(100+c*(width+15), 150+i*27, width, p.size)
			}
		}
		p.turn()
		page := p.page()
		var kept []document.Line
		for c := range n {
			for i := range rows {
				l := p.lines[c*rows+i]
				if i%6 != 0 && i%6 != 3 { // drawn as one
					if c > 0 {
						continue
					}
					last := p.lines[(n-1)*rows+i]
					l.Quad[1], l.Quad[2], l.BBox[2] = last.Quad[1], last.Quad[2], last.BBox[2]
				}
				kept = append(kept, l)
			}
		}
		p.lines = kept
		column, count := 0, 0
		for _, r := range detectOn(t, p, page) {
			for _, l := range r.Lines {
				at := int((float64(l.BBox[0]+l.BBox[2])/2 - 100) / (width + 15))
				if float64(l.BBox[2]-l.BBox[0]) > 1.1*width || at < column {
					t.Fatalf("%d columns: line %v is not within one, or comes too late", n, l.BBox)
				}
				column = at
				count++
			}
		}
		if count != n*rows {
			t.Errorf("%d columns: %d lines, want %d", n, count, n*rows)
		}
	}
}

// TestVertical has columns of vertical writing, from the right, in one band or two.
func TestVertical(t *testing.T) {
	for _, bands := range []int{1, 2, 3} {
		p := sheet(30)
		height := (1500 - 60*float64(bands-1)) / float64(bands)
		for b := range floats(bands) {
			for c := range floats(16) {
				x, y := 1100-c*60, 120+b*(height+60)
				p.lines = append(p.lines, document.Line{Text: fmt.Sprint(len(p.lines)), Quad: [4]document.Point{
					{X: x, Y: y}, {X: x + 30, Y: y}, {X: x + 30, Y: y + height}, {X: x, Y: y + height},
				}})
			}
		}
		p.turn()
		want := slices.Clone(p.lines)
		page := p.page()
		rs := detectOn(t, p.shuffled(), page)
		var got []string
		for _, r := range rs {
			for _, l := range r.Lines {
				got = append(got, l.Text)
				i := slices.IndexFunc(want, func(w document.Line) bool { return w.Text == l.Text })
				if l.BBox != want[i].BBox || l.Quad != want[i].Quad {
					t.Errorf("line %s came back at %v, %v; want %v, %v", l.Text, l.BBox, l.Quad, want[i].BBox, want[i].Quad)
				}
			}
		}
		if !slices.Equal(got, numbers(0, len(want))) {
			t.Errorf("%d bands: read as %v", bands, got)
		}
	}
}

// TestBlanks has sentences and forms to be completed: their blanks make no table, and
// no running head stands beside one.
func TestBlanks(t *testing.T) {
	p := sheet(26)
	p.line(120, 60, 90, p.size)
	p.rules = append(p.rules, [4]float64{220, 84, 700, 84})
	p.line(760, 60, 80, p.size)
	p.rules = append(p.rules, [4]float64{850, 84, 1120, 84})
	for i := range floats(8) {
		y := 300 + i*70
		p.line(120, y, 30, p.size)
		p.line(170, y, 100+40*float64(int(i)%4), p.size)
		x := 285 + 40*float64(int(i)%4)
		p.rules = append(p.rules, [4]float64{x, y + 25, x + 240, y + 25})
		p.line(x+255, y, 320, p.size)
	}
	p.turn()
	for _, r := range regions(t, p, document.TaskDocument) {
		if r.Type != document.RegionText {
			t.Errorf("a region of type %s: %+v", r.Type, r.Lines)
		}
	}
	if got := detect(t, p, document.TaskDocument); !slices.Equal(got, numbers(0, len(p.lines))) {
		t.Errorf("read as %v", got)
	}
}

// TestTablesOfEveryday has tables that were cut into too many rows or columns, or drawn
// over what stands beside them.
func TestTablesOfEveryday(t *testing.T) {
	across := func(p *paper, x0, x1 float64, ys ...float64) {
		for _, y := range ys {
			p.rules = append(p.rules, [4]float64{x0, y, x1, y})
		}
	}
	down := func(p *paper, y0, y1 float64, xs ...float64) {
		for _, x := range xs {
			p.rules = append(p.rules, [4]float64{x, y0, x, y1})
		}
	}
	middle := func(p *paper, x0, x1, y, width float64) { p.line((x0+x1-width)/2, y, width, p.size) }
	tests := []struct {
		name string
		make func(p *paper)
		want string
	}{
		{"heads in the middle over two ruled columns each", func(p *paper) {
			across(p, 100, 1100, 200, 250, 300, 350, 400)
			down(p, 200, 400, 100, 600, 1100)
			down(p, 250, 400, 350, 850)
			middle(p, 100, 600, 212, 120)
			middle(p, 600, 1100, 212, 100)
			for r := range floats(3) {
				for c := range floats(4) {
					middle(p, 100+250*c, 350+250*c, 262+50*r, 60)
				}
			}
		}, `
	[0 2x1][1 2x1]
	[2][3][4][5]
	[6][7][8][9]
	[10][11][12][13]
`},
		{"heads in the middle over columns without rulings", func(p *paper) {
			across(p, 100, 1100, 180, 290, 520)
			across(p, 330, 680, 235)
			across(p, 750, 1100, 235)
			middle(p, 330, 680, 195, 130)
			middle(p, 750, 1100, 195, 110)
			for c := range floats(4) {
				middle(p, 330+190*c+float64(int(c)/2)*40, 490+190*c+float64(int(c)/2)*40, 250, 70)
			}
			for r := range floats(4) {
				p.line(110, 305+52*r, 150, p.size)
				for c := range floats(4) {
					middle(p, 330+190*c+float64(int(c)/2)*40, 490+190*c+float64(int(c)/2)*40, 305+52*r, 50)
				}
			}
		}, `
	[ 1x2 h][0 2x1 h][1 2x1 h]
	[2 h][3 h][4 h][5 h]
	[6][7][8][9][10]
	[11][12][13][14][15]
	[16][17][18][19][20]
	[21][22][23][24][25]
`},
		{"cells that wrap, last row included", func(p *paper) {
			y := 300.0
			for r := range 4 {
				p.line(100, y, 140, p.size)
				p.line(330, y, []float64{150, 420, 420, 90}[r], p.size)
				p.line(950, y, 90, p.size)
				for range r % 3 {
					y += 32
					p.line(330, y, 400, p.size)
				}
				y += 48
			}
			p.line(100, y, 140, p.size)
			p.line(330, y, 420, p.size)
			p.line(950, y, 90, p.size)
			p.line(330, y+32, 200, p.size)
		}, `
	[0][1][2]
	[3][4 6][5]
	[7][8 10 11][9]
	[12][13][14]
	[15][16 18][17]
`},
		{"cells that wrap between rulings", func(p *paper) {
			y := 300.0
			across(p, 100, 1100, y-10)
			for r := range 4 {
				p.line(100, y, 190, p.size)
				p.line(330, y, 420, p.size)
				p.line(820, y, 200, p.size)
				y += 32
				p.line(100, y, 150, p.size)
				if r%2 == 0 {
					p.line(330, y, 180, p.size)
				}
				y += 45
				across(p, 100, 1100, y-10)
			}
		}, `
	[0 3][1 4][2]
	[5 8][6][7]
	[9 12][10 13][11]
	[14 17][15][16]
`},
		{"notes beside a framed table", func(p *paper) {
			p.box("table", 60, 290, 1180, 520)
			across(p, 300, 900, 300, 350, 400, 450, 500)
			down(p, 300, 500, 300, 500, 700, 900)
			for r := range floats(4) {
				for c := range floats(3) {
					p.line(315+200*c, 312+50*r, 90, p.size)
				}
			}
			p.line(920, 362, 180, p.size)
			p.line(80, 412, 180, p.size)
		}, `
	[0][1][2]
	[3][4][5]
	[6][7][8]
	[9][10][11]
`},
		{"rulings of dots, and rows without some cells", func(p *paper) {
			p.dots = true
			across(p, 100, 1100, 300, 350, 400, 450, 500, 550)
			down(p, 300, 550, 100, 400, 650, 850, 1100)
			for r := range 5 {
				for c := range 4 {
					if c == 0 || (r+c)%3 != 0 {
						p.line(115+[]float64{0, 300, 550, 750}[c], 312+50*float64(r), 100, p.size)
					}
				}
			}
		}, `
	[0][1][2][]
	[3][4][][5]
	[6][][7][8]
	[9][10][11][]
	[12][13][][14]
`},
		{"frames with other columns above each other", func(p *paper) {
			p.box("table", 90, 190, 1110, 620)
			across(p, 100, 1100, 200, 250, 300)
			down(p, 200, 300, 100, 350, 600, 1100)
			for r := range floats(2) {
				for _, x := range []float64{100, 350, 600} {
					p.line(x+15, 212+50*r, 120, p.size)
				}
			}
			for r := range floats(3) {
				p.line(115, 342+50*r, 300, p.size)
				p.line(700, 342+50*r, 60, p.size)
				p.line(1000, 342+50*r, 90, p.size)
			}
			across(p, 100, 1100, 510, 560, 610)
			down(p, 510, 610, 100, 450, 1100)
			for r := range floats(2) {
				p.line(115, 522+50*r, 120, p.size)
				p.line(465, 522+50*r, 120, p.size)
			}
		}, `
	[0][1][2]
	[3][4][5]
	[6][7][8]
	[9][10][11]
	[12][13][14]
	[15][16]
	[17][18]
`},
		// The parts of line 2 have no text.
		{"numbered rows below heads in one line, totals below the last ruling", func(p *paper) {
			p.box("table", 90, 290, 960, 640)
			pitch := 3 * p.size // of the words that are drawn in a line
			p.line(100, 300, 45, p.size)
			p.line(160, 300, 200, p.size)
			p.line(600, 300, 4*pitch-20, p.size)
			for r := range floats(4) {
				y := 350 + 50*r
				p.line(100, y, 22, p.size)
				p.line(160, y, 250+30*r, p.size)
				for c := range floats(4) {
					p.line(600+pitch*c, y, 58, p.size)
				}
				across(p, 100, 940, y-12)
			}
			across(p, 100, 940, 538)
			for r := range floats(2) {
				p.line(500, 550+42*r, 150, p.size)
				p.line(600+3*pitch, 550+42*r, 58, p.size)
			}
		}, `
	[0][1][][][][]
	[3][4][5][6][7][8]
	[9][10][11][12][13][14]
	[15][16][17][18][19][20]
	[21][22][23][24][25][26]
	[][][27][][][28]
	[][][29][][][30]
`},
		{"cells of two lines with the others in the middle", func(p *paper) {
			p.box("table", 90, 290, 1000, 600)
			for r := range floats(3) {
				y := 300 + 100*r
				p.line(100, y, 140, p.size)
				p.line(400, y+17, 120, p.size)
				p.line(700, y+17, 90, p.size)
				p.line(100, y+34, 110, p.size)
			}
		}, `
	[0 3][1][2]
	[4 7][5][6]
	[8 11][9][10]
`},
		{"names of groups over rows that are indented under them", func(p *paper) {
			across(p, 100, 1100, 190, 235, 610)
			y := 200.0
			row := func(indent, width float64, cells int) {
				p.line(110+indent, y, width, p.size)
				for c := range cells {
					p.line(500+220*float64(c), y, 60, p.size)
				}
				y += 36
			}
			row(0, 100, 3)
			row(0, 330, 3)
			row(0, 300, 0) // the name of a group, no second line of the entry above
			row(24, 120, 3)
			row(24, 140, 3)
			row(0, 320, 2)
			row(0, 310, 0)
			row(24, 130, 3)
			row(0, 330, 3)
			row(24, 270, 0) // the second line of an entry
			row(0, 180, 3)
		}, `
	[0 h][1 h][2 h][3 h]
	[4][5][6][7]
	[8 4x1]
	[9][10][11][12]
	[13][14][15][16]
	[17][18][19][]
	[20 4x1]
	[21][22][23][24]
	[25 29][26][27][28]
	[30][31][32][33]
`},
		{"a head over all columns, and entries with small print below or around their values", func(p *paper) {
			across(p, 100, 1100, 190, 240, 700)
			y := 200.0
			entry := func(small ...float64) {
				p.line(110, y, 160, p.size)
				for c := range floats(4) {
					p.line(420+200*c, y+11*float64(len(small)), 70, p.size)
				}
				for _, width := range small {
					y += 23
					p.line(130, y, width, 0.8*p.size)
				}
				y += 40
			}
			entry()
			middle(p, 100, 1100, y, 420)
			y += 40
			entry()
			entry(120)
			entry()
			entry()
			entry(140, 130)
			entry()
			entry()
		}, `
	[0 h][1 h][2 h][3 h][4 h]
	[5 5x1]
	[6][7][8][9][10]
	[11 16][12][13][14][15]
	[17][18][19][20][21]
	[22][23][24][25][26]
	[27 32 33][28][29][30][31]
	[34][35][36][37][38]
	[39][40][41][42][43]
`},
		{"heads of several lines between rulings", func(p *paper) {
			across(p, 100, 1100, 190, 330, 640)
			down(p, 190, 640, 450, 800)
			for c, lines := range []int{2, 4, 3} {
				for l := range lines {
					middle(p, 100+350*float64(c), 450+350*float64(c), 200+31*float64(l)+float64(c*7), 200)
				}
			}
			for r := range floats(7) {
				for c := range floats(3) {
					p.line(115+350*c, 345+42*r, 180, p.size)
				}
			}
		}, `
	[0 1 h][2 3 4 5 h][6 7 8 h]
	[9][10][11]
	[12][13][14]
	[15][16][17]
	[18][19][20]
	[21][22][23]
	[24][25][26]
	[27][28][29]
`},
		{"dashes in place of values, beside specks, underscores and what reaches over the cell", func(p *paper) {
			across(p, 100, 1100, 190, 240, 490)
			for r := range floats(6) {
				y := 200 + 50*r
				p.line(110, y, 160, p.size)
				for c := range floats(4) {
					x := 420 + 200*c
					middle := y + 0.52*p.size
					switch 10*r + c {
					case 11:
						across(p, x+30, x+44, middle)
					case 23:
						across(p, x+20, x+46, middle)
					case 22:
						across(p, x+30, x+33, middle)
					case 32:
						across(p, x+30, x+44, y+0.95*p.size)
					case 43:
						across(p, x+54, x+68, middle)
					case 42:
					default:
						p.line(x, y, 70, p.size)
					}
				}
			}
		}, `
	[0 h][1 h][2 h][3 h][4 h]
	[5][6][–][7][8]
	[9][10][11][][—]
	[12][13][14][][15]
	[16][17][18][][–]
	[19][20][21][22][23]
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := sheet(26)
			test.make(p)
			n := len(p.lines)
			p.column(120, 1120, 900, 8)
			p.turn()
			var got strings.Builder
			got.WriteString("\n")
			for line := range strings.Lines(structure(regions(t, p, document.TaskDocument))) {
				if strings.HasPrefix(line, "\t") {
					got.WriteString(line)
				}
			}
			if got.String() != test.want {
				t.Errorf("%d lines of the table; got:%s\nwant:%s", n, got.String(), test.want)
			}
		})
	}
}

// TestColumnsAreNoTable has the model take columns of running text for a table.
func TestColumnsAreNoTable(t *testing.T) {
	for n := 2; n <= 5; n++ {
		p := sheet(22)
		width := (1040 - 40*float64(n-1)) / float64(n)
		for c := range floats(n) {
			p.column(100+c*(width+40), 100+c*(width+40)+width, 200, 36)
		}
		p.box("table", 90, 190, 1150, 1200)
		p.turn()
		for _, r := range regions(t, p, document.TaskDocument) {
			if r.Type == document.RegionTable {
				t.Errorf("%d columns: a table of %d rows", n, r.Grid.Rows)
			}
		}
	}
}

// TestQuestionsAreNoTable has questions between rulings, with answers to choose from that
// stand level with each other but under nothing of the question.
func TestQuestionsAreNoTable(t *testing.T) {
	for _, answers := range []int{2, 3, 4} {
		for _, model := range []bool{false, true} {
			p := sheet(25)
			for q := range floats(6) {
				y := 200 + 110*q
				p.rules = append(p.rules, [4]float64{90, y - 12, 1150, y - 12})
				p.line(100, y, 25, p.size)
				p.line(150, y, 300+61*float64(int(q*q)%5), p.size)
				p.line(1110, y, 40, p.size)
				for a := range floats(answers) {
					p.line(175+800/float64(answers)*a+23*a, y+42, 100+37*float64(int(q+3*a)%4), p.size)
				}
			}
			if model {
				p.box("table", 80, 180, 1160, 860)
			}
			p.turn()
			for _, r := range regions(t, p, document.TaskDocument) {
				if r.Type == document.RegionTable {
					t.Errorf("%d answers, model says table: %v: a table of %d rows", answers, model, r.Grid.Rows)
				}
			}
		}
	}
}

// TestAddressesAreNoTable has two addresses beside each other that a model takes for a table.
func TestAddressesAreNoTable(t *testing.T) {
	p := sheet(26)
	p.box("table", 90, 90, 1150, 230)
	for _, x := range []float64{100, 700} {
		for r := range floats(4) {
			p.line(x, 100+1.05*p.size*r, 200+float64(int(37*(x+r))%120), p.size)
		}
	}
	p.column(100, 1140, 400, 20)
	p.turn()
	for _, r := range regions(t, p, document.TaskDocument) {
		if r.Type == document.RegionTable {
			t.Errorf("a table of %d rows", r.Grid.Rows)
		}
	}
}
