package heatmap

import (
	"math"
	"math/rand/v2"
	"testing"

	"ocr-gateway/document"
)

// paint makes every pixel of a map hot whose center is less than half the height from
// the middle of a line, given for each x.
func paint(m Map, from, to int, height float64, hot uint8, middle func(x float64) float64) {
	for x := from; x < to; x++ {
		for y := range m.H {
			if math.Abs(float64(y)-middle(float64(x))) < height/2 {
				m.Pix[y*m.W+x] = max(m.Pix[y*m.W+x], hot)
			}
		}
	}
}

func level(y float64) func(float64) float64 { return func(float64) float64 { return y } }

func arc(y, depth, from, to float64) func(float64) float64 {
	return func(x float64) float64 {
		t := (2*x - from - to) / (to - from)
		return y + depth*t*t
	}
}

func TestStrokes(t *testing.T) {
	for name, c := range map[string]struct {
		paint func(m Map)
		lines int
		bent  bool
	}{
		"one line":                {func(m Map) { paint(m, 40, 560, 12, 240, level(60)) }, 1, false},
		"a bent line":             {func(m Map) { paint(m, 40, 560, 12, 240, arc(40, 50, 40, 560)) }, 1, true},
		"leaders below the words": {func(m Map) { paint(m, 40, 560, 6, 200, arc(60, -3, 40, 560)); paint(m, 40, 140, 12, 240, level(57)) }, 1, false},
		"a faint line":            {func(m Map) { paint(m, 40, 560, 12, 110, level(60)); paint(m, 40, 240, 12, 240, level(60)) }, 1, false},
		"two lines and a stamp": {func(m Map) {
			paint(m, 40, 560, 12, 240, level(60))
			paint(m, 40, 560, 12, 240, level(100))
			paint(m, 300, 310, 40, 100, level(80))
		}, 2, false},
		"cold": {func(m Map) { paint(m, 40, 560, 12, 90, level(60)) }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := Map{make([]uint8, 600*160), 600, 160}
			c.paint(m)
			got := m.Lines()
			if len(got) != c.lines {
				t.Fatalf("%d lines, want %d: %+v", len(got), c.lines, got)
			}
			for _, s := range got {
				if (s.Spine != nil) != c.bent {
					t.Errorf("spine %v, want one: %v", s.Spine, c.bent)
				}
				if s.Height > 40 {
					t.Errorf("a line %v high", s.Height)
				}
			}
		})
	}
}

// TestWhatIsHotIsInALine holds for lines of any slope and bend: every hot pixel lies in
// the line that it is cut out as.
func TestWhatIsHotIsInALine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m := Map{make([]uint8, 900*400), 900, 400}
		slope, depth, height := random.Float64()*.1-.05, random.Float64()*120-60, 8+random.Float64()*14
		bow := arc(200, depth, 50, 850)
		paint(m, 50, 850, height, 240, func(x float64) float64 { return bow(x) + slope*(x-450) })
		lines := m.Lines()
		for y := range m.H {
			for x := range m.W {
				if m.Pix[y*m.W+x] > 0 && !lineHolds(lines, float64(x), float64(y)) {
					t.Fatalf("slope %.3f, bend %.1f, height %.1f: %d,%d is in no line of %d", slope, depth, height, x, y, len(lines))
				}
			}
		}
	}
}

func lineHolds(lines []Line, x, y float64) bool {
	for _, l := range lines {
		spine := l.Spine
		if spine == nil {
			q := l.Quad
			spine = []document.Point{{X: (q[0].X + q[3].X) / 2, Y: (q[0].Y + q[3].Y) / 2}, {X: (q[1].X + q[2].X) / 2, Y: (q[1].Y + q[2].Y) / 2}}
		}
		for i := range len(spine) - 1 {
			a, b := spine[i], spine[i+1]
			along := ((x-a.X)*(b.X-a.X) + (y-a.Y)*(b.Y-a.Y)) / ((b.X-a.X)*(b.X-a.X) + (b.Y-a.Y)*(b.Y-a.Y))
			along = min(max(along, 0), 1)
			if math.Hypot(x-a.X-along*(b.X-a.X), y-a.Y-along*(b.Y-a.Y)) < l.Height/2+1 {
				return true
			}
		}
	}
	return false
}
