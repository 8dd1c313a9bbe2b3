package pixels

import (
	"image"

	"ocr-gateway/document"
)

// Drawn reports whether anything is drawn in a small part of a page.
func (s Raster) Drawn() bool {
	low, high := uint8(255), uint8(0)
	for y := range s.H {
		for _, v := range s.Pix[y*s.Stride:][:s.W*s.BPP] {
			low, high = min(low, v), max(high, v)
		}
	}
	const contrast = 24
	return int(high)-int(low) > contrast // alpha is 255, as white is
}

// Blurred reports whether even the sharpest edges in a part of s, with lines of height h, are so wide that
// letters run into each other.
func (s Raster) Blurred(b document.BBox, h float64) bool {
	const (
		widest  = 8   // widest edge, in pixels, of letters of the usual sizes
		part    = 0.1 // and as a share of a line's height
		highest = 100 // pixels; lines that run into each other are taken for one
	)
	box := b.Rect().Intersect(image.Rect(0, 0, s.W, s.H))
	var values, steps [256]int
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := s.Pix[y*s.Stride:]
		for x := box.Min.X; x < box.Max.X-1; x++ {
			v, next := row[x*s.BPP], row[(x+1)*s.BPP]
			values[v]++
			steps[max(v, next)-min(v, next)]++
		}
	}
	contrast := percentile(values, .98) - percentile(values, .02)
	edge := float64(contrast) / float64(max(percentile(steps, .99), 1))
	return edge > widest && edge > part*min(h, highest)
}

// percentile is the value below which a share of the counted values lies.
func percentile(counts [256]int, part float64) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	sum := 0
	for v, n := range counts {
		if sum += n; float64(sum) > part*float64(total) {
			return v
		}
	}
	return len(counts) - 1
}
