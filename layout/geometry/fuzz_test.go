package geometry_test

import (
	"encoding/binary"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/cputime"
	"ocr-gateway/layout/geometry"
)

// FuzzDetect feeds boxes as a broken model would give them: nothing may panic, and
// every line must come back once.
func FuzzDetect(f *testing.F) {
	f.Add([]byte{}, uint8(0))
	f.Add(make([]byte, 64), uint8(1))
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		data := make([]byte, 9*60)
		for i := range data {
			data[i] = byte(rng.UintN(256))
		}
		f.Add(data, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte, task uint8) {
		p := &paper{w: 600, h: 800, size: 20}
		p.lines, p.boxes = decode(data)
		checkDetect(t, p, document.Tasks[int(task)%len(document.Tasks)])
	})
}

// decode makes lines and boxes of bytes, nine each: kind, then x, y, width, height.
func decode(data []byte) (lines []document.Line, boxes []document.Region) {
	labels := []string{"text", "title", "figure", "figure_caption", "table", "table_caption", "header", "footer", "reference", "equation", "?"}
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 0, math.MaxInt64}
	for ; len(data) >= 9; data = data[9:] {
		v := func(i int) float64 { return float64(int16(binary.LittleEndian.Uint16(data[1+2*i:]))) / 32 }
		x, y, w, h := v(0), v(1), v(2), v(3)
		b := document.BBox{int(x), int(y), int(x + w), int(y + h)}
		kind := data[0]
		if kind%8 == 0 {
			score := float64(kind) / 255
			boxes = append(boxes, document.Region{Label: labels[int(kind/8)%len(labels)], Score: &score, BBox: b})
			continue
		}
		quad := [4]document.Point{{X: x, Y: y}, {X: x + w, Y: y + h/8}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}
		if kind%8 == 1 {
			quad[kind/64].X = odd[int(kind/8)%len(odd)]
		}
		lines = append(lines, document.Line{Quad: quad, BBox: b, Text: strconv.Itoa(len(lines))})
	}
	return lines, boxes
}

// checkDetect lays a page without pixels out and checks that the regions hold
// each line once and that grids are sound.
func checkDetect(t *testing.T, p *paper, task document.Task) {
	t.Helper()
	page := &document.Page{Number: 1, Width: p.w, Height: p.h}
	regions, err := geometry.New(p).Detect(t.Context(), page, document.Options{Task: task})
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, r := range regions {
		for _, l := range r.Lines {
			got = append(got, l.Text)
		}
		if !r.BBox.Rect().In(image.Rect(0, 0, p.w, p.h)) {
			t.Errorf("region %v is not on the page", r.BBox)
		}
		checkGrid(t, r)
	}
	for _, l := range p.lines {
		want = append(want, l.Text)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("lines that came back: %v, want %v", got, want)
	}
}

// checkGrid checks that cells tile the grid and hold each line of the region once.
func checkGrid(t *testing.T, r document.Region) {
	t.Helper()
	if (r.Type == document.RegionTable) != (r.Grid != nil) {
		t.Errorf("a region of type %s has grid %v", r.Type, r.Grid)
	}
	if r.Grid == nil {
		return
	}
	taken := map[[2]int]bool{}
	lines := map[int]bool{}
	for _, c := range r.Grid.Cells {
		for i := range c.RowSpan {
			for j := range c.ColSpan {
				at := [2]int{c.Row + i, c.Col + j}
				if taken[at] || at[0] >= r.Grid.Rows || at[1] >= r.Grid.Cols {
					t.Errorf("cell %+v lies over another or outside", c)
				}
				taken[at] = true
			}
		}
		for _, i := range c.Lines {
			if lines[i] || i < 0 || i >= len(r.Lines) {
				t.Errorf("line %d is in two cells or does not exist", i)
			}
			lines[i] = true
		}
	}
	if len(taken) != r.Grid.Rows*r.Grid.Cols {
		t.Errorf("%d of %d places of the grid are taken", len(taken), r.Grid.Rows*r.Grid.Cols)
	}
	if len(lines) != len(r.Lines) {
		t.Errorf("%d of %d lines are in cells", len(lines), len(r.Lines))
	}
}

// TestManyLines bounds the work for pages that nobody prints.
func TestManyLines(t *testing.T) {
	pages := map[string]func(rng *rand.Rand, i int) (x, y, w, h float64){
		"at random": func(rng *rand.Rand, _ int) (x, y, w, h float64) {
			return rng.Float64() * 2400, rng.Float64() * 3400, 5 + rng.Float64()*200, 5 + rng.Float64()*30
		},
		"a table": func(_ *rand.Rand, i int) (x, y, w, h float64) {
			return float64(i%50) * 48, float64(i/50) * 33, 30, 20
		},
		"all in one place": func(*rand.Rand, int) (x, y, w, h float64) { return 100, 100, 200, 20 },
		"one endless row": func(_ *rand.Rand, i int) (x, y, w, h float64) {
			return float64(i) * 0.48, 100, 0.4, 20
		},
		"all upright": func(_ *rand.Rand, i int) (x, y, w, h float64) {
			return float64(i%100) * 24, float64(i/100) * 60, 10, 50
		},
		"a staircase": func(_ *rand.Rand, i int) (x, y, w, h float64) {
			return float64(i) * 0.4, float64(i) * 0.6, 100, 10
		},
	}
	for name, place := range pages {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 3))
			p := &paper{w: 2480, h: 3508, size: 20, rng: rng}
			for i := range manyLines {
				x, y, w, h := place(rng, i)
				p.line(x, y, w, h)
			}
			p.turn()
			for _, task := range document.Tasks {
				if took := cputime.Of(t, func() { checkDetect(t, p, task) }); took > limit {
					t.Errorf("task %s: %v of processor time for %d lines, want %v at most", task, took, manyLines, limit)
				}
			}
		})
	}
}
