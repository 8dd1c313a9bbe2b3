package promtext_test

import (
	"strings"
	"testing"

	"ocr-gateway/internal/promtext"
)

const text = `# HELP requests Requests so far.
# TYPE requests counter
requests{method="GET",route="/a b"} 3
requests{method="POST",route="/\"}"} 4.5
# TYPE running gauge
running 2
untold 7
`

func TestSum(t *testing.T) {
	metrics, err := promtext.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	posts := func(labels map[string]string) bool { return labels["method"] == "POST" && labels["route"] == `/"}` }
	for _, c := range []struct {
		name   string
		wanted func(map[string]string) bool
		sum    float64
		found  bool
	}{
		{"requests", nil, 7.5, true},
		{"requests", posts, 4.5, true},
		{"running", nil, 2, true},
		{"running", posts, 0, true},
		{"untold", nil, 7, true},
		{"none", nil, 0, false},
	} {
		if sum, found := metrics.Sum(c.name, c.wanted); sum != c.sum || found != c.found {
			t.Errorf("%s: %g, %t; want %g, %t", c.name, sum, found, c.sum, c.found)
		}
	}
	for _, bad := range []string{"requests{", "requests many\n", "<html>"} {
		if _, err := promtext.Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(text)
	f.Add("a NaN\nb +Inf\n")
	f.Fuzz(func(_ *testing.T, text string) {
		if metrics, err := promtext.Read(strings.NewReader(text)); err == nil {
			for name := range metrics {
				metrics.Sum(name, nil)
			}
		}
	})
}
