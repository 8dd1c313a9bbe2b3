package stamp

import (
	"image"
	"math"

	"ocr-gateway/engine/embedded/pixels"
)

// Text along the ring of a stamp begins and ends at the bottom and runs clockwise. The ring is unrolled from
// there, between these shares of the radius.
const (
	inner = 0.56
	outer = 1.04
)

// Unrolled returns the ring of a stamp as a straight strip. part is what Only returns.
func (s *Stamp) Unrolled(part pixels.Raster) pixels.Raster {
	rx, ry := float64(s.Box.Dx())/2, float64(s.Box.Dy())/2
	cx, cy := float64(part.W)/2, float64(part.H)/2
	r := (rx + ry) / 2
	w, h := int(2*math.Pi*r*(inner+outer)/2), int(r*(outer-inner))
	img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	for x := range w {
		sin, cos := math.Sincos(math.Pi/2 + 2*math.Pi*float64(x)/float64(w))
		for y := range h {
			at := outer - (outer-inner)*float64(y)/float64(h)
			v := bilinear(part, cx+cos*at*rx, cy+sin*at*ry)
			p := img.Pix[y*img.Stride+4*x:]
			p[0], p[1], p[2], p[3] = v, v, v, 255
		}
	}
	return pixels.Of(img)
}

// bilinear is the brightness between four pixels; white outside.
func bilinear(src pixels.Raster, x, y float64) uint8 {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	value := func(dx, dy int) float64 {
		px, py := int(x0)+dx, int(y0)+dy
		if px < 0 || py < 0 || px >= src.W || py >= src.H {
			return 255
		}
		return float64(src.Pix[py*src.Stride+4*px])
	}
	return uint8((value(0, 0)*(1-fx)+value(1, 0)*fx)*(1-fy) + (value(0, 1)*(1-fx)+value(1, 1)*fx)*fy)
}

// Middle returns the inside of the ring. part is what Only returns.
func (s *Stamp) Middle(part pixels.Raster) pixels.Raster {
	page := copyOf(part, image.Rect(0, 0, part.W, part.H))
	rx, ry := float64(s.Box.Dx())/2, float64(s.Box.Dy())/2
	for y := range page.H {
		for x := range page.W {
			if math.Hypot((float64(x)-float64(page.W)/2)/rx, (float64(y)-float64(page.H)/2)/ry) > (inner + 0.02) {
				p := page.Pix[y*page.Stride+4*x:]
				p[0], p[1], p[2] = 255, 255, 255
			}
		}
	}
	return page
}
