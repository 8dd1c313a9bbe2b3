package heatmap

import (
	"math"
	"slices"

	"ocr-gateway/document"
)

// A component of the heat map is mostly one straight line of text. It can be a bent line, as on the curled
// page of a book, or several lines connected by a stamp or by nearly touching.
const (
	solid      = 0.7  // share of its rectangle that a straight line fills
	slender    = 4    // ratio of sides from which a bend can be told
	bent       = 0.5  // of its height: how far the middle of a bent line strays
	evenHeight = 1.8  // of the usual height: a line is no higher
	evenShare  = 0.85 // share of its length along which it is no higher
	knotEvery  = 2.0  // heights between two points of a spine
	maxKnots   = 64
)

// closerThresholds are the heats at which connected lines are separated.
var closerThresholds = []uint8{128, 178, 217}

// stroke is a line of text on the map: its rectangle, and its middle where it is bent.
type stroke struct {
	box
	spine []document.Point
}

// strokesOf finds the lines in a component. If it is not one line, it is split at the next of the thresholds;
// what no threshold splits is one line.
func (m Map) strokesOf(c component, thresholds []uint8) []stroke {
	b := minAreaBox(c.points())
	if min(b.w, b.h) < minHeight {
		return nil
	}
	whole := stroke{box: b}
	if float64(c.pixels()) < solid*(b.w+1)*(b.h+1) {
		p := profileOf(c, b)
		switch {
		case p.even():
			whole = p.stroke(b)
		case len(thresholds) > 0:
			if parts := m.parts(c, thresholds); stacked(parts, b) {
				return parts
			}
		}
	}
	if m.mean(c) < leastMean {
		return nil
	}
	return []stroke{whole}
}

// stacked reports whether the parts of a component are several lines, not consecutive pieces of a faint one.
func stacked(parts []stroke, whole box) bool {
	if len(parts) < 2 {
		return false
	}
	heights := make([]float64, len(parts))
	for i, p := range parts {
		heights[i] = min(p.w, p.h)
	}
	slices.Sort(heights)
	return min(whole.w, whole.h) > evenHeight*heights[len(heights)/2]
}

// parts splits a component at the first of the thresholds.
func (m Map) parts(c component, thresholds []uint8) []stroke {
	part, at := m.within(c)
	var all []stroke
	for _, piece := range part.components(thresholds[0]) {
		for i := range piece {
			piece[i].x0, piece[i].x1, piece[i].y = piece[i].x0+int32(at.X), piece[i].x1+int32(at.X), piece[i].y+int32(at.Y)
		}
		all = append(all, m.strokesOf(piece, thresholds[1:])...)
	}
	return all
}

// grown returns the stroke, grown to the whole line of text.
func (s stroke) grown() Line {
	b := s.unclip(unclipRatio)
	line := Line{Quad: b.corners(), Spine: slices.Clone(s.spine), Height: b.h}
	if last := len(line.Spine) - 1; last > 0 {
		by := (b.w - s.w) / 2
		line.Spine[0] = beyond(s.spine[1], s.spine[0], by)
		line.Spine[last] = beyond(s.spine[last-1], s.spine[last], by)
	}
	return line
}

// beyond is the point at a distance behind b, seen from a.
func beyond(a, b document.Point, distance float64) document.Point {
	length := max(math.Hypot(b.X-a.X, b.Y-a.Y), 1e-6)
	return document.Point{X: b.X + (b.X-a.X)*distance/length, Y: b.Y + (b.Y-a.Y)*distance/length}
}

// profile is a component along its longer side, one entry a pixel: where it begins and ends across it, and
// how many of its pixels are there.
type profile struct {
	long     box // its width is along the longer side
	from, to []float64
	count    []int
}

func profileOf(c component, b box) profile {
	if b.h > b.w {
		b.ux, b.uy, b.w, b.h = -b.uy, b.ux, b.h, b.w
	}
	n := int(b.w) + 1
	p := profile{long: b, from: make([]float64, n), to: make([]float64, n), count: make([]int, n)}
	for i := range n {
		p.from[i], p.to[i] = math.Inf(1), math.Inf(-1)
	}
	for _, r := range c {
		for x := r.x0; x <= r.x1; x++ {
			dx, dy := float64(x)-b.cx, float64(r.y)-b.cy
			i := min(max(int(dx*b.ux+dy*b.uy+b.w/2+.5), 0), n-1)
			across := dy*b.ux - dx*b.uy
			p.from[i], p.to[i] = min(p.from[i], across), max(p.to[i], across)
			p.count[i]++
		}
	}
	return p
}

// height is the height of the line: nearly the largest anywhere, since leaders and dashes are lower than
// words.
func (p profile) height() float64 {
	var heights []float64
	for i := range p.from {
		if p.count[i] > 0 {
			heights = append(heights, p.to[i]-p.from[i]+1)
		}
	}
	slices.Sort(heights)
	return heights[len(heights)*9/10]
}

// even reports whether the component is one line, straight or bent: long, of even height, and without holes.
func (p profile) even() bool {
	var heights []float64
	pixels, extent := 0, 0.0
	for i := range p.from {
		if p.count[i] > 0 {
			heights = append(heights, p.to[i]-p.from[i]+1)
			pixels += p.count[i]
			extent += p.to[i] - p.from[i] + 1
		}
	}
	slices.Sort(heights)
	usual := heights[len(heights)/2]
	if p.long.w < slender*usual || float64(pixels) < solid*extent {
		return false
	}
	high := 0
	for _, h := range heights {
		if h > evenHeight*usual+2 {
			high++
		}
	}
	return float64(high) <= (1-evenShare)*float64(len(heights))
}

// stroke returns the line that p shows: b if its middle strays little.
func (p profile) stroke(b box) stroke {
	h := p.height()
	knots := p.knots(h)
	low, high := math.Inf(1), math.Inf(-1)
	for _, k := range knots {
		low, high = min(low, k.Y), max(high, k.Y)
	}
	if len(knots) < 3 || high-low < bent*h {
		return stroke{box: b}
	}
	s := stroke{box: p.long}
	var mean float64
	for _, k := range knots {
		mean += k.Y / float64(len(knots))
	}
	at := func(u, v float64) document.Point {
		return document.Point{X: p.long.cx + u*p.long.ux - v*p.long.uy, Y: p.long.cy + u*p.long.uy + v*p.long.ux}
	}
	for _, k := range knots {
		s.spine = append(s.spine, at(k.X, k.Y))
	}
	middle := at(0, mean)
	s.cx, s.cy, s.h = middle.X, middle.Y, h
	s.box = s.upright()
	return s
}

// knots returns points on the middle of the line, in coordinates along and across the longer side; each is
// the mean of the stretch around it.
func (p profile) knots(h float64) []document.Point {
	n := min(max(int(p.long.w/(knotEvery*h)), 2), maxKnots)
	step := float64(len(p.from)) / float64(n)
	var knots []document.Point
	add := func(from, to int, x float64) {
		var sum, count float64
		for i := max(from, 0); i < min(to, len(p.from)); i++ {
			if p.count[i] > 0 {
				sum += (p.from[i] + p.to[i]) / 2
				count++
			}
		}
		if count > 0 {
			knots = append(knots, document.Point{X: x - p.long.w/2, Y: sum / count})
		}
	}
	add(0, int(h/2), 0)
	for i := 1; i < n; i++ {
		x := float64(i) * step
		add(int(x-step/2), int(x+step/2), x)
	}
	add(len(p.from)-int(h/2), len(p.from), p.long.w)
	return knots
}
