package pixels

import (
	"image"
	"math"

	"ocr-gateway/document"
)

// The image of a line that a program is given: letters some 30 pixels high with white around them.
const (
	straightHeight = 48
	StraightBorder = 10   // the white, in its pixels
	maxStraight    = 4800 // pixels wide; longer lines are squeezed
	// Marks above and below letters extend beyond the detected line, on each side by this share of its
	// height.
	straightRoom = 0.08
)

// Straight draws a line, upright and straightened, as a gray image. Its border has the brightness of the
// line's edge.
func Straight(src Raster, l document.Line) *image.Gray {
	q := l.Quad
	w, h := QuadSize(q)
	if h >= TallLine*w {
		q, w, h = StartAt(q, 1), h, w
	}
	q = grow(q, straightRoom)
	h *= 1 + 2*straightRoom
	width := min(max(int(math.Ceil(w/max(h, 1)*straightHeight)), 8), maxStraight)
	size := width * straightHeight
	planes := Planes{Data: make([]float32, 3*size), W: width, H: straightHeight, Stride: width, Size: size}
	if l.Spine != nil {
		CropSpine(planes, src, l.Spine, h, q[0])
	} else {
		CropLine(planes, src, q)
	}
	img := image.NewGray(image.Rect(0, 0, width+2*StraightBorder, straightHeight+2*StraightBorder))
	var edge float32
	for x := range width {
		edge += planes.gray(x) + planes.gray((straightHeight-1)*width+x)
	}
	for i := range img.Pix {
		img.Pix[i] = uint8(edge / float32(2*width))
	}
	for y := range straightHeight {
		row := img.Pix[(y+StraightBorder)*img.Stride+StraightBorder:][:width]
		for x := range row {
			row[x] = uint8(planes.gray(y*width + x))
		}
	}
	return img
}

// gray is the brightness, 0 to 255, of a value drawn with [Symmetric].
func (p Planes) gray(at int) float32 {
	v := (.114*p.Data[at] + .587*p.Data[p.Size+at] + .299*p.Data[2*p.Size+at] + 1) * 127.5
	return min(max(v, 0), 255)
}

// grow makes a quadrilateral higher on each side by a share of its height.
func grow(q [4]document.Point, part float64) [4]document.Point {
	for _, side := range [2][2]int{{0, 3}, {1, 2}} {
		a, b := q[side[0]], q[side[1]]
		dx, dy := (b.X-a.X)*part, (b.Y-a.Y)*part
		q[side[0]] = document.Point{X: a.X - dx, Y: a.Y - dy}
		q[side[1]] = document.Point{X: b.X + dx, Y: b.Y + dy}
	}
	return q
}
