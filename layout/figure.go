package layout

import (
	"slices"

	"ocr-gateway/document"
)

// takeFigures turns the model's figures into atoms, unless they hold so much
// text that they are text. What the pictures say, such as the labels of a chart, follows them.
func (s *sheet) takeFigures() {
	for _, z := range s.zones {
		if z.label != "figure" || z.score < 0.5 {
			continue
		}
		var inner []*item
		var prose int
		var area float64
		taken := false
		for _, it := range s.items {
			if it.atom != nil {
				taken = taken || it.inside(z.box) > 0.3 || z.inside(it.box) > 0.3
				continue
			}
			if it.inside(z.box) < 0.6 {
				continue
			}
			inner = append(inner, it)
			area += it.area()
			if it.width() >= proseWidth*it.size {
				prose++
			}
		}
		whole := z.area() > 0.6*float64(s.width)*float64(s.height) && len(inner) > 5 // a photograph of a page
		if taken || whole || prose > 3 || area > 0.25*z.area() {
			continue
		}
		a := &atom{kind: document.RegionImage, label: z.label, score: &z.score, bbox: s.pageBox(z.box)}
		for _, b := range s.read(inner, s.paragraphs) {
			a.inner = append(a.inner, slices.Concat(b.rows...)...)
		}
		s.place(a, z.box, inner)
	}
}
