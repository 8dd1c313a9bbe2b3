// Package stamp finds round stamps in colored ink, and separates a page into its print and what was stamped
// over it.
package stamp

import (
	"image"
	"math"
	"slices"

	"ocr-gateway/engine/embedded/pixels"
)

// Stamp is a round stamp on a page.
type Stamp struct {
	Box   image.Rectangle
	hue   float64 // of its ink, in degrees
	solid uint8   // brightness of its ink at its fullest
	even  bool    // the ink has the same brightness everywhere: darker pixels are print below it
}

const (
	cell       = 6    // side, in pixels, of the squares in which ink is sought
	colored    = 45   // between the brightest and darkest of a pixel's colors, of 255, in ink
	inkShare   = 0.12 // share of a square's pixels with ink
	leastSide  = 70   // pixels of a stamp
	mostPart   = 0.5  // of the page's longer side
	roundest   = 1.7  // ratio of a stamp's sides, at most
	filledMost = 0.55 // share of its box that is ink, at most: more is a picture
	oneInk     = 0.8  // share of its pixels that have its hue
	sameHue    = 35.0 // degrees
	directions = 64   // in which the ring is examined
	wholeRing  = 0.85 // share of them that meet ink
	mostStamps = 8    // of a page
	cast       = 12   // between the brightest and darkest of the paper's colors, if the light is colored
	castHue    = 25.0 // degrees from the paper's hue: nearer is print

	// Between the ink of a stamp is paper: as bright as the page's, part of which may be in the shade, or
	// brighter than the ink. Leaves and wood around a photographed paper are as dark as what looks like ink
	// there.
	asPaper = 0.7 // of the brightness of the page's paper
	overInk = 1.1 // times that of the ink
)

// Find returns the stamps of a page; none on one without colors.
func Find(src pixels.Raster) []Stamp {
	if src.BPP != 4 {
		return nil
	}
	w, h := src.W/cell, src.H/cell
	inked := make([]uint8, w*h)
	for y := range h {
		for x := range w {
			if inkIn(src, x*cell, y*cell) {
				inked[y*w+x] = 1
			}
		}
	}
	paper := paperOf(src)
	low, high := span(paper[:])
	isStamp := func(s Stamp) bool {
		return (high-low < cast || between(s.hue, hueOf(paper[:])) > castHue) && s.onPaper(src, high)
	}
	var found []Stamp
	for _, box := range pixels.Components(inked, w) {
		if len(found) == mostStamps {
			break
		}
		if s, ok := newStamp(src, image.Rect(box.Min.X*cell, box.Min.Y*cell, box.Max.X*cell, box.Max.Y*cell)); ok && isStamp(s) {
			found = append(found, s)
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(s Stamp) bool { // a ring within a ring
		return slices.ContainsFunc(found, func(o Stamp) bool { return s.Box != o.Box && s.Box.In(o.Box) })
	})
}

// inkIn reports whether enough of a square is colored.
func inkIn(src pixels.Raster, x0, y0 int) bool {
	n := 0
	for y := y0; y < y0+cell; y++ {
		row := src.Pix[y*src.Stride+x0*4:][:cell*4]
		for i := 0; i < len(row); i += 4 {
			if low, high := span(row[i:]); high-low > colored {
				n++
			}
		}
	}
	return float64(n) >= inkShare*cell*cell
}

// span is the darkest and the brightest of a pixel's colors.
func span(p []uint8) (low, high uint8) {
	return min(p[0], p[1], p[2]), max(p[0], p[1], p[2])
}

// newStamp tests whether the ink in a box is a stamp: of one hue, in a ring that is not filled.
func newStamp(src pixels.Raster, box image.Rectangle) (Stamp, bool) {
	w, h := box.Dx(), box.Dy()
	if min(w, h) < leastSide || float64(max(w, h)) > mostPart*float64(max(src.W, src.H)) || float64(max(w, h)) > roundest*float64(min(w, h)) {
		return Stamp{}, false
	}
	s := Stamp{Box: box}
	n, one := s.measure(src)
	if n == 0 || float64(n) > filledMost*float64(w*h) || float64(one) < oneInk*float64(n) {
		return Stamp{}, false
	}
	return s, s.ring(src)
}

// measure finds the ink of the stamp, and counts the colored pixels and those of its hue.
func (s *Stamp) measure(src pixels.Raster) (all, one int) {
	var hues [360]int
	var values []uint8
	each(src, s.Box, func(p []uint8) {
		if low, high := span(p); high-low > colored {
			hues[int(hueOf(p))%360]++
			values = append(values, high)
			all++
		}
	})
	if all == 0 {
		return 0, 0
	}
	best := 0
	for h := range hues {
		n, sum := 0, 0
		for d := -int(sameHue); d <= int(sameHue); d++ {
			n += hues[(h+d+360)%360]
			sum += d * hues[(h+d+360)%360]
		}
		if n > best {
			best, s.hue = n, math.Mod(float64(h)+float64(sum)/float64(n)+360, 360)
		}
	}
	slices.Sort(values)
	s.solid = values[len(values)/2]
	const uneven = 0.85 // of the brightness in the middle
	s.even = float64(values[len(values)/4]) > uneven*float64(s.solid)
	return all, best
}

// ring reports whether there is ink in nearly all directions where a ring around the middle of the box would
// be.
func (s *Stamp) ring(src pixels.Raster) bool {
	x, y := float64(s.Box.Min.X+s.Box.Max.X)/2, float64(s.Box.Min.Y+s.Box.Max.Y)/2
	rx, ry := float64(s.Box.Dx())/2, float64(s.Box.Dy())/2
	met := 0
	for i := range directions {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / directions)
		for r := 0.84; r <= 1.02; r += 0.5 / rx {
			px, py := int(x+cos*r*rx), int(y+sin*r*ry)
			if image.Pt(px, py).In(image.Rect(0, 0, src.W, src.H)) && s.isInk(src.Pix[py*src.Stride+px*4:]) {
				met++
				break
			}
		}
	}
	return float64(met) >= wholeRing*directions
}

