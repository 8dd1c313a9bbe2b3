package geometry

import (
	"image"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry/upright"
)

// Vertical writing runs in columns from the right of the page. Such a page is turned to the left, so that
// its columns are rows from the top, analyzed, and the regions are turned back.

const (
	steepLine  = 1.5 // of its width, above which a line's height makes it a column
	fewColumns = 2   // columns of vertical writing, at least
)

// isVertical reports whether most of the text of a page runs downwards.
func isVertical(lines []document.Line) bool {
	n, down, across := 0, 0, 0
	for _, l := range lines {
		w, h := l.BBox[2]-l.BBox[0], l.BBox[3]-l.BBox[1]
		switch {
		case float64(h) >= steepLine*float64(w):
			n++
			down += h
		case float64(w) >= steepLine*float64(h):
			across += w
		}
	}
	return n >= fewColumns && down > across
}

// analyzeVertical finds the regions of a page of vertical writing.
func analyzeVertical(page *document.Page, lines []document.Line, boxes []document.Region, task document.Task) []document.Region {
	w, h := page.Width, page.Height
	turned := &document.Page{Number: page.Number, Width: h, Height: w, Image: turnedLeft(upright.Gray(page.Image))}
	for i := range lines {
		turnLine(&lines[i], func(p document.Point) document.Point { return document.Point{X: p.Y, Y: float64(w) - p.X} }, 1)
	}
	boxes = slices.Clone(boxes)
	for i, b := range boxes {
		boxes[i].BBox = document.BBox{b.BBox[1], w - b.BBox[2], b.BBox[3], w - b.BBox[0]}
	}
	regions := analyze(upright.New(turned, lines, boxes), task)
	back := func(b document.BBox) document.BBox { return document.BBox{w - b[3], b[0], w - b[1], b[2]} }
	for i := range regions {
		r := &regions[i]
		r.BBox = back(r.BBox)
		for k := range r.Lines {
			turnLine(&r.Lines[k], func(p document.Point) document.Point { return document.Point{X: float64(w) - p.Y, Y: p.X} }, 3)
		}
		if r.Grid != nil {
			for k := range r.Grid.Cells {
				r.Grid.Cells[k].BBox = back(r.Grid.Cells[k].BBox)
			}
		}
	}
	return regions
}

// turnLine turns a line by a quarter. Its text then starts at the corner that had the index first.
func turnLine(l *document.Line, turn func(document.Point) document.Point, first int) {
	var q [4]document.Point
	for i := range q {
		q[i] = turn(l.Quad[(i+first)%4])
	}
	a := turn(document.Point{X: float64(l.BBox[0]), Y: float64(l.BBox[1])})
	b := turn(document.Point{X: float64(l.BBox[2]), Y: float64(l.BBox[3])})
	l.Quad = q
	l.BBox = document.BBox{int(min(a.X, b.X)), int(min(a.Y, b.Y)), int(max(a.X, b.X)), int(max(a.Y, b.Y))}
	l.Spine = slices.Clone(l.Spine)
	for i, p := range l.Spine {
		l.Spine[i] = turn(p)
	}
}

// turnedLeft returns a page turned to the left by a quarter; nil for nil.
func turnedLeft(page *image.Gray) image.Image {
	if page == nil {
		return nil
	}
	w, h := page.Rect.Dx(), page.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, h, w))
	for y := range h {
		for x, v := range page.Pix[y*page.Stride:][:w] {
			out.Pix[(w-1-x)*out.Stride+y] = v
		}
	}
	return out
}
