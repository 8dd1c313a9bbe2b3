package textlayer

import (
	"image"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/ink"
)

// areas are the places of the page where strange ink may be text, which somebody has to look for.
func (p *page) areas() []document.BBox {
	return ink.Areas(p.marked, p.unclear(), image.Rect(0, 0, p.width, p.height))
}

// unclear are the places of text that is seen and of no use here: lines that are not seen
// well, and what does not run level, each run of it as one.
func (p *page) unclear() (boxes []image.Rectangle) {
	for _, ln := range p.lines {
		if !ln.seen {
			boxes = append(boxes, ln.place.BBox.Rect())
		}
	}
	run := false // the last box is one of glyphs
	for i := range p.drawn.Characters {
		c := &p.drawn.Characters[i]
		box := c.Ink.Rect()
		if c.Upright || c.Contrast < faint || box.Empty() || !finite(c) {
			continue
		}
		if n := len(boxes) - 1; run && boxes[n].Inset(-int(min(c.Size, 64))).Overlaps(box) {
			boxes[n] = boxes[n].Union(box)
		} else {
			boxes = append(boxes, box)
		}
		run = true
	}
	return boxes
}
