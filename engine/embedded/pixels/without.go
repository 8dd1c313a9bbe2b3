package pixels

import (
	"image"
	"slices"
)

// Without returns a copy of s with each box painted over in the color of its paper, the most common
// brightness there.
func (s Raster) Without(boxes []image.Rectangle) Raster {
	out := s
	out.Pix = slices.Clone(s.Pix)
	for _, box := range boxes {
		box = box.Intersect(image.Rect(0, 0, s.W, s.H))
		if box.Empty() {
			continue
		}
		paper := s.paperOf(box)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				copy(out.Pix[y*s.Stride+x*s.BPP:], paper)
			}
		}
	}
	return out
}

// paperOf returns a pixel of the most common brightness in a box.
func (s Raster) paperOf(box image.Rectangle) []byte {
	brightness, _ := s.ground(box)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if at := y*s.Stride + x*s.BPP; int(s.Pix[at]) == brightness {
				return s.Pix[at:][:s.BPP]
			}
		}
	}
	return nil
}
