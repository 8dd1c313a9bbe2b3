package ink

import (
	"image"

	"ocr-gateway/document"
)

// Least is how many squares the smallest thing that may be text has.
const Least = 6

const (
	reach    = 3 // squares; white up to here does not divide an area
	margins  = 8 // squares that an area is enlarged by on each side
	maxAreas = 200
)

// Count is how many squares are marked in a box of the page.
func Count(b document.Blocks, box document.BBox) (squares int) {
	if b.Step <= 0 {
		return 0
	}
	x0, x1 := max(box[0]/b.Step, 0), min((box[2]-1)/b.Step+1, b.Width)
	for y := max(box[1]/b.Step, 0); y < min((box[3]-1)/b.Step+1, b.Height); y++ {
		for range marked(b.Bits, y*b.Width+x0, y*b.Width+x1) {
			squares++
		}
	}
	return squares
}

// Areas returns the places of a page, in pixels, where ink may be text, together with other places to be
// searched. There are none where the page has no map.
func Areas(b document.Blocks, beside []image.Rectangle, page image.Rectangle) []document.BBox {
	if b.Step <= 0 {
		return nil
	}
	cells := newCells(b)
	var found []image.Rectangle
	for i := range cells.ink {
		if cells.ink[i] == 0 {
			continue
		}
		if box, ink := cells.take(i); ink >= Least {
			found = append(found, box)
		}
	}
	for _, box := range beside {
		found = append(found, image.Rect(box.Min.X/b.Step, box.Min.Y/b.Step, box.Max.X/b.Step+1, box.Max.Y/b.Step+1))
	}
	for i := range found {
		found[i] = found[i].Inset(-margins)
	}
	found = joined(found)
	if len(found) > maxAreas {
		all := found[0]
		for _, r := range found {
			all = all.Union(r)
		}
		found = []image.Rectangle{all}
	}
	var areas []document.BBox
	for _, r := range found {
		r = image.Rect(r.Min.X*b.Step, r.Min.Y*b.Step, r.Max.X*b.Step, r.Max.Y*b.Step).Intersect(page)
		if !r.Empty() {
			areas = append(areas, document.BoxOf(r))
		}
	}
	return areas
}

// cells is a coarser map: each cell is reach x reach squares.
type cells struct {
	blocks        document.Blocks
	width, height int
	ink           []int // marked squares in each
}

func newCells(b document.Blocks) cells {
	c := cells{blocks: b, width: (b.Width + reach - 1) / reach, height: (b.Height + reach - 1) / reach}
	c.ink = make([]int, c.width*c.height)
	for y := range b.Height {
		for x := range b.Width {
			if b.At(x, y) {
				c.ink[y/reach*c.width+x/reach]++
			}
		}
	}
	return c
}

// take removes a cell and those connected with it, and returns their extent in squares and their ink.
func (c cells) take(first int) (box image.Rectangle, ink int) {
	stack := []int{first}
	ink, c.ink[first] = c.ink[first], 0
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := i%c.width, i/c.width
		box = box.Union(c.extent(x, y))
		for v := max(y-1, 0); v <= min(y+1, c.height-1); v++ {
			for u := max(x-1, 0); u <= min(x+1, c.width-1); u++ {
				if j := v*c.width + u; c.ink[j] > 0 {
					ink += c.ink[j]
					c.ink[j] = 0
					stack = append(stack, j)
				}
			}
		}
	}
	return box, ink
}

// extent is the box of the marked squares of a cell.
func (c cells) extent(x, y int) (box image.Rectangle) {
	for v := y * reach; v < (y+1)*reach; v++ {
		for u := x * reach; u < (x+1)*reach; u++ {
			if c.blocks.At(u, v) && u < c.blocks.Width {
				box = box.Union(image.Rect(u, v, u+1, v+1))
			}
		}
	}
	return box
}

// joined merges boxes that overlap.
func joined(boxes []image.Rectangle) []image.Rectangle {
	for again := len(boxes) <= 2*maxAreas; again; {
		again = false
		for i := 0; i < len(boxes); i++ {
			for j := i + 1; j < len(boxes); j++ {
				if boxes[i].Inset(-1).Overlaps(boxes[j]) {
					boxes[i] = boxes[i].Union(boxes[j])
					boxes = append(boxes[:j], boxes[j+1:]...)
					j, again = i, true
				}
			}
		}
	}
	return boxes
}
