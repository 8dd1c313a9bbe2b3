package rulings

import (
	"image"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// mask marks the ink of a page, one byte a pixel, at 1/step of its size.
type mask struct {
	w, h, step int
	ink        []bool
	origin     document.Point // where it begins, in the upright frame
	level      bool           // its rows run level there, not in the page
}

// maskOf returns the mask of a page: pixels darker than their surroundings are ink. A pixel of the mask
// is ink if any of the pixels under it is, so that thin rulings are kept. The mask of a crooked page is
// drawn in the upright frame, where rulings are rows of pixels.
func maskOf(page *upright.Page, step int) mask {
	if page.Deskew.Askew() {
		return leveled(page, step)
	}
	b := page.Gray.Rect
	m := mask{w: b.Dx() / step, h: b.Dy() / step, step: step}
	darkest := make([]uint8, m.w*m.h)
	for y := range m.h {
		out := darkest[y*m.w : (y+1)*m.w]
		for x := range out {
			out[x] = 255
		}
		for k := range step {
			in := page.Gray.Pix[(y*step+k)*page.Gray.Stride:]
			for x := range out {
				for _, v := range in[x*step : (x+1)*step] {
					out[x] = min(out[x], v)
				}
			}
		}
	}
	m.mark(darkest)
	return m
}

// leveled returns the mask of a crooked page.
func leveled(page *upright.Page, step int) mask {
	const cell = 16 // pixels of the mask between points that are mapped; between them the map is nearly linear
	around := page.Extent()
	m := mask{
		w: int(around.Width()) / step, h: int(around.Height()) / step, step: step,
		origin: document.Point{X: around.X0, Y: around.Y0}, level: true,
	}
	darkest := make([]uint8, m.w*m.h)
	node := func(x, y int) document.Point {
		return page.Deskew.Back(document.Point{X: around.X0 + float64(x*step), Y: around.Y0 + float64(y*step)})
	}
	for cy := 0; cy < m.h; cy += cell {
		topLeft, bottomLeft := node(0, cy), node(0, cy+cell)
		for cx := 0; cx < m.w; cx += cell {
			topRight, bottomRight := node(cx+cell, cy), node(cx+cell, cy+cell)
			for y := cy; y < min(cy+cell, m.h); y++ {
				t := float64(y-cy) / cell
				left, right := between(topLeft, bottomLeft, t), between(topRight, bottomRight, t)
				dx, dy := (right.X-left.X)/cell, (right.Y-left.Y)/cell
				for x := cx; x < min(cx+cell, m.w); x++ {
					darkest[y*m.w+x] = darkestAt(page.Gray, int(left.X), int(left.Y), step)
					left.X, left.Y = left.X+dx, left.Y+dy
				}
			}
			topLeft, bottomLeft = topRight, bottomRight
		}
	}
	m.mark(darkest)
	return m
}

func between(a, b document.Point, t float64) document.Point {
	return document.Point{X: a.X + t*(b.X-a.X), Y: a.Y + t*(b.Y-a.Y)}
}

// darkestAt returns the darkest of step by step pixels, white if there are none.
func darkestAt(page *image.Gray, x0, y0, step int) uint8 {
	v := uint8(255)
	if x0 < 0 || y0 < 0 || x0+step > page.Rect.Dx() || y0+step > page.Rect.Dy() {
		return v
	}
	for y := y0; y < y0+step; y++ {
		for _, p := range page.Pix[y*page.Stride+x0 : y*page.Stride+x0+step] {
			v = min(v, p)
		}
	}
	return v
}

// mark tells ink from paper. darkest holds the darkest pixel under each pixel of the mask.
func (m *mask) mark(darkest []uint8) {
	const (
		tile  = 32 // mask pixels; the background is estimated for each tile
		faint = 25 // gray levels below the background: light gray rulings count
	)
	m.ink = make([]bool, m.w*m.h)
	for ty := 0; ty < m.h; ty += tile {
		for tx := 0; tx < m.w; tx += tile {
			limit := background(darkest, m.w, image.Rect(tx, ty, min(tx+tile, m.w), min(ty+tile, m.h))) - faint
			for y := ty; y < min(ty+tile, m.h); y++ {
				for x := tx; x < min(tx+tile, m.w); x++ {
					m.ink[y*m.w+x] = int(darkest[y*m.w+x]) < limit
				}
			}
		}
	}
}

// background returns the mean of a tile's brighter pixels.
func background(pix []uint8, stride int, tile image.Rectangle) int {
	mean := func(above int) int {
		sum, n := 0, 0
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			for _, v := range pix[y*stride+tile.Min.X : y*stride+tile.Max.X] {
				if int(v) >= above {
					sum += int(v)
					n++
				}
			}
		}
		return sum / max(1, n)
	}
	return mean(mean(0))
}

// transposed swaps the axes.
func (m mask) transposed() mask {
	t := mask{w: m.h, h: m.w, step: m.step, ink: make([]bool, len(m.ink)), origin: m.origin, level: m.level}
	const block = 64 // fits the CPU's cache
	for by := 0; by < m.h; by += block {
		for bx := 0; bx < m.w; bx += block {
			for y := by; y < min(by+block, m.h); y++ {
				for x := bx; x < min(bx+block, m.w); x++ {
					t.ink[x*t.w+y] = m.ink[y*m.w+x]
				}
			}
		}
	}
	return t
}

// depth returns the height of the ink at (x, y), and the ink within reach of a blank; it looks no further
// than reach.
func (m mask) depth(x, y, reach int) int {
	n := 0
	if m.ink[y*m.w+x] {
		n = 1
		for d := 1; d <= reach && y-d >= 0 && m.ink[(y-d)*m.w+x]; d++ {
			n++
		}
		for d := 1; d <= reach && y+d < m.h && m.ink[(y+d)*m.w+x]; d++ {
			n++
		}
		return n
	}
	for d := max(0, y-reach); d <= min(m.h-1, y+reach); d++ {
		if m.ink[d*m.w+x] {
			n++
		}
	}
	return n
}

// stroke is thin and dark and runs from (x0, y0) to (x1, y1).
type stroke struct {
	x0, y0, x1, y1 int
	dotted         bool
}
