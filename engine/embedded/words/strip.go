package words

import (
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// strip is a straightened line: its place on the page, and how much is written in each column of pixels along
// it.
type strip struct {
	quad  [4]document.Point // begins where the text does
	spine []document.Point  // of a bent line, in the direction of the text
	ink   []int
	high  int // rows that were examined
}

// stripOf straightens a line. up means that a line that is higher than wide runs upwards.
func stripOf(src pixels.Raster, l document.Line, up bool) strip {
	s := strip{quad: l.Quad, spine: l.Spine}
	if w, h := pixels.QuadSize(l.Quad); h >= pixels.TallLine*w {
		s.quad = pixels.StartAt(l.Quad, 1)
	}
	img := pixels.Straight(src, l)
	s.ink, s.high = inkOf(img)
	if up {
		s.quad = pixels.StartAt(s.quad, 2)
		slices.Reverse(s.ink)
	}
	return s
}

// part returns the quadrilateral of a part of the line.
func (s strip) part(from, to float64) [4]document.Point {
	if s.spine != nil {
		return s.bent(from, to)
	}
	at := func(a, b document.Point, t float64) document.Point {
		return document.Point{X: a.X + (b.X-a.X)*t, Y: a.Y + (b.Y-a.Y)*t}
	}
	q := s.quad
	return [4]document.Point{at(q[0], q[1], from), at(q[0], q[1], to), at(q[3], q[2], to), at(q[3], q[2], from)}
}

// bent is part for a bent line.
func (s strip) bent(from, to float64) [4]document.Point {
	_, height := pixels.QuadSize(s.quad)
	a0, a1 := pixels.AcrossSpine(s.spine, height, s.quad[0], from)
	b0, b1 := pixels.AcrossSpine(s.spine, height, s.quad[0], to)
	return [4]document.Point{a0, b0, b1, a1}
}

const (
	// leastInk is how far written pixels are in brightness from the line's ground, as a share of the
	// farthest; inkStep is the least.
	leastInk = 0.35
	inkStep  = 20
	// innerPart is the share of a line's height, above and below its middle, that is examined: beyond are its
	// neighbors and the rules under it.
	innerPart = 0.42
)

// inkOf counts the written pixels in each column of the image of a line.
func inkOf(img *image.Gray) (ink []int, high int) {
	b := img.Rect.Inset(pixels.StraightBorder)
	middle, half := (b.Min.Y+b.Max.Y)/2, int(innerPart*float64(b.Dy()))
	rows := image.Rect(b.Min.X, middle-half, b.Max.X, middle+half)
	ground, step := ground(img, rows)
	ink = make([]int, rows.Dx())
	for y := rows.Min.Y; y < rows.Max.Y; y++ {
		row := img.Pix[img.PixOffset(rows.Min.X, y):][:rows.Dx()]
		for x, v := range row {
			if d := int(v) - ground; d > step || d < -step {
				ink[x]++
			}
		}
	}
	return ink, rows.Dy()
}

// ground returns the usual brightness of a line, and by how much writing differs from it.
func ground(img *image.Gray, in image.Rectangle) (brightness, step int) {
	var counts [256]int
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for _, v := range img.Pix[img.PixOffset(in.Min.X, y):][:in.Dx()] {
			counts[v]++
		}
	}
	at := func(part float64) int {
		sum, most := 0, part*float64(in.Dx()*in.Dy())
		for v, n := range counts {
			if sum += n; float64(sum) > most {
				return v
			}
		}
		return 255
	}
	brightness = at(.5)
	far := max(brightness-at(.02), at(.98)-brightness)
	return brightness, max(int(leastInk*float64(far)), inkStep)
}
