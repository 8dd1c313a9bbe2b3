package pixels

import (
	"math"
	"slices"

	"ocr-gateway/document"
)

// maxDrift is how far a line may rise or fall over its length, as a share of its height, and still be
// cut out with level edges.
const maxDrift = 0.03

// CropLine draws the line inside q onto dst. The line starts at the first corner.
func CropLine(dst Planes, src Raster, q [4]document.Point) {
	if _, across := QuadSize(q); straight(q, across*maxDrift) {
		Resample(dst, src,
			Span{(q[0].X + q[3].X) / 2, (q[1].X + q[2].X) / 2},
			Span{(q[0].Y + q[1].Y) / 2, (q[3].Y + q[2].Y) / 2}, Symmetric)
		return
	}
	warp(dst, src, q, Symmetric)
}

// CropSpine draws a bent line onto dst, straightened. height is the height of the line in pixels of src;
// reading starts at the end of the spine nearer to start.
func CropSpine(dst Planes, src Raster, spine []document.Point, height float64, start document.Point) {
	s, w, h := newSmooth(startingAt(spine, start)), dst.W, dst.H
	us, vs := samples(s.length/float64(w)), samples(height/float64(h))
	share := 1 / float32(len(us)*len(vs))
	sums := make([][3]float32, h)
	for x := range w {
		clear(sums)
		for _, u := range us {
			at, along := s.at((float64(x) + u) / float64(w) * s.length)
			for y := range h {
				for _, v := range vs {
					off := ((float64(y)+v)/float64(h) - .5) * height
					src.bilinear(at.X-along.Y*off-.5, at.Y+along.X*off-.5, &sums[y])
				}
			}
		}
		for y := range h {
			for c := range 3 {
				dst.Data[c*dst.Size+y*dst.Stride+x] = sums[y][c]*share*Symmetric.Scale[c] + Symmetric.Shift[c]
			}
		}
	}
}

// startingAt returns the spine in the order that begins at the end nearer to start.
func startingAt(spine []document.Point, start document.Point) []document.Point {
	first, last := spine[0], spine[len(spine)-1]
	if math.Hypot(last.X-start.X, last.Y-start.Y) < math.Hypot(first.X-start.X, first.Y-start.Y) {
		spine = slices.Clone(spine)
		slices.Reverse(spine)
	}
	return spine
}

// AcrossSpine returns the ends of the section across a bent line at a share of its length, as [CropSpine]
// takes it: top is on the side where the top of the text is.
func AcrossSpine(spine []document.Point, height float64, start document.Point, part float64) (top, bottom document.Point) {
	s := newSmooth(startingAt(spine, start))
	at, along := s.at(part * s.length)
	dx, dy := -along.Y*height/2, along.X*height/2
	return document.Point{X: at.X - dx, Y: at.Y - dy}, document.Point{X: at.X + dx, Y: at.Y + dy}
}

// smoothSpine is a Catmull-Rom curve (1974) through the points of a spine, with the distance along its
// chords as its parameter.
type smoothSpine struct {
	points []document.Point
	starts []float64 // distance of each point from the first
	length float64
}

func newSmooth(points []document.Point) smoothSpine {
	s := smoothSpine{points: points, starts: make([]float64, len(points))}
	for i := 1; i < len(points); i++ {
		s.starts[i] = s.starts[i-1] + math.Hypot(points[i].X-points[i-1].X, points[i].Y-points[i-1].Y)
	}
	s.length = s.starts[len(points)-1]
	return s
}

// at returns the point at a distance, and the direction there, a unit vector.
func (s smoothSpine) at(d float64) (p, along document.Point) {
	i, found := slices.BinarySearch(s.starts, d)
	if !found {
		i--
	}
	i = min(max(i, 0), len(s.points)-2)
	t := (d - s.starts[i]) / max(s.starts[i+1]-s.starts[i], 1e-6)
	a, b := s.points[i], s.points[i+1]
	before, after := s.points[max(i-1, 0)], s.points[min(i+2, len(s.points)-1)]
	curve := func(p0, p1, p2, p3 float64) (v, slope float64) {
		c1, c2, c3 := p2-p0, 2*p0-5*p1+4*p2-p3, 3*p1-3*p2+p3-p0
		return p1 + t*(c1+t*(c2+t*c3))/2, (c1 + t*(2*c2+t*3*c3)) / 2
	}
	x, dx := curve(before.X, a.X, b.X, after.X)
	y, dy := curve(before.Y, a.Y, b.Y, after.Y)
	length := max(math.Hypot(dx, dy), 1e-6)
	return document.Point{X: x, Y: y}, document.Point{X: dx / length, Y: dy / length}
}

