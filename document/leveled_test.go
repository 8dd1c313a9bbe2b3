package document_test

import (
	"math"
	"testing"

	"ocr-gateway/document"
)

// sloping is a line of so many pixels that begins at x, y and slopes.
func sloping(x, y, length, height, slope float64) document.Line {
	q := [4]document.Point{{X: x, Y: y}, {X: x + length, Y: y + slope*length}, {X: x + length, Y: y + slope*length + height}, {X: x, Y: y + height}}
	return document.Line{Quad: q, BBox: document.BBox{
		int(x), int(min(y, y+slope*length)), int(math.Ceil(x + length)), int(math.Ceil(height + max(y, y+slope*length))),
	}}
}

func TestLeveled(t *testing.T) {
	for _, slope := range []float64{-0.05, 0.04} {
		// The second, a short one, lies within the upright box around the first.
		lines := []document.Line{sloping(100, 500, 1000, 24, slope), sloping(100, 532, 120, 24, slope), sloping(140, 564, 900, 24, slope)}
		got := document.Leveled(lines)
		for i := 1; i < len(got); i++ {
			if got[i].BBox[1] < got[i-1].BBox[3] {
				t.Errorf("slope %v: %v reaches over %v", slope, got[i-1].BBox, got[i].BBox)
			}
		}
		if d := got[2].BBox[0] - got[0].BBox[0]; d < 36 || d > 44 {
			t.Errorf("slope %v: set in by %d pixels, want 40", slope, d)
		}
	}
	for name, lines := range map[string][]document.Line{
		"level":      {sloping(100, 500, 1000, 24, 0.005), sloping(100, 532, 120, 24, 0.005)},
		"no corners": {{BBox: document.BBox{0, 0, 100, 20}}, sloping(100, 500, 1000, 24, 0.04)},
		"downwards":  {sloping(100, 100, 20, 800, 0.1), sloping(140, 100, 20, 700, 0.1)},
		"none":       nil,
	} {
		for i, l := range document.Leveled(lines) {
			if l.BBox != lines[i].BBox {
				t.Errorf("%s: %v became %v", name, lines[i].BBox, l.BBox)
			}
		}
	}
}
