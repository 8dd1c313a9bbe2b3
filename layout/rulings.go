package layout

import (
	"cmp"
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
)

// rulings are the straight lines drawn on a page, in the upright frame. at is
// the position across, the span runs along: a horizontal ruling lies at y = at from
// x = from to x = to.
type rulings struct{ horizontal, vertical []ruling }

type ruling struct {
	at float64
	span
}

// findRulings looks for rulings once for a page.
func (s *sheet) findRulings() rulings {
	if s.ruled != nil {
		return *s.ruled
	}
	s.ruled = &rulings{}
	page := s.gray()
	if page == nil || s.width < 16 || s.height < 16 {
		return *s.ruled
	}
	// Rulings do not need more than some 24 pixels a line of text.
	m := maskOf(page, max(1, int(s.size/24+0.5)))
	least := int(max(6, 0.4*s.size/float64(m.step)))
	thick := int(max(4, 0.25*s.size/float64(m.step)))
	for _, seg := range segments(m, least, thick) {
		s.addRuling(seg, float64(m.step), false)
	}
	for _, seg := range segments(m.turned(), least, thick) {
		s.addRuling(seg, float64(m.step), true)
	}
	s.ruled.horizontal = s.outsideText(s.joined(s.ruled.horizontal))
	s.ruled.vertical = s.joined(s.ruled.vertical)
	return *s.ruled
}

// addRuling takes a segment to the upright frame and keeps it if it runs level
// or plumb there.
func (s *sheet) addRuling(g segment, step float64, vertical bool) {
	a := document.Point{X: float64(g.x0) * step, Y: float64(g.y0) * step}
	b := document.Point{X: float64(g.x1+1) * step, Y: float64(g.y1) * step}
	if vertical {
		a.X, a.Y, b.X, b.Y = a.Y, a.X, b.Y, b.X
	}
	a, b = s.frame.point(a), s.frame.point(b)
	along, across := b.X-a.X, b.Y-a.Y
	r := ruling{(a.Y + b.Y) / 2, span{min(a.X, b.X), max(a.X, b.X)}}
	if vertical {
		along, across = across, along
		r = ruling{(a.X + b.X) / 2, span{min(a.Y, b.Y), max(a.Y, b.Y)}}
	}
	if math.Abs(along) < 1.5*s.size || math.Abs(across) > 0.03*math.Abs(along)+0.2*s.size {
		return
	}
	if vertical {
		s.ruled.vertical = append(s.ruled.vertical, r)
	} else {
		s.ruled.horizontal = append(s.ruled.horizontal, r)
	}
}

// joined makes one ruling of pieces that follow each other and of the two edges
// of a thick one.
func (s *sheet) joined(rs []ruling) []ruling {
	slices.SortFunc(rs, func(a, b ruling) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.from, b.from))
	})
	var out []ruling
	for _, r := range rs {
		merged := false
		for i := len(out) - 1; i >= 0 && r.at-out[i].at < 0.3*s.size; i-- {
			if min(r.to, out[i].to)-max(r.from, out[i].from) > -0.7*s.size {
				out[i].from, out[i].to = min(out[i].from, r.from), max(out[i].to, r.to)
				merged = true
				break
			}
		}
		if !merged {
			out = append(out, r)
		}
	}
	return out
}

// outsideText leaves out the strokes of letters and underlines: short pieces within
// a line of text or right below it.
func (s *sheet) outsideText(rs []ruling) []ruling {
	lines := slices.Clone(s.items)
	slices.SortFunc(lines, func(a, b *item) int { return cmp.Compare(a.y0, b.y0) })
	tallest := 0.0
	for _, it := range lines {
		tallest = max(tallest, it.height())
	}
	return slices.DeleteFunc(rs, func(r ruling) bool {
		if r.length() > 12*s.size {
			return false
		}
		from, _ := slices.BinarySearchFunc(lines, r.at-tallest, func(it *item, y float64) int { return cmp.Compare(it.y0, y) })
		for _, it := range lines[from:] {
			if it.y0 > r.at {
				break
			}
			if r.at > it.y0+0.15*it.height() && r.at < it.y1+0.1*it.height() && r.from > it.x0-s.size/2 && r.to < it.x1+s.size/2 {
				return true
			}
		}
		return false
	})
}

// mask marks the ink of a page, one byte a pixel, at 1/step of its size.
type mask struct {
	w, h, step int
	ink        []bool
}

// maskOf takes what is darker than its surroundings as ink. A pixel of the mask
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

// background is the mean of a tile's brighter pixels.
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

// turned swaps the axes.
func (m mask) turned() mask {
	t := mask{w: m.h, h: m.w, step: m.step, ink: make([]bool, len(m.ink))}
	const block = 64 // stays within the cache
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

// segment is a thin dark stroke that runs from (x0, y0) to (x1, y1).
type segment struct{ x0, y0, x1, y1 int }

// segments finds strokes at least least pixels long and at most thick high. A
// stroke may climb from row to row, as a skewed one does.
func segments(m mask, least, thick int) []segment {
	var done, open []segment // open: touched in the last two rows
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
			open = extend(open, segment{from, y, x - 1, y})
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
func extend(open []segment, run segment) []segment {
	for i := range open {
		g := &open[i]
		if run.x0 > g.x1+2 || run.x1 < g.x0-2 {
			continue
		}
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

// thin says whether ink above and below a run ends soon, in most of some places.
func (m mask) thin(from, to, y, thick int) bool {
	const places = 8
	good := 0
	for k := range places {
		x := from + (to-from)*(2*k+1)/(2*places)
		n := 1
		for d := 1; d <= thick && y-d >= 0 && m.ink[(y-d)*m.w+x]; d++ {
			n++
		}
		for d := 1; d <= thick && y+d < m.h && m.ink[(y+d)*m.w+x]; d++ {
			n++
		}
		if n <= thick {
			good++
		}
	}
	return good >= places*3/4
}
