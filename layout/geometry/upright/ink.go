package upright

import (
	"image"
	"image/color"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// Gray returns the page in gray, without a copy if it is gray already; nil for a page without pixels.
func Gray(img image.Image) *image.Gray {
	switch src := img.(type) {
	case nil:
		return nil
	case *image.Gray:
		return src
	case *image.RGBA:
		dst := image.NewGray(src.Rect)
		for y := range src.Rect.Dy() {
			from, to := src.Pix[y*src.Stride:], dst.Pix[y*dst.Stride:]
			for x := range src.Rect.Dx() {
				// The weights of image/color, in thousandths of 2^16.
				p := from[4*x : 4*x+3 : 4*x+3]
				to[x] = uint8((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
			}
		}
		return dst
	default:
		b := src.Bounds()
		dst := image.NewGray(b)
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				dst.SetGray(x, y, color.GrayModel.Convert(src.At(x, y)).(color.Gray))
			}
		}
		return dst
	}
}

const (
	maxAlong = 20_000 // pixels along a line; anything longer is not a line of text
	inkStep  = 0.35   // of the contrast along the line; further from the background is ink

	leastContrast = 40 // between ink and its ground
)

// inkAlong returns the share of ink in each pixel column along a quad. It is nil if the quad lies outside
// the page or has no contrast.
func inkAlong(page *image.Gray, q [4]document.Point) []float64 {
	w := math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y)
	h := math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y)
	if page == nil || !(w >= 2 && w < maxAlong && h >= 4 && h < maxAlong/4) {
		return nil
	}
	n, m := int(w), int(0.7*h)
	values := make([]uint8, n*m)
	var histogram [256]int
	for i := range n {
		t := (float64(i) + 0.5) / float64(n)
		top, bottom := along(q[0], q[1], t), along(q[3], q[2], t)
		for j := range m {
			// The middle 70 %: accents and the neighbors' ink are left out.
			p := along(top, bottom, 0.15+0.7*(float64(j)+0.5)/float64(m))
			v := uint8(255)
			if at := image.Pt(int(p.X), int(p.Y)); at.In(page.Rect) {
				v = page.GrayAt(at.X, at.Y).Y
			}
			values[i*m+j] = v
			histogram[v]++
		}
	}
	low, background, high := levels(histogram[:], n*m/100)
	if high-low < leastContrast {
		return nil
	}
	limit := inkStep * float64(high-low)
	ink := make([]float64, n)
	for i := range n {
		dark := 0
		for _, v := range values[i*m : (i+1)*m] {
			if math.Abs(float64(v)-float64(background)) > limit {
				dark++
			}
		}
		ink[i] = float64(dark) / float64(m)
	}
	return ink
}

// levels returns the darkest and brightest values, without rare pixels at either end, and the background.
func levels(histogram []int, rare int) (low, background, high int) {
	low, high = 0, 255
	for n := rare; low < 255 && n >= histogram[low]; low++ {
		n -= histogram[low]
	}
	for n := rare; high > 0 && n >= histogram[high]; high-- {
		n -= histogram[high]
	}
	return low, backgroundOf(histogram), high
}

// backgroundOf returns the most common value.
func backgroundOf(histogram []int) int { return slices.Index(histogram, slices.Max(histogram)) }

func along(a, b document.Point, t float64) document.Point {
	return document.Point{X: a.X + t*(b.X-a.X), Y: a.Y + t*(b.Y-a.Y)}
}

// blanksOf returns the stretches of at least least pixels along the line without ink, except those at
// both ends.
func blanksOf(ink []float64, least float64) []plane.Span {
	const speck = 0.04 // of the height: dust, not a letter
	return plane.Gaps(len(ink), least, func(i int) bool { return ink[i] <= speck })
}
