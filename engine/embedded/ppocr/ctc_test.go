package ppocr

import (
	"math"
	"testing"
)

func TestDecode(t *testing.T) {
	a := parseAlphabet("a\nb\n")
	steps := func(classes ...int) []float32 {
		var probs []float32
		for _, c := range classes {
			p := []float32{.1, .1, .1, .1}
			p[c] = .7
			probs = append(probs, p...)
		}
		return probs
	}
	for _, c := range []struct {
		classes []int
		want    string
	}{
		{[]int{1, 1, 0, 2}, "ab"},
		{[]int{1, 0, 1}, "aa"},
		{[]int{1, 3, 2}, "a b"},
		{[]int{0, 0}, ""},
		{nil, ""},
	} {
		text, confidence, at, marks := a.decode(steps(c.classes...), 8*len(c.classes))
		if text != c.want || text != "" && math.Abs(confidence-.7) > 1e-6 || text == "" && confidence != 0 {
			t.Errorf("%v: %q with %v, want %q", c.classes, text, confidence, c.want)
		}
		for i, m := range marks {
			if want := (float64(at[i]) + .5) / float64(len(c.classes)); len(marks) != len(at) || m.From != want || m.To != want {
				t.Errorf("%v: %q is at %v, want %v", c.classes, m.Text, m.From, want)
			}
		}
	}
}
