package checkbox

import (
	"image"

	"ocr-gateway/engine/embedded/pixels"
)

// run is a level stroke of ink: from x0 to x1 in row y.
type run struct{ y, x0, x1 int }

const (
	wholeSide  = 0.85 // share of a side that is drawn, at least
	notSquare  = 5    // the sides of a square differ by one part in so many at most
	inset      = 0.24 // of the side: anything further inside is a tick
	tickShare  = 0.05 // share of the inside
	solidShare = 0.9  // share of the inside from which a square is a bullet
	thinnest   = 7    // a side is at most one part in so many thick
	corner     = 0.12 // of the side: there is ink within this distance of a corner
	besidePart = 4    // the white beside a box is one part in so many of its size: more than between letters
	abovePart  = 6    // likewise above and below it
	crossed    = 0.3  // share of that white that may be drawn over
)

// squares finds squares by two level strokes, one above the other, and the sides that join them. A tick that
// extends beyond its box makes the strokes longer than the sides.
func (m ink) squares() []Check {
	tops, bottoms := m.runs()
	var found []Check
	next := 0 // the first of the bottoms below top
	for _, top := range tops {
		for next < len(bottoms) && bottoms[next].y <= top.y {
			next++
		}
		for _, bottom := range bottoms[next:] {
			d := bottom.y - top.y + 1
			if d > m.most {
				break
			}
			if d < m.least {
				continue
			}
			if *m.looks < 0 {
				return nil
			}
			if b, ok := m.frame(top, bottom); ok {
				if c, ok := m.square(b); ok {
					found = append(found, c)
				}
			}
		}
	}
	return found
}

// edge reports whether there is mostly white above a stroke (dy -1) or below it (1), not more of the stroke
// itself. The edges of scans are rough, so that touching ink means nothing.
func (m ink) edge(r run, dy int) bool {
	y := r.y + 2*dy
	if y < 0 || y >= m.h {
		return true
	}
	n := 0
	for x := r.x0; x < r.x1; x++ {
		if m.at(x, y) {
			n++
		}
	}
	return 2*n < r.x1-r.x0
}

// frame returns the square that has two strokes as top and bottom.
func (m ink) frame(top, bottom run) (image.Rectangle, bool) {
	d := bottom.y - top.y + 1
	slack := max(1, d/10)
	*m.looks -= d
	x0, x1 := max(top.x0, bottom.x0)-slack, min(top.x1, bottom.x1)+slack
	if x1-x0 < d-d/notSquare || x1-x0 > 2*d {
		return image.Rectangle{}, false
	}
	left, right := -1, -1
	for x := max(x0, 0); x < x1-d/2 && left < 0; x++ {
		if m.side(x, top.y, bottom.y, slack) {
			left = x
		}
	}
	for x := min(x1, m.w) - 1; x > x0+d/2 && right < 0; x-- {
		if m.side(x, top.y, bottom.y, slack) {
			right = x + 1
		}
	}
	if left < 0 || right < 0 || abs(right-left-d) > max(2, d/notSquare) {
		return image.Rectangle{}, false
	}
	return image.Rect(left, top.y, right, bottom.y+1), true
}

// runs returns the strokes that may be the top and those that may be the bottom of a box, from above.
func (m ink) runs() (tops, bottoms []run) {
	const most = 4000 // in a part of a page; hatching has more
	for y := range m.h {
		row := m.dark[y*m.w:][:m.w]
		for x := pixels.NextMark(row, 0); x < m.w; x = pixels.NextMark(row, x) {
			from := x
			for x < m.w && row[x] >= drawn {
				x++
			}
			if x-from < m.least || x-from > 2*m.most {
				continue
			}
			r := run{y, from, x}
			if len(tops) < most && m.edge(r, -1) {
				tops = append(tops, r)
			}
			if len(bottoms) < most && m.edge(r, 1) {
				bottoms = append(bottoms, r)
			}
		}
	}
	return tops, bottoms
}

