package rulings

import "image"

// mask marks the ink of a page, one byte a pixel, at 1/step of its size.
type mask struct {
	w, h, step int
	ink        []bool
}

// maskOf counts what is darker than its surroundings as ink. A pixel of the mask
// is ink when any of the pixels under it is, so that thin rulings last.
func maskOf(page *image.Gray, step int) mask {
	const (
		tile  = 32 // mask pixels; the background is estimated for each tile
		faint = 25 // gray levels below the background: light gray rulings count
	)
	b := page.Rect
	m := mask{w: b.Dx() / step, h: b.Dy() / step, step: step}
	darkest := make([]uint8, m.w*m.h)
	for y := range m.h {
		out := darkest[y*m.w : (y+1)*m.w]
		for x := range out {
			out[x] = 255
		}
		for k := range step {
			in := page.Pix[(y*step+k)*page.Stride:]
			for x := range out {
				for _, v := range in[x*step : (x+1)*step] {
					out[x] = min(out[x], v)
				}
			}
		}
	}
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
	return m
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
	t := mask{w: m.h, h: m.w, step: m.step, ink: make([]bool, len(m.ink))}
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

// depth returns the height of the ink at (x, y), and what ink there is within reach of
// a blank; more than reach is not looked at.
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
