package pixels

import "image"

// Components are the boxes around what is marked and touches each other, also at corners,
// in a grid of the given width, in the order of their first marks. It clears marked.
func Components(marked []bool, width int) []image.Rectangle {
	var boxes []image.Rectangle
	var stack []int
	for start := range marked {
		if !marked[start] {
			continue
		}
		marked[start] = false
		stack = append(stack[:0], start)
		var box image.Rectangle
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := at%width, at/width
			box = box.Union(image.Rect(x, y, x+1, y+1))
			for ny := max(y-1, 0); ny <= min(y+1, len(marked)/width-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, width-1); nx++ {
					if next := ny*width + nx; marked[next] {
						marked[next] = false
						stack = append(stack, next)
					}
				}
			}
		}
		boxes = append(boxes, box)
	}
	return boxes
}
