package ppocr

import "testing"

// TestMissed reads lines 480 pixels long with an upright stroke every 12 pixels.
func TestMissed(t *testing.T) {
	const width, stride = 480, 500
	strokes := make([]float32, stride*readHeight)
	for i := range strokes {
		strokes[i] = 1
		if x := i % stride; x%12 < 4 && x < width {
			strokes[i] = -1
		}
	}
	ruled := make([]float32, stride*readHeight)
	for i := range ruled {
		ruled[i] = 1
		if y := i / stride; y > 40 && y < 44 {
			ruled[i] = -1
		}
	}
	steps := func(from, to, by int) (at []character) {
		for s := from; s < to; s += by {
			at = append(at, character{text: "l", column: columnOf(s)})
		}
		return at
	}
	for name, c := range map[string]struct {
		pix      []float32
		at       []character
		min, max float64
	}{
		"all read":             {strokes, steps(0, 60, 3), 0, 0},
		"wide characters":      {strokes, steps(2, 60, 6), 0, 0},
		"nothing read":         {strokes, nil, 1, 1},
		"the second half":      {strokes, steps(0, 30, 3), .4, .5},
		"every tenth letter":   {strokes, steps(5, 60, 20), .5, .8},
		"a line drawn, unread": {ruled, nil, 0, 0},
	} {
		if got := missed(c.pix, stride, width, c.at); got < c.min || got > c.max {
			t.Errorf("%s: missed %.2f, want %.2f to %.2f", name, got, c.min, c.max)
		}
	}
}
