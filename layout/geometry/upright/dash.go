package upright

import (
	"image"
	"math"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// What a dash by itself looks like, in text heights unless stated otherwise.
const (
	dashShortest = 0.2
	dashLongest  = 1.5
	dashLong     = 0.8  // from which it is an em dash
	dashThick    = 0.2  // at most
	dashSlender  = 2.5  // times as wide as high, at least
	dashSolid    = 0.6  // of its box, at least, that is drawn
	dashMiddle   = 0.25 // of the height of the place, at most, by which it misses the middle
)

// Dash returns the dash in a place of the page where nothing else is drawn, with its text; nil without
// one. Text detectors do not find such a dash.
func (p *Page) Dash(place plane.Box, size float64) *Item {
	area := p.BBox(place).Rect()
	ink, drawn := p.inkIn(area)
	w, h := float64(ink.Dx()), float64(ink.Dy())
	if ink.Empty() || w < dashShortest*size || w > dashLongest*size || h > max(2, dashThick*size) || w < dashSlender*h || float64(drawn) < dashSolid*w*h {
		return nil
	}
	if ink.Min.X <= area.Min.X || ink.Max.X >= area.Max.X {
		return nil // continues beside the place: a ruling
	}
	if middle := float64(ink.Min.Y+ink.Max.Y) / 2; math.Abs(middle-float64(area.Min.Y+area.Max.Y)/2) > dashMiddle*float64(area.Dy()) {
		return nil
	}
	text := "–"
	if w >= dashLong*size {
		text = "—"
	}
	half := int(size / 2)
	box := image.Rect(ink.Min.X, (ink.Min.Y+ink.Max.Y)/2-half, ink.Max.X, (ink.Min.Y+ink.Max.Y)/2+half)
	quad := [4]document.Point{
		{X: float64(box.Min.X), Y: float64(box.Min.Y)},
		{X: float64(box.Max.X), Y: float64(box.Min.Y)},
		{X: float64(box.Max.X), Y: float64(box.Max.Y)},
		{X: float64(box.Min.X), Y: float64(box.Max.Y)},
	}
	p.lines = append(p.lines, document.Line{Quad: quad, BBox: document.BoxOf(box), Text: text})
	b, height := p.Deskew.line(quad, nil)
	return &Item{Box: b, Size: height, line: len(p.lines) - 1}
}

// inkIn returns the box around the ink in an area, and its number of pixels.
func (p *Page) inkIn(area image.Rectangle) (ink image.Rectangle, drawn int) {
	if p.Gray == nil {
		return ink, 0
	}
	area = area.Intersect(p.Gray.Rect)
	var histogram [256]int
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			histogram[p.Gray.GrayAt(x, y).Y]++
		}
	}
	darkest, background, brightest := levels(histogram[:], 0)
	contrast := max(background-darkest, brightest-background)
	if contrast < leastContrast {
		return ink, 0
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if d := int(p.Gray.GrayAt(x, y).Y) - background; 2*max(d, -d) > contrast {
				ink = ink.Union(image.Rect(x, y, x+1, y+1))
				drawn++
			}
		}
	}
	return ink, drawn
}
