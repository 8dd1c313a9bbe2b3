package upright

import (
	"ocr-gateway/document"
)

// New deskews a page. lines is appended to and belongs to the Page from then on.
func New(page *document.Page, lines []document.Line, boxes []document.Region) *Page {
	p := &Page{Width: page.Width, Height: page.Height, lines: lines, Gray: Gray(page.Image)}
	p.Unruled = page.Layer != nil && page.Layer.Plain
	quads := make([][4]document.Point, len(lines))
	for i := range lines {
		quads[i] = p.soundQuad(lines[i])
	}
	p.Deskew = estimateDeskew(quads, lines, p.Width, p.Height)
	var sizes []float64
	for i, q := range quads {
		b, size := p.Deskew.line(q, lines[i].Spine)
		p.Items = append(p.Items, &Item{Box: b, Size: size, line: i})
		// Each piece of a line counts: body text outweighs many short labels.
		for range int(min(40, 1+b.Width()/size)) {
			sizes = append(sizes, size)
		}
	}
	p.Size = max(1, Median(sizes))
	p.trimTrespass()
	for _, b := range boxes {
		z := Zone{Box: p.Deskew.rect(b.BBox), Label: b.Label, Score: 1}
		if b.Score != nil {
			z.Score = *b.Score
		}
		p.Zones = append(p.Zones, z)
	}
	return p
}
