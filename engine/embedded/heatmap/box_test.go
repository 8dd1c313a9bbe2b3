package heatmap

import (
	"math"
	"testing"

	"ocr-gateway/document"
)

func TestMinAreaBoxOfTurnedRectangle(t *testing.T) {
	for _, degrees := range []float64{0, 1, 17, 44, -44, -3} {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		want := [4]document.Point{}
		for i, p := range [4]document.Point{{X: -100, Y: -10}, {X: 100, Y: -10}, {X: 100, Y: 10}, {X: -100, Y: 10}} {
			want[i] = document.Point{X: 300 + p.X*cos - p.Y*sin, Y: 200 + p.X*sin + p.Y*cos}
		}
		inside := document.Point{X: 301, Y: 199}
		got := minAreaBox([]document.Point{want[2], inside, want[0], want[3], inside, want[1]}).corners()
		for i := range got {
			if math.Hypot(got[i].X-want[i].X, got[i].Y-want[i].Y) > 1e-6 {
				t.Errorf("turned by %v: corner %d is %v, want %v", degrees, i, got[i], want[i])
			}
		}
	}
}

func TestMinAreaBoxOfFewPoints(t *testing.T) {
	p := document.Point{X: 3, Y: 4}
	for _, q := range minAreaBox([]document.Point{p, p}).corners() {
		if q != p {
			t.Errorf("corner %v of a single point, want %v", q, p)
		}
	}
	q := minAreaBox([]document.Point{{X: 10, Y: 5}, {X: 0, Y: 5}}).corners()
	if q[0] != (document.Point{X: 0, Y: 5}) || q[1] != (document.Point{X: 10, Y: 5}) {
		t.Errorf("box of a stroke is %v, want it along the stroke", q)
	}
}

func TestUnclipGrowsByAreaOverPerimeter(t *testing.T) {
	b := box{ux: 1, w: 100, h: 20}.unclip(1.6)
	d := 100.0 * 20 * 1.6 / 240
	if math.Abs(b.w-(100+2*d)) > 1e-9 || math.Abs(b.h-(20+2*d)) > 1e-9 {
		t.Errorf("unclipped to %v x %v, want each side grown by %v", b.w, b.h, d)
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
		if got := len(Map{pix, w, len(pix) / w}.components(textHeat)); got != c.want {
			t.Errorf("%s: %d components, want %d", name, got, c.want)
		}
	}
}
