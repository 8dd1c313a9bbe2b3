package rulings

// strokes finds strokes of at least least pixels in length and at most thick in height, and rows of
// dots. A stroke may climb from row to row, as a skewed one does. size is the height of text in pixels
// of m.
func strokes(m mask, least, thick int, size float64) []stroke {
	var done, open []stroke // open: touched in the last two rows
	for y := range m.h {
		row := m.ink[y*m.w : (y+1)*m.w]
		for x := 0; x < m.w; x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < m.w && (row[x] || x+1 < m.w && row[x+1]) { // one pixel may be missing
				x++
			}
			if x-from < least || !m.thin(from, x, y, thick) {
				continue
			}
			open = extend(open, stroke{from, y, x - 1, y, false})
		}
		for _, d := range dotted(m, y, thick, size) {
			open = extend(open, d)
		}
		kept := open[:0]
		for _, g := range open {
			if max(g.y0, g.y1) >= y-1 {
				kept = append(kept, g)
			} else {
				done = append(done, g)
			}
		}
		open = kept
	}
	return append(done, open...)
}

// extend adds a run to the stroke that it continues, or starts a stroke.
func extend(open []stroke, run stroke) []stroke {
	for i := range open {
		g := &open[i]
		if run.x0 > g.x1+2 || run.x1 < g.x0-2 {
			continue
		}
		g.dotted = g.dotted && run.dotted
		if run.x1 > g.x1 {
			g.x1, g.y1 = run.x1, run.y1
		}
		if run.x0 < g.x0 {
			g.x0, g.y0 = run.x0, run.y0
		}
		return open
	}
	return append(open, run)
}

// thin reports whether the ink above and below a run ends soon, at most of the places looked at.
func (m mask) thin(from, to, y, thick int) bool {
	const places = 8
	good := 0
	for k := range places {
		x := from + (to-from)*(2*k+1)/(2*places)
		if m.depth(x, y, thick) <= thick {
			good++
		}
	}
	return good >= places*3/4
}
