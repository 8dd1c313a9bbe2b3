package geometry

import (
	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

const (
	figureHolds   = 0.6  // of a line, at least, that lies in a figure to belong to it
	figureTaken   = 0.3  // of a figure, or of what it lies over, above which its place is taken
	figureWhole   = 0.6  // of the page, above which a figure with text is a photograph of a page
	figureLines   = 5    // of text, at most, in so large a figure
	figureProse   = 3    // lines of running text, at most, in a figure
	figureCovered = 0.25 // of a figure, at most, that text covers
)

// placeFigures puts the model's figures into the page in place of the lines in them, such as the labels
// of a chart, unless a figure holds so much text that it is text. The lines in a figure are not yet in
// reading order.
func placeFigures(p *upright.Page) []*upright.Object {
	var figures []*upright.Object
	for _, z := range p.Zones {
		if !z.Labeled("figure") {
			continue
		}
		inner, ok := figureText(p, z)
		if !ok {
			continue
		}
		o := &upright.Object{Type: document.RegionImage, Label: z.Label, Score: &z.Score, BBox: p.BBox(z.Box), Inner: inner}
		p.Place(o, z.Box, inner)
		figures = append(figures, o)
	}
	return figures
}

// figureText returns the lines in a figure. It is false if a table or figure has the place already, or
// if the zone is text rather than a figure.
func figureText(p *upright.Page, z upright.Zone) (inner []*upright.Item, ok bool) {
	var prose int
	var area float64
	for _, it := range p.Items {
		if it.Object != nil {
			if it.ShareIn(z.Box) > figureTaken || z.ShareIn(it.Box) > figureTaken {
				return nil, false
			}
			continue
		}
		if it.ShareIn(z.Box) < figureHolds {
			continue
		}
		inner = append(inner, it)
		area += it.Area()
		if it.Width() >= upright.ProseWidth*it.Size {
			prose++
		}
	}
	whole := z.Area() > figureWhole*float64(p.Width)*float64(p.Height) && len(inner) > figureLines
	return inner, !whole && prose <= figureProse && !(area > figureCovered*z.Area())
}