// side reports whether ink runs from top to bottom at x, give or take slack.
func (m ink) side(x, top, bottom, slack int) bool {
	if !m.at(x, (top+bottom)/2) { // most columns end here
		return false
	}
	missing, most := 0, int((1-wholeSide)*float64(bottom-top+1))
	for y := top; y <= bottom && missing <= most; y++ {
		*m.looks -= slack + 1
		meets := false
		for dx := max(x-slack, 0); dx <= min(x+slack, m.w-1) && !meets; dx++ {
			meets = m.at(dx, y)
		}
		if !meets {
			missing++
		}
	}
	return missing <= most
}

// square examines a frame and its inside.
func (m ink) square(b image.Rectangle) (Check, bool) {
	if !m.thin(b) || !m.sharp(b) || !m.apart(b) {
		return Check{}, false
	}
	in := max(2, int(inset*float64(b.Dx())))
	share := m.share(b.Min.X+in, b.Min.Y+in, b.Max.X-in, b.Max.Y-in)
	return Check{Box: b, Ticked: share > tickShare}, share < solidShare
}

// thin reports whether all sides are thinner than strokes of letters, except where a tick crosses them.
func (m ink) thin(b image.Rectangle) bool {
	most := max(2, b.Dx()/thinnest)
	side := func(start, along, inward image.Point) bool {
		length := abs(along.X)*b.Dx() + abs(along.Y)*b.Dy()
		for _, part := range []int{length / 4, length / 2, 3 * length / 4} {
			n := 0
			for p := start.Add(along.Mul(part)); n <= most && p.In(b) && m.dark[p.Y*m.w+p.X] >= black; p = p.Add(inward) {
				n++
			}
			if n <= most {
				return true
			}
		}
		return false
	}
	right, down := image.Pt(1, 0), image.Pt(0, 1)
	end := b.Max.Sub(image.Pt(1, 1))
	return side(b.Min, down, right) && side(b.Min, right, down) && side(end, down.Mul(-1), right.Mul(-1)) && side(end, right.Mul(-1), down.Mul(-1))
}

// sharp reports whether there is ink in all corners: those of letters are round.
func (m ink) sharp(b image.Rectangle) bool {
	r := max(1, corner*float64(b.Dx()))
	for _, c := range []image.Point{b.Min, {b.Max.X - 1, b.Min.Y}, {b.Min.X, b.Max.Y - 1}, b.Max.Sub(image.Pt(1, 1))} {
		met := false
		for dy := -int(r); dy <= int(r) && !met; dy++ {
			for dx := -int(r); dx <= int(r) && !met; dx++ {
				p := c.Add(image.Pt(dx, dy))
				met = float64(dx*dx+dy*dy) <= r*r && p.In(image.Rect(0, 0, m.w, m.h)) && m.at(p.X, p.Y)
			}
		}
		if !met {
			return false
		}
	}
	return true
}

// apart reports whether there is white around a box, except where a tick crosses it.
func (m ink) apart(b image.Rectangle) bool {
	beside, above := max(3, b.Dx()/besidePart), max(3, b.Dx()/abovePart)
	white := func(x, y, dx, dy int) bool { // a row or column of pixels, as long as the box
		n := 0
		for i := range b.Dx() {
			p := image.Pt(x+i*dx, y+i*dy)
			if p.In(image.Rect(0, 0, m.w, m.h)) && m.dark[p.Y*m.w+p.X] >= drawn {
				n++
			}
		}
		return float64(n) <= crossed*float64(b.Dx())
	}
	for d := 2; d <= beside; d++ {
		if !white(b.Min.X-d, b.Min.Y, 0, 1) || !white(b.Max.X-1+d, b.Min.Y, 0, 1) {
			return false
		}
	}
	for d := 2; d <= above; d++ {
		if !white(b.Min.X, b.Min.Y-d, 1, 0) || !white(b.Min.X, b.Max.Y-1+d, 1, 0) {
			return false
		}
	}
	return true
}

func abs(n int) int { return max(n, -n) }
