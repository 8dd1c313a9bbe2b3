package upright_test

import (
	"math"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// paper puts a point of a flat page of 1000 x 1000 where a photograph shows it.
type paper func(x, y float64) document.Point

// curled paper sags in the middle, more at its top than at its foot, where it bulges.
func curled(x, y float64) document.Point {
	u, v := x/500-1, y/500-1
	return document.Point{X: x, Y: y + 60*(u-0.3*u*u*u)*v - 70*u*u*v}
}

// aside is seen from the side: lines run together to the right.
func aside(x, y float64) document.Point {
	z := 1 + 0.25*x/1000
	return document.Point{X: x / z, Y: 500 + (y-500)/z}
}

// line is text as detectors find it: the boxes of short texts are level wherever they stand.
func (p paper) line(x, y, width float64) document.Line {
	const height = 20
	l, r := p(x, y), p(x+width, y)
	if width < 5*height {
		l.Y = (l.Y + r.Y) / 2
		r.Y = l.Y
	}
	q := [4]document.Point{{X: l.X, Y: l.Y - height/2}, {X: r.X, Y: r.Y - height/2}, {X: r.X, Y: r.Y + height/2}, {X: l.X, Y: l.Y + height/2}}
	return document.Line{Quad: q, BBox: document.BBox{int(l.X), int(min(l.Y, r.Y)) - height/2, int(r.X) + 1, int(max(l.Y, r.Y)) + height/2 + 1}}
}

// TestRowsOfCells has a table of short cells between lines of text, on paper on which its ends
// lie rows away from its middle.
func TestRowsOfCells(t *testing.T) {
	for name, p := range map[string]paper{"flat": func(x, y float64) document.Point { return document.Point{X: x, Y: y} }, "curled": curled, "aside": aside} {
		var lines []document.Line
		for _, y := range []float64{60, 90, 120, 880, 910, 940} {
			for x := 60.0; x < 900; x += 300 {
				lines = append(lines, p.line(x, y, 280))
			}
		}
		const rows, columns = 20, 8
		for r := range rows {
			for c := range columns {
				lines = append(lines, p.line(60+110*float64(c), 200+32*float64(r), 55))
			}
		}
		page := upright.New(&document.Page{Width: 1000, Height: 1000}, lines, nil)
		whole := 0
		for _, row := range upright.RowsOf(page.Items) {
			if len(row) == columns {
				whole++
			}
		}
		if whole < rows {
			t.Errorf("%s: %d of %d rows are whole", name, whole, rows)
		}
		for _, at := range []document.Point{{X: 100, Y: 200}, {X: 500, Y: 700}, {X: 900, Y: 900}, {X: 990, Y: 10}} {
			if back := page.Deskew.Back(page.Deskew.Point(at)); math.Hypot(back.X-at.X, back.Y-at.Y) > 1 {
				t.Errorf("%s: %v comes back as %v", name, at, back)
			}
		}
	}
}
