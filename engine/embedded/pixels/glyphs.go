package pixels

import "image"

// Glyphs returns the boxes of what white divides in the level line in box, from the left: characters, or
// several that touch. Parts of the lines above and below that reach into box are left out.
func (s Raster) Glyphs(box image.Rectangle) []image.Rectangle {
	box = box.Intersect(image.Rect(0, 0, s.W, s.H))
	ground, far := s.ground(box)
	box = s.withoutNeighbors(box, ground, far)
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

// mostNeighbor is how much of a box its neighbors fill at each edge, at most.
const mostNeighbor = 0.35

// withoutNeighbors removes the strips at the upper and lower edge of a box that are divided from the rest by
// white rows.
func (s Raster) withoutNeighbors(box image.Rectangle, ground, far int) image.Rectangle {
	drawn := func(y int) bool {
		for x := box.Min.X; x < box.Max.X; x++ {
			d := int(s.Pix[y*s.Stride+x*s.BPP]) - ground
			if 2*max(d, -d) > far {
				return true
			}
		}
		return false
	}
	reach := int(mostNeighbor * float64(box.Dy()))
	inner := box
	for y := box.Min.Y; y <= box.Min.Y+reach && y < box.Max.Y; y++ {
		if !drawn(y) {
			inner.Min.Y = y
			break
		}
	}
	for y := box.Max.Y - 1; y >= box.Max.Y-1-reach && y > inner.Min.Y; y-- {
		if !drawn(y) {
			inner.Max.Y = y + 1
			break
		}
	}
	return inner
}

// ground is the most common brightness in a box, and how far others are from it at most.
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
