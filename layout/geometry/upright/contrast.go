package upright

import (
	"image"
	"math"
	"slices"
)

// Contrast returns the difference between the print of a line and the paper, in gray levels: the median
// over what is not paper.
func (p *Page) Contrast(it *Item) float64 {
	paper, print := p.sample(it)
	for i, v := range print {
		print[i] = math.Abs(v - paper)
	}
	return Median(print)
}

// Reversed reports whether a line is light print on a dark ground.
func (p *Page) Reversed(it *Item) bool {
	const clearly = 60 // gray levels
	paper, print := p.sample(it)
	return Median(print)-paper > clearly
}

// ReversedRow reports whether all lines of a row are light print on a dark ground.
func (p *Page) ReversedRow(r Row) bool {
	return !slices.ContainsFunc(r, func(it *Item) bool { return !p.Reversed(it) })
}

// sample returns the gray of the paper behind a line, which is the most common one, and the grays that
// differ from it.
func (p *Page) sample(it *Item) (paper float64, print []float64) {
	if p.Gray == nil || it.Object != nil {
		return 0, nil
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
	paper = float64(backgroundOf(histogram[:]))
	for _, v := range values {
		if math.Abs(float64(v)-paper) > faint {
			print = append(print, float64(v))
		}
	}
	return paper, print
}