// onPaper reports whether there is paper between the ink. bright is the brightness of the page's paper.
func (s *Stamp) onPaper(src pixels.Raster, bright uint8) bool {
	var counts [256]int
	n := 0
	each(src, s.Box, func(p []uint8) {
		if low, high := span(p); high-low <= colored {
			counts[high]++
			n++
		}
	})
	quarter := 255 // the brightest quarter is at least as bright
	for above := counts[quarter]; 4*above < n; above += counts[quarter] {
		quarter--
	}
	return float64(quarter) >= min(asPaper*float64(bright), overInk*float64(s.solid))
}

// isInk reports whether a pixel is of the stamp's ink, or of its rim.
func (s *Stamp) isInk(p []uint8) bool {
	low, high := span(p)
	if high-low <= colored/3 {
		return false
	}
	return between(hueOf(p), s.hue) <= sameHue
}

// between is the angle between two hues, in degrees.
func between(a, b float64) float64 {
	d := math.Abs(a - b)
	return min(d, 360-d)
}

// paperOf is the color of the paper: the median of each color on the page.
func paperOf(src pixels.Raster) (paper [3]uint8) {
	const step = 8
	var counts [3][256]int
	n := 0
	for y := 0; y < src.H; y += step {
		for x := 0; x < src.W; x += step {
			for c := range counts {
				counts[c][src.Pix[y*src.Stride+x*4+c]]++
			}
			n++
		}
	}
	for c := range counts {
		for v, below := 0, 0; 2*below < n; v++ {
			below += counts[c][v]
			paper[c] = uint8(v)
		}
	}
	return paper
}

// hueOf is a pixel's hue in degrees.
func hueOf(p []uint8) float64 {
	r, g, b := float64(p[0]), float64(p[1]), float64(p[2])
	low, high := min(r, g, b), max(r, g, b)
	if low == high {
		return 0
	}
	var h float64
	switch high {
	case r:
		h = (g - b) / (high - low)
	case g:
		h = 2 + (b-r)/(high-low)
	default:
		h = 4 + (r-g)/(high-low)
	}
	return math.Mod(60*h+360, 360)
}

// each calls f with each pixel of a box.
func each(src pixels.Raster, box image.Rectangle, f func(p []uint8)) {
	box = box.Intersect(image.Rect(0, 0, src.W, src.H))
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := src.Pix[y*src.Stride+box.Min.X*4:][:box.Dx()*4]
		for i := 0; i < len(row); i += 4 {
			f(row[i : i+4])
		}
	}
}
