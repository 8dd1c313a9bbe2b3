package ppocr

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"ocr-gateway/document"
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
		r := a.decode(steps(c.classes...))
		text, confidence, wide := r.text, r.confidence, readStep*len(c.classes)
		if text != c.want || text != "" && math.Abs(confidence-.7) > 1e-6 || text == "" && confidence != 0 {
			t.Errorf("%v: %q with %v, want %q", c.classes, text, confidence, c.want)
		}
		marks := strip{wide: wide, part: span{0, wide}, read: r}.marks()
		for i, class := range []int{1, 2} {
			if at := slices.Index(c.classes, class); at >= 0 && !slices.ContainsFunc(marks, func(m document.Mark) bool {
				want := (float64(at) + .5) / float64(len(c.classes))
				return m.Text == "ab"[i:i+1] && m.From == want && m.To == want
			}) {
				t.Errorf("%v: %v have none of class %d at its first step", c.classes, marks, class)
			}
		}
	}
}

// TestArgmax: among thousands of classes the highest but one is found, the first of equal ones.
func TestArgmax(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		probs := make([]float32, 1+random.IntN(60))
		for i := range probs {
			probs[i] = float32(random.IntN(8)) / 64
		}
		but := random.IntN(len(probs)+1) - 1
		class, p := argmax(probs, but)
		want := 0
		var most float32
		for i, v := range probs {
			if i != but && v > most {
				want, most = i, v
			}
		}
		if class != want || p != most {
			t.Fatalf("%v but %d: class %d with %v, want %d with %v", probs, but, class, p, want, most)
		}
	}
}

func TestDoubt(t *testing.T) {
	a := parseAlphabet("a\nb\n")
	for name, c := range map[string]struct {
		steps [][4]float32 // blank, a, b, space
		want  float32
	}{
		"sure":                    {[][4]float32{{0, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 1, 0}}, 0},
		"another character":       {[][4]float32{{0, .6, .4, 0}, {1, 0, 0, 0}}, .4},
		"where a character ends":  {[][4]float32{{0, 1, 0, 0}, {.6, .4, 0, 0}, {0, 0, 1, 0}}, 0},
		"one character or two":    {[][4]float32{{0, 1, 0, 0}, {.6, .4, 0, 0}, {0, 1, 0, 0}}, .4},
		"a space or none":         {[][4]float32{{0, 1, 0, 0}, {.6, 0, 0, .4}, {0, 0, 1, 0}}, .4},
		"the greater of several":  {[][4]float32{{0, .62, .38, 0}, {1, 0, 0, 0}, {0, .6, .4, 0}}, .4},
		"little":                  {[][4]float32{{0, .93, .07, 0}, {1, 0, 0, 0}}, 0},
		"a character before text": {[][4]float32{{.55, .45, 0, 0}, {0, 1, 0, 0}}, 0},
	} {
		var probs []float32
		for _, s := range c.steps {
			probs = append(probs, s[:]...)
		}
		if got := a.decode(probs).doubtAt(0, math.MaxInt); math.Abs(got-float64(c.want)) > 1e-6 {
			t.Errorf("%s: doubt of %v, want %v", name, got, c.want)
		}
	}
}
