package upright

import (
	"image"
	"math"
	"slices"
)

// Contrast returns by how much the print of a line differs from the paper, in gray
// levels: the median of what is no paper.
func (p *Page) Contrast(it *Item) float64 {
	if p.Gray == nil || it.Object != nil {
		return 0
	}
	const (
		across = 48 // samples of a line, each way
		faint  = 20 // gray levels from the paper
	)
	quad := p.lines[it.line].Quad
	var histogram [256]int
	var values []uint8
	for i := range across {
		for j := range across {
			t := (float64(i) + 0.5) / across
			at := along(along(quad[0], quad[1], t), along(quad[3], quad[2], t), (float64(j)+0.5)/across)
			if pt := image.Pt(int(at.X), int(at.Y)); pt.In(p.Gray.Rect) {
				v := p.Gray.GrayAt(pt.X, pt.Y).Y
				values = append(values, v)
				histogram[v]++
			}
		}
	}
	paper := slices.Index(histogram[:], slices.Max(histogram[:]))
	var ink []float64
	for _, v := range values {
		if d := math.Abs(float64(v) - float64(paper)); d > faint {
			ink = append(ink, d)
		}
	}
	return Median(ink)
}