// straight reports whether q is an upright rectangle within tolerance pixels.
func straight(q [4]document.Point, tolerance float64) bool {
	near := func(a, b float64) bool { return math.Abs(a-b) <= tolerance }
	return q[1].X > q[0].X && q[3].Y > q[0].Y &&
		near(q[0].Y, q[1].Y) && near(q[3].Y, q[2].Y) && near(q[0].X, q[3].X) && near(q[1].X, q[2].X)
}

// warp draws the parallelogram with corners q[0], q[1] and q[3] onto dst by bilinear samples; where it
// shrinks, each value is the mean of several.
func warp(dst Planes, src Raster, q [4]document.Point, n Norm) {
	w, h := dst.W, dst.H
	ax, ay := (q[1].X-q[0].X)/float64(w), (q[1].Y-q[0].Y)/float64(w)
	bx, by := (q[3].X-q[0].X)/float64(h), (q[3].Y-q[0].Y)/float64(h)
	us, vs := samples(math.Hypot(ax, ay)), samples(math.Hypot(bx, by))
	share := 1 / float32(len(us)*len(vs))
	for y := range h {
		for x := range w {
			var sum [3]float32
			for _, v := range vs {
				v += float64(y)
				for _, u := range us {
					u += float64(x)
					src.bilinear(q[0].X+u*ax+v*bx-.5, q[0].Y+u*ay+v*by-.5, &sum)
				}
			}
			at := y*dst.Stride + x
			for c := range 3 {
				dst.Data[c*dst.Size+at] = sum[c]*share*n.Scale[c] + n.Shift[c]
			}
		}
	}
}

// samples returns the positions, 0 to 1 along the side of an output pixel, of samples that together cover
// scale source pixels. Their number is limited: quads can be as large as the page.
func samples(scale float64) []float64 {
	at := make([]float64, min(max(int(math.Ceil(scale*.75)), 1), 8))
	for i := range at {
		at[i] = (float64(i) + .5) / float64(len(at))
	}
	return at
}

// bilinear adds the colour B, G, R at (x, y), where integers are pixel
// centres, to sum. Beyond the border it repeats the border.
func (s *Raster) bilinear(x, y float64, sum *[3]float32) {
	fx, fy := math.Floor(x), math.Floor(y)
	wx, wy := float32(x-fx), float32(y-fy)
	left, right := clampIndex(int(fx), s.W)*s.BPP, clampIndex(int(fx)+1, s.W)*s.BPP
	top, bottom := s.Pix[clampIndex(int(fy), s.H)*s.Stride:], s.Pix[clampIndex(int(fy)+1, s.H)*s.Stride:]
	if s.BPP == 1 {
		v := mix(mix(asFloat[top[left]], asFloat[top[right]], wx), mix(asFloat[bottom[left]], asFloat[bottom[right]], wx), wy)
		sum[0] += v
		sum[1] += v
		sum[2] += v
		return
	}
	a, b := top[left:left+3:left+3], top[right:right+3:right+3]
	c, d := bottom[left:left+3:left+3], bottom[right:right+3:right+3]
	sum[0] += mix(mix(asFloat[a[2]], asFloat[b[2]], wx), mix(asFloat[c[2]], asFloat[d[2]], wx), wy)
	sum[1] += mix(mix(asFloat[a[1]], asFloat[b[1]], wx), mix(asFloat[c[1]], asFloat[d[1]], wx), wy)
	sum[2] += mix(mix(asFloat[a[0]], asFloat[b[0]], wx), mix(asFloat[c[0]], asFloat[d[0]], wx), wy)
}

func mix(a, b, w float32) float32 { return a + w*(b-a) }

func clampIndex(i, n int) int { return min(max(i, 0), n-1) }
