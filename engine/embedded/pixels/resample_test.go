package pixels

import (
	"math"
	"math/rand/v2"
	"testing"

	"ocr-gateway/document"
)

// noisy is a raster of which no two parts are alike.
func noisy(random *rand.Rand, bpp int) Raster {
	w, h := 2+random.IntN(60), 2+random.IntN(40)
	s := Raster{make([]byte, w*h*bpp), w * bpp, bpp, w, h}
	for i := range s.Pix {
		s.Pix[i] = byte(random.IntN(256))
	}
	return s
}

// plane is the value, 0 to 255, of a pixel for plane c, of which the first is blue. Beyond
// the border it is that of the border.
func (s Raster) plane(x, y, c int) float64 {
	x, y = min(max(x, 0), s.W-1), min(max(y, 0), s.H-1)
	if s.BPP == 1 {
		return float64(s.Pix[y*s.Stride+x])
	}
	return float64(s.Pix[y*s.Stride+4*x+2-c])
}

// drawn calls draw with planes of w x h, and compares them with what want says of each value.
func drawn(t *testing.T, w, h int, draw func(dst Planes), want func(x, y, c int) float64) {
	t.Helper()
	dst := Planes{Data: make([]float32, 3*w*h), W: w, H: h, Stride: w, Size: w * h}
	draw(dst)
	for c := range 3 {
		for y := range h {
			for x := range w {
				if got, want := float64(dst.Data[c*dst.Size+y*w+x]), want(x, y, c); math.Abs(got-want) > 1e-3 {
					t.Fatalf("plane %d at (%d, %d) of %d x %d: %v, want %v", c, x, y, w, h, got, want)
				}
			}
		}
	}
}

var unequal = Norm{[3]float32{1. / 100, 1. / 50, 1. / 200}, [3]float32{-1, 0, 2}}

func (n Norm) of(v float64, c int) float64 { return v*float64(n.Scale[c]) + float64(n.Shift[c]) }

// TestResample: each value is the mean of the pixels around it, weighted along and across.
func TestResample(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		src := noisy(random, 1+3*random.IntN(2))
		w, h := 1+random.IntN(40), 1+random.IntN(40)
		part := func(length int) Span {
			from := random.Float64()*float64(length)*1.2 - 4
			return Span{from, from + 0.1 + random.Float64()*float64(length)}
		}
		across, down := part(src.W), part(src.H)
		kx, ky := triangle(across, w, src.W), triangle(down, h, src.H)
		drawn(t, w, h, func(dst Planes) { Resample(dst, src, across, down, unequal) }, func(x, y, c int) (v float64) {
			for j, wy := range ky.weights[y] {
				for i, wx := range kx.weights[x] {
					v += float64(wx*wy) * src.plane(int(kx.first[x])+i, int(ky.first[y])+j, c)
				}
			}
			return unequal.of(v, c)
		})
	}
}

// TestWarp: each value is the mean of samples between four pixels each.
func TestWarp(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		src := noisy(random, 1+3*random.IntN(2))
		w, h := 1+random.IntN(30), 1+random.IntN(30)
		var q [4]document.Point
		for i := range q {
			q[i] = document.Point{X: random.Float64()*1.2*float64(src.W) - 5, Y: random.Float64()*1.2*float64(src.H) - 5}
		}
		along, across := document.Point{X: q[1].X - q[0].X, Y: q[1].Y - q[0].Y}, document.Point{X: q[3].X - q[0].X, Y: q[3].Y - q[0].Y}
		us := samples(math.Hypot(along.X, along.Y) / float64(w))
		vs := samples(math.Hypot(across.X, across.Y) / float64(h))
		drawn(t, w, h, func(dst Planes) { warp(dst, src, q, unequal) }, func(x, y, c int) (mean float64) {
			for _, v := range vs {
				for _, u := range us {
					du, dv := (float64(x)+u)/float64(w), (float64(y)+v)/float64(h)
					at := document.Point{X: q[0].X + du*along.X + dv*across.X - .5, Y: q[0].Y + du*along.Y + dv*across.Y - .5}
					for dy := range 2 {
						for dx := range 2 {
							px, py := math.Floor(at.X)+float64(dx), math.Floor(at.Y)+float64(dy)
							weight := (1 - math.Abs(at.X-px)) * (1 - math.Abs(at.Y-py))
							mean += weight * src.plane(int(px), int(py), c) / float64(len(us)*len(vs))
						}
					}
				}
			}
			return unequal.of(mean, c)
		})
	}
}
