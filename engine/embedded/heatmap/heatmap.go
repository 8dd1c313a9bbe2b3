// Package heatmap finds lines of text in the heat map that PP-OCR's detector makes of a page: how likely each
// pixel is text.
package heatmap

import "ocr-gateway/document"

// The thresholds are those of PP-OCR's configuration for this model.
const (
	textHeat    = 76  // of a text pixel: 0.3
	leastMean   = 0.5 // mean heat of a line's own pixels
	unclipRatio = 1.6 // how far lines are grown
	minHeight   = 3   // pixels; smaller components are specks
)

// Map is how likely each pixel is text, 0 to 255, row by row.
type Map struct {
	Pix  []uint8
	W, H int
}

// Line is a line of text in pixels of the map, where integers are their centers.
type Line struct {
	Quad   [4]document.Point // clockwise from the top left corner
	Spine  []document.Point  // its middle from one end to the other, nil where it is straight
	Height float64
}

// Lines finds the lines of text. Each pixel as hot as text is in one of them, except specks.
func (m Map) Lines() []Line {
	var lines []Line
	for _, c := range m.components(textHeat) {
		for _, s := range m.strokesOf(c, closerThresholds) {
			lines = append(lines, s.grown())
		}
	}
	return lines
}
