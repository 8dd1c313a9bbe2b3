package checkbox

import (
	"image"
	"math"
	"slices"

	"ocr-gateway/engine/embedded/pixels"
)

const (
	directions = 32 // in which a ring is examined
	wholeRing  = 30 // of them that meet ink
	openRing   = 26 // of them with white between ring and dot
	dotShare   = 0.6
	emptyShare = 0.05
)

// circles finds rings that are empty or have a dot inside.
func (m ink) circles() []Check {
	var found []Check
	for _, b := range m.components() {
		if d := abs(b.Dx() - b.Dy()); 6*d > b.Dx() {
			continue
		}
		if c, ok := m.circle(b); ok {
			found = append(found, c)
		}
	}
	return found
}

// circle examines the contents of a box.
func (m ink) circle(b image.Rectangle) (Check, bool) {
	x, y := float64(b.Min.X+b.Max.X-1)/2, float64(b.Min.Y+b.Max.Y-1)/2
	rx, ry := float64(b.Dx())/2, float64(b.Dy())/2
	ring, open := 0, 0
	for i := range directions {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / directions)
		meets := func(from, to float64) bool {
			for r := from; r <= to; r += 0.5 / max(rx, 1) {
				px, py := int(math.Round(x+cos*r*rx)), int(math.Round(y+sin*r*ry))
				if image.Pt(px, py).In(image.Rect(0, 0, m.w, m.h)) && m.at(px, py) {
					return true
				}
			}
			return false
		}
		clear := func(at float64) bool { return !meets(at, at) }
		if meets(0.8, 1.05) {
			ring++
		}
		if clear(0.58) || clear(0.66) || clear(0.72) {
			open++
		}
	}
	if ring < wholeRing || open < openRing {
		return Check{}, false
	}
	const dot = 0.28 // of the radius
	in := m.share(int(x-dot*rx), int(y-dot*ry), int(x+dot*rx)+1, int(y+dot*ry)+1)
	return Check{Box: b, Round: true, Ticked: in > dotShare}, in > dotShare || in < emptyShare
}

// components returns the boxes around connected ink of the size of a button.
func (m ink) components() []image.Rectangle {
	return slices.DeleteFunc(pixels.Components(m.dark, m.w), func(b image.Rectangle) bool {
		return b.Dx() < m.least || b.Dx() > m.most || b.Dy() < m.least || b.Dy() > m.most
	})
}
