// Package checkbox finds check boxes and radio buttons drawn beside lines of text, and whether they are
// ticked. It looks only at pixels: at the four sides of squares, and at the ring of circles.
package checkbox

import (
	"cmp"
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// Check is a check box or radio button.
type Check struct {
	Box    image.Rectangle
	Round  bool
	Ticked bool
}

// least is the smallest side of a box, in pixels. On screens they have 13; smaller squares are made by
// letters of small print with rules above them.
const least = 10

// In heights of the line of text beside a box.
const (
	leastSide = 0.5
	mostSide  = 1.7
	reach     = 3.0 // to the left and right of the line's ends
	above     = 0.5 // and above and below it
)

// Find looks for boxes in and beside lines of text that run to the right, and then above, below and beside
// the boxes found: questionnaires have whole columns of them.
func Find(src pixels.Raster, lines []document.BBox) []Check {
	var found []Check
	looks := mostLooks
	for _, l := range lines {
		h := l[3] - l[1]
		if h < 8 || l[2]-l[0] < h/2 {
			continue
		}
		side, rise := int(reach*float64(h)), int(above*float64(h))
		found = append(found, look(src, image.Rect(l[0]-side, l[1]-rise, l[2]+side, l[3]+rise), max(least, int(leastSide*float64(h))), int(mostSide*float64(h)), &looks)...)
	}
	return real(distinct(aligned(src, distinct(found), &looks)))
}

// mostStrips limits the rows and columns of boxes that are searched.
const mostStrips = 60

// aligned adds the boxes in the same rows and columns as boxes, and in the rows and columns of these.
func aligned(src pixels.Raster, boxes []Check, looks *int) []Check {
	var strips []image.Rectangle
	for i := 0; i < len(boxes); i++ { // which grows
		c := boxes[i]
		side := c.Box.Dx()
		middle := image.Pt((c.Box.Min.X+c.Box.Max.X)/2, (c.Box.Min.Y+c.Box.Max.Y)/2)
		for _, strip := range []image.Rectangle{
			image.Rect(c.Box.Min.X-side/2, 0, c.Box.Max.X+side/2, src.H),
			image.Rect(0, c.Box.Min.Y-side/2, src.W, c.Box.Max.Y+side/2),
		} {
			known := func(s image.Rectangle) bool { return middle.In(s) && (s.Dx() > s.Dy()) == (strip.Dx() > strip.Dy()) }
			if len(strips) == mostStrips || slices.ContainsFunc(strips, known) {
				continue
			}
			strips = append(strips, strip)
			for _, f := range look(src, strip, side*4/5, side*5/4, looks) {
				if f.Round == c.Round && !slices.ContainsFunc(boxes, func(b Check) bool { return b.Box.Overlaps(f.Box) }) {
					boxes = append(boxes, f)
				}
			}
		}
	}
	return boxes
}

// mostLooks limits the work on a page: printed pages take a few hundred thousand, hatching and dithered
// pictures would take minutes.
const mostLooks = 20_000_000

// look finds boxes of least to most pixels in a part of src. looks is how many more pixels may be looked at.
func look(src pixels.Raster, area image.Rectangle, least, most int, looks *int) []Check {
	area = area.Intersect(image.Rect(0, 0, src.W, src.H))
	if area.Empty() {
		return nil
	}
	m := inkOf(src.Sub(area))
	m.least, m.most, m.looks = least, most, looks
	found := slices.Concat(m.squares(), m.circles())
	for i := range found {
		found[i].Box = found[i].Box.Add(area.Min)
	}
	return found
}

// distinct removes boxes that were found twice, beside two lines or one around the other, and keeps the
// larger one.
func distinct(all []Check) []Check {
	area := func(c Check) int { return c.Box.Dx() * c.Box.Dy() }
	slices.SortStableFunc(all, func(a, b Check) int { return cmp.Compare(area(b), area(a)) })
	var kept []Check
	for _, c := range all {
		if !slices.ContainsFunc(kept, func(k Check) bool { return k.Box.Overlaps(c.Box) }) {
			kept = append(kept, c)
		}
	}
	return kept
}

// real removes squares in a row, made for writing single letters, and circles where none or all of their size
// have a dot: those are letters or bullets.
func real(all []Check) []Check {
	var kept []Check
	for _, c := range all {
		if c.Round && !slices.ContainsFunc(all, func(o Check) bool { return o.Round && o.Ticked != c.Ticked && alike(o, c) }) {
			continue
		}
		if slices.ContainsFunc(all, func(o Check) bool { return neighbors(o, c) }) {
			continue
		}
		kept = append(kept, c)
	}
	slices.SortFunc(kept, func(a, b Check) int {
		return cmp.Or(cmp.Compare(a.Box.Min.Y, b.Box.Min.Y), cmp.Compare(a.Box.Min.X, b.Box.Min.X))
	})
	return kept
}

// alike reports whether two boxes have the same size.
func alike(a, b Check) bool {
	const part = 6 // they may differ by one part in so many
	d := a.Box.Dx() - b.Box.Dx()
	return part*max(d, -d) <= max(a.Box.Dx(), b.Box.Dx())+part
}

// neighbors reports whether two boxes are side by side with no room for a word.
func neighbors(a, b Check) bool {
	if a.Box == b.Box || !alike(a, b) {
		return false
	}
	level := min(a.Box.Max.Y, b.Box.Max.Y)-max(a.Box.Min.Y, b.Box.Min.Y) > a.Box.Dy()/2
	gap := max(a.Box.Min.X-b.Box.Max.X, b.Box.Min.X-a.Box.Max.X)
	return level && gap < 3*a.Box.Dx()/5
}
