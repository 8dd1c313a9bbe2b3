package embedded_test

import (
	"image"
	"math"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
)

func TestMinAreaBoxOfTurnedRectangle(t *testing.T) {
	for _, degrees := range []float64{0, 1, 17, 44, -44, -3} {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		want := [4]document.Point{}
		for i, p := range [4]document.Point{{X: -100, Y: -10}, {X: 100, Y: -10}, {X: 100, Y: 10}, {X: -100, Y: 10}} {
			want[i] = document.Point{X: 300 + p.X*cos - p.Y*sin, Y: 200 + p.X*sin + p.Y*cos}
		}
		inside := document.Point{X: 301, Y: 199}
		got := embedded.MinAreaQuad([]document.Point{want[2], inside, want[0], want[3], inside, want[1]})
		for i := range got {
			if math.Hypot(got[i].X-want[i].X, got[i].Y-want[i].Y) > 1e-6 {
				t.Errorf("turned by %v: corner %d is %v, want %v", degrees, i, got[i], want[i])
			}
		}
	}
}

func TestMinAreaBoxOfFewPoints(t *testing.T) {
	p := document.Point{X: 3, Y: 4}
	for _, q := range embedded.MinAreaQuad([]document.Point{p, p}) {
		if q != p {
			t.Errorf("corner %v of a single point, want %v", q, p)
		}
	}
	q := embedded.MinAreaQuad([]document.Point{{X: 10, Y: 5}, {X: 0, Y: 5}})
	if q[0] != (document.Point{X: 0, Y: 5}) || q[1] != (document.Point{X: 10, Y: 5}) {
		t.Errorf("box of a stroke is %v, want it along the stroke", q)
	}
}

func TestUnclipGrowsByAreaOverPerimeter(t *testing.T) {
	w, h := embedded.UnclipSize(100, 20, 1.6)
	d := 100.0 * 20 * 1.6 / 240
	if math.Abs(w-(100+2*d)) > 1e-9 || math.Abs(h-(20+2*d)) > 1e-9 {
		t.Errorf("unclipped to %v x %v, want each side grown by %v", w, h, d)
	}
}

// heatMap reads a drawing: '#' is text.
func heatMap(rows ...string) ([]uint8, int) {
	var pix []uint8
	for _, r := range rows {
		for _, c := range r {
			v := uint8(0)
			if c == '#' {
				v = 255
			}
			pix = append(pix, v)
		}
	}
	return pix, len(rows[0])
}

func TestComponents(t *testing.T) {
	for name, c := range map[string]struct {
		rows []string
		want int
	}{
		"empty":                    {[]string{"....", "...."}, 0},
		"apart":                    {[]string{"#....#", "#....#"}, 2},
		"one pixel gap is dilated": {[]string{"#.#..."}, 1},
		"corners touch":            {[]string{"#....", ".....", "..#.."}, 1},
		"u shape joins late":       {[]string{"##....##", "##....##", "########"}, 1},
		"ring":                     {[]string{"########", "##....##", "##....##", "########"}, 1},
		"comb":                     {[]string{"#...#...#", "#...#...#", "#########"}, 1},
		"rows apart":               {[]string{"####", "....", "....", "####"}, 2},
	} {
		pix, w := heatMap(c.rows...)
		if got := len(embedded.Components(pix, w)); got != c.want {
			t.Errorf("%s: %d components, want %d", name, got, c.want)
		}
	}
}

func TestViewsAreBoundedAndTilesCoverThem(t *testing.T) {
	for _, size := range []image.Point{
		{1240, 1754},
		{2480, 3508},
		{3000, 40},
		{40, 3000},
		{200, 20},
		{20, 20},
		{2, 2},
		{2, 20000},
		{1000, 10000},
		{9000, 9000},
		{20000, 300},
	} {
		view, areas, cores := embedded.ViewOf(size.X, size.Y, 1280)
		if view.X%32 != 0 || view.Y%32 != 0 || view.X*view.Y > 11<<20 {
			t.Errorf("%v is viewed as %v, want multiples of 32 and at most 11 million pixels", size, view)
		}
		covered := 0
		for i, area := range areas {
			if area.Dx()%32 != 0 || area.Dy()%32 != 0 || area.Dx()*area.Dy() > 1600<<10 || !cores[i].In(area) {
				t.Errorf("%v: tile %v with core %v", size, area, cores[i])
			}
			covered += cores[i].Dx() * cores[i].Dy()
			for _, other := range cores[:i] {
				if !other.Intersect(cores[i]).Empty() {
					t.Errorf("%v: cores %v and %v overlap", size, other, cores[i])
				}
			}
		}
		if covered != view.X*view.Y {
			t.Errorf("%v: tiles cover %d of %d pixels", size, covered, view.X*view.Y)
		}
	}
}

func TestTurn(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 37, 70))
	rgba := image.NewRGBA(image.Rect(0, 0, 37, 70))
	for i := range gray.Pix {
		gray.Pix[i] = uint8(i * 7)
	}
	for i := range rgba.Pix {
		rgba.Pix[i] = uint8(i * 11)
	}
	for _, img := range []image.Image{gray, rgba, gray.SubImage(image.Rect(3, 5, 30, 41))} {
		b := img.Bounds()
		w, h := b.Dx(), b.Dy()
		for degrees, at := range map[int]func(x, y int) (int, int){
			0:   func(x, y int) (int, int) { return x, y },
			90:  func(x, y int) (int, int) { return h - 1 - y, x },
			180: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
			270: func(x, y int) (int, int) { return y, w - 1 - x },
		} {
			turned := embedded.Turn(img, degrees)
			for y := range h {
				for x := range w {
					tx, ty := at(x, y)
					if turned.At(tx, ty) != img.At(b.Min.X+x, b.Min.Y+y) {
						t.Fatalf("%T turned by %d: pixel (%d, %d) is not at (%d, %d)", img, degrees, x, y, tx, ty)
					}
				}
			}
		}
	}
}
