package checkbox

import "ocr-gateway/engine/embedded/pixels"

// ink is what is drawn in a part of a page.
type ink struct {
	w, h        int
	dark        []uint8 // of each pixel: 0 for the ground, drawn or black
	least, most int     // pixels of a box's side
	looks       *int    // how many more pixels of this page may be looked at
}

// The values of a pixel.
const (
	drawn = 1 + iota // includes gray outlines
	black            // ticks
)

const (
	drawnFrom = 50  // distance of a pixel from the ground, where the farthest pixel has 255
	blackFrom = 110 // of 255
	flat      = 40  // contrast, up to which nothing is drawn in a part
)

// inkOf separates ink from ground, which is the larger part.
func inkOf(src pixels.Raster) ink {
	m := ink{w: src.W, h: src.H, dark: make([]uint8, src.W*src.H)}
	least, most, sum := uint8(255), uint8(0), 0
	for y := range src.H {
		row := m.dark[y*m.w:][:m.w]
		brightness(row, src.Pix[y*src.Stride:], src.BPP)
		for _, v := range row {
			least, most, sum = min(least, v), max(most, v), sum+int(v)
		}
	}
	low, high := int(least), int(most)
	if high-low < flat {
		clear(m.dark)
		return m
	}
	light := 2*sum > (low+high)*len(m.dark) // the ground is light
	var darkness [256]uint8
	for v := low; v <= high; v++ {
		d := v - low
		if light {
			d = high - v
		}
		switch d = d * 255 / (high - low); {
		case d >= blackFrom:
			darkness[v] = black
		case d >= drawnFrom:
			darkness[v] = drawn
		}
	}
	for i, v := range m.dark {
		m.dark[i] = darkness[v]
	}
	return m
}

// brightness writes the brightness of the pixels in from, of bpp bytes each, into row.
func brightness(row, from []byte, bpp int) {
	if bpp == 1 {
		copy(row, from)
		return
	}
	for x := range row {
		p := from[x*bpp:][:3]
		row[x] = uint8((2*uint(p[0]) + 5*uint(p[1]) + uint(p[2])) / 8)
	}
}

// at reports whether something is drawn at a pixel.
func (m ink) at(x, y int) bool { return m.dark[y*m.w+x] >= drawn }

// share is the share of a box that is black.
func (m ink) share(x0, y0, x1, y1 int) float64 {
	n, all := 0, 0
	for y := max(y0, 0); y < min(y1, m.h); y++ {
		for x := max(x0, 0); x < min(x1, m.w); x++ {
			all++
			if m.dark[y*m.w+x] >= black {
				n++
			}
		}
	}
	return float64(n) / float64(max(all, 1))
}
