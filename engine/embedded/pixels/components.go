package pixels

import "image"

// Components are the boxes around what is marked and touches each other, also at corners,
// in a grid of the given width, in the order of their first marks. It clears marked.
func Components(marked []bool, width int) []image.Rectangle {
	var boxes []image.Rectangle
	var stack []image.Point
	for start := range marked {
		if !marked[start] {
			continue
		}
		marked[start] = false
		first := image.Pt(start%width, start/width)
		stack = append(stack[:0], first)
		left, right, bottom := first.X, first.X, first.Y // its top is that of its first mark
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			left, right, bottom = min(left, at.X), max(right, at.X), max(bottom, at.Y)
			x0, x1 := max(at.X-1, 0), min(at.X+1, width-1)
			for y := max(at.Y-1, 0); y <= min(at.Y+1, len(marked)/width-1); y++ {
				row := marked[y*width:][x0 : x1+1]
				for i, is := range row {
					if is {
						row[i] = false
						stack = append(stack, image.Pt(x0+i, y))
					}
				}
			}
		}
		boxes = append(boxes, image.Rect(left, first.Y, right+1, bottom+1))
	}
	return boxes
}
