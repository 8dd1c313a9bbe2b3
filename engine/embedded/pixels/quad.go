package pixels

import (
	"math"

	"ocr-gateway/document"
)

// TallLine is the ratio of height to width from which a line runs downwards.
const TallLine = 1.5

// QuadSize returns the lengths of the sides along and across the text.
func QuadSize(q [4]document.Point) (w, h float64) {
	w = (math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y) + math.Hypot(q[2].X-q[3].X, q[2].Y-q[3].Y)) / 2
	h = (math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y) + math.Hypot(q[2].X-q[1].X, q[2].Y-q[1].Y)) / 2
	return w, h
}

// PartOf returns the part of q between two shares of its length along the text.
func PartOf(q [4]document.Point, from, to float64) [4]document.Point {
	along := func(a, b document.Point, share float64) document.Point {
		return document.Point{X: a.X + share*(b.X-a.X), Y: a.Y + share*(b.Y-a.Y)}
	}
	return [4]document.Point{along(q[0], q[1], from), along(q[0], q[1], to), along(q[3], q[2], to), along(q[3], q[2], from)}
}

// BBoxOf returns the smallest pixel box around q within a w x h image.
func BBoxOf(q [4]document.Point, w, h int) document.BBox {
	minX, maxX, minY, maxY := q[0].X, q[0].X, q[0].Y, q[0].Y
	for _, p := range q[1:] {
		minX, maxX = min(minX, p.X), max(maxX, p.X)
		minY, maxY = min(minY, p.Y), max(maxY, p.Y)
	}
	clamp := func(v float64, hi int) int { return min(max(int(v), 0), hi) }
	return document.BBox{
		clamp(math.Floor(minX), w), clamp(math.Floor(minY), h),
		clamp(math.Ceil(maxX), w), clamp(math.Ceil(maxY), h),
	}
}

// TurnPoint turns p with a w x h image clockwise by degrees.
func TurnPoint(p document.Point, w, h, degrees int) document.Point {
	switch degrees {
	case 90:
		return document.Point{X: float64(h) - p.Y, Y: p.X}
	case 180:
		return document.Point{X: float64(w) - p.X, Y: float64(h) - p.Y}
	case 270:
		return document.Point{X: p.Y, Y: float64(w) - p.X}
	}
	return p
}

// StartAt rotates the order of the corners so that corner i comes first.
func StartAt(q [4]document.Point, i int) [4]document.Point {
	return [4]document.Point{q[i%4], q[(i+1)%4], q[(i+2)%4], q[(i+3)%4]}
}

// TurnBox turns a box clockwise with its w x h page.
func TurnBox(b document.BBox, w, h, degrees int) document.BBox {
	p := TurnPoint(document.Point{X: float64(b[0]), Y: float64(b[1])}, w, h, degrees)
	q := TurnPoint(document.Point{X: float64(b[2]), Y: float64(b[3])}, w, h, degrees)
	return document.BBox{int(min(p.X, q.X)), int(min(p.Y, q.Y)), int(max(p.X, q.X)), int(max(p.Y, q.Y))}
}
