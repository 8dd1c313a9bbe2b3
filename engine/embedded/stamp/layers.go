package stamp

import (
	"image"

	"ocr-gateway/engine/embedded/pixels"
)

// rim is how far, in pixels, the blurred rim of a stamp's ink extends beyond its box.
const rim = 4

// Without returns a copy of a page without its stamps: paper where their ink is, print where print shows
// through it.
func Without(src pixels.Raster, stamps []Stamp) pixels.Raster {
	page := copyOf(src, image.Rect(0, 0, src.W, src.H))
	for _, s := range stamps {
		each(page, s.Box.Inset(-rim), func(p []uint8) {
			if s.isInk(p) {
				v := s.print(p)
				p[0], p[1], p[2] = v, v, v
			}
		})
		dust(page, s.Box.Inset(-rim))
	}
	return page
}

// dust removes single dark pixels from a box, such as the rim of ink leaves behind: print has strokes.
func dust(page pixels.Raster, box image.Rectangle) {
	const dark, alone = 190, 1 // brightness; neighbors
	box = box.Intersect(image.Rect(1, 1, page.W-1, page.H-1))
	var specks []int
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			at := y*page.Stride + 4*x
			if page.Pix[at] >= dark {
				continue
			}
			n := -1 // not itself
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					if page.Pix[at+dy*page.Stride+4*dx] < dark {
						n++
					}
				}
			}
			if n <= alone {
				specks = append(specks, at)
			}
		}
	}
	for _, at := range specks {
		page.Pix[at], page.Pix[at+1], page.Pix[at+2] = 255, 255, 255
	}
}

// print is the brightness of the paper or print under a pixel of ink.
func (s *Stamp) print(p []uint8) uint8 {
	const through, none = 0.76, 0.98 // of the full ink's brightness: up to it certainly print, from it none
	_, high := span(p)
	t := float64(high) / float64(max(s.solid, 1))
	switch {
	case !s.even, t >= none:
		return 255
	case t <= through:
		return 0
	}
	return uint8(255 * (t - through) / (none - through))
}

// Only returns the part of a page around a stamp with only its ink, in black.
func (s *Stamp) Only(src pixels.Raster) (part pixels.Raster, at image.Point) {
	box := s.Box.Inset(-2 * rim).Intersect(image.Rect(0, 0, src.W, src.H))
	part = copyOf(src, box)
	each(part, image.Rect(0, 0, part.W, part.H), func(p []uint8) {
		v := 255
		if low, high := span(p); s.isInk(p) && high-low > colored/2 {
			v = max(0, 195-3*(int(high)-int(low))/2)
		}
		p[0], p[1], p[2] = uint8(v), uint8(v), uint8(v)
	})
	return part, box.Min
}

func copyOf(src pixels.Raster, box image.Rectangle) pixels.Raster {
	img := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
	for y := range box.Dy() {
		copy(img.Pix[y*img.Stride:][:4*box.Dx()], src.Pix[(box.Min.Y+y)*src.Stride+4*box.Min.X:])
	}
	return pixels.Of(img)
}
