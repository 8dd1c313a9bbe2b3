package pixels

import "image"

// Glyphs are the boxes around what is drawn in a level line in box, from the left, where
// white parts it: characters, or several that touch.
func (s Raster) Glyphs(box image.Rectangle) []image.Rectangle {
	box = box.Intersect(image.Rect(0, 0, s.W, s.H))
	ground, far := s.ground(box)
	var glyphs []image.Rectangle
	open := false
	for x := box.Min.X; x < box.Max.X; x++ {
		top, bottom := -1, -1
		for y := box.Min.Y; y < box.Max.Y; y++ {
			d := int(s.Pix[y*s.Stride+x*s.BPP]) - ground
			if 2*max(d, -d) > far {
				if top < 0 {
					top = y
				}
				bottom = y + 1
			}
		}
		if top < 0 {
			open = false
			continue
		}
		column := image.Rect(x, top, x+1, bottom)
		if open {
			last := &glyphs[len(glyphs)-1]
			*last = last.Union(column)
			continue
		}
		glyphs, open = append(glyphs, column), true
	}
	return glyphs
}

// ground is the brightness of most of a box, and how far at most others are from it.
func (s Raster) ground(box image.Rectangle) (ground, far int) {
	var counts [256]int
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			counts[s.Pix[y*s.Stride+x*s.BPP]]++
		}
	}
	for v, n := range counts {
		if n > counts[ground] {
			ground = v
		}
	}
	for v, n := range counts {
		if n > 0 {
			far = max(far, v-ground, ground-v)
		}
	}
	return ground, max(far, 64)
}
