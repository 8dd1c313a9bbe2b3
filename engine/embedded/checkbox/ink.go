package checkbox

import "ocr-gateway/engine/embedded/pixels"

// ink is what is drawn in a part of a page: how much each pixel differs from the ground.
type ink struct {
	w, h        int
	dark        []uint8 // 0 for the ground, 255 for the farthest from it
	least, most int     // pixels of a box's side
}

const (
	drawn = 50  // of 255: also a gray outline is drawn
	black = 110 // of 255: a tick is at least as dark
	flat  = 40  // contrast of a part in which nothing is drawn
)

// inkOf tells ink and ground by which of them is more.
func inkOf(src pixels.Raster) ink {
	m := ink{w: src.W, h: src.H, dark: make([]uint8, src.W*src.H)}
	var counts [256]int
	for y := range src.H {
		row := m.dark[y*m.w:][:m.w]
		brightness(row, src.Pix[y*src.Stride:], src.BPP)
		for _, v := range row {
			counts[v]++
		}
	}
	low, high, sum := 255, 0, 0
	for v, n := range counts {
		if n > 0 {
			low, high, sum = min(low, v), max(high, v), sum+v*n
		}
	}
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
		darkness[v] = uint8(d * 255 / (high - low))
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
		row[x] = uint8((2*int(p[0]) + 5*int(p[1]) + int(p[2])) / 8)
	}
}

// at reports whether something is drawn at a pixel.
func (m ink) at(x, y int) bool { return m.dark[y*m.w+x] >= drawn }

// share is the part of a box that is black.
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
