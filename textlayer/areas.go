package textlayer

import (
	"image"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/ink"
)

// areas returns the places of the page where unexplained ink may be text, which the engine has to look for.
func (p *page) areas() []document.BBox {
	return ink.Areas(p.marked, p.unclear(), image.Rect(0, 0, p.width, p.height))
}

// unclear returns the places of visible text that is of no use here: lines that are not clearly seen, and
// glyphs that are not level, one box for each run of them.
func (p *page) unclear() (boxes []image.Rectangle) {
	for _, ln := range p.lines {
		if !ln.seen {
			boxes = append(boxes, ln.place.BBox.Rect())
		}
	}
	run := false // the last box is a run of glyphs
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
