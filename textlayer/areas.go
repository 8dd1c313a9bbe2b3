package textlayer

import (
	"image"
	"iter"

	"ocr-gateway/document"
)

const (
	ruleLength = 12 // squares: what is longer and thin is a rule
	ruleThick  = 2  // squares
	leastInk   = 6  // squares of the smallest thing that may be text
	reach      = 3  // squares of white within one area
	margins    = 8  // squares around an area, for who looks there
	maxAreas   = 200
)

// withoutRules takes long thin strokes out of a map, and tells where they were.
func withoutRules(b document.Blocks) (rest document.Blocks, rules []document.BBox) {
	if b.Width <= 0 || b.Height <= 0 || b.Step <= 0 || len(b.Bits)*8 < b.Width*b.Height {
		return document.Blocks{}, nil
	}
	rest = b
	rest.Bits = append([]byte(nil), b.Bits...)
	for _, down := range []bool{false, true} {
		rules = append(rules, takeRules(b, rest, down)...)
	}
	return rest, rules
}

// takeRules clears the strokes that run across, or down, in rest.
func takeRules(b, rest document.Blocks, down bool) (rules []document.BBox) {
	at := func(along, across int) bool { return b.At(along, across) }
	length, marks := b.Width, marksOf(b, down)
	if down {
		at = func(along, across int) bool { return b.At(across, along) }
		length = b.Height
	}
	for across, n := range marks {
		if n < ruleLength {
			continue
		}
		for from := 0; from < length; {
			if !at(from, across) {
				from++
				continue
			}
			to := from
			thick := 0 // squares of the run that are part of something thicker
			for ; to < length && at(to, across); to++ {
				n := 1
				for k := 1; k <= ruleThick && at(to, across-k); k++ {
					n++
				}
				for k := 1; k <= ruleThick && at(to, across+k); k++ {
					n++
				}
				if n > ruleThick {
					thick++
				}
			}
			if to-from >= ruleLength && 4*thick < to-from {
				box := image.Rect(from, across, to, across+1)
				if down {
					box = image.Rect(across, from, across+1, to)
				}
				unmark(rest, box)
				rules = append(rules, document.BBox{box.Min.X * b.Step, box.Min.Y * b.Step, box.Max.X * b.Step, box.Max.Y * b.Step})
			}
			from = to
		}
	}
	return rules
}

// marksOf counts the squares marked in each row, or column.
func marksOf(b document.Blocks, down bool) []int {
	rows, columns := make([]int, b.Height), make([]int, b.Width)
	for i := range marked(b.Bits, 0, b.Width*b.Height) {
		rows[i/b.Width]++
		columns[i%b.Width]++
	}
	if down {
		return columns
	}
	return rows
}

// marked gives the places of the bits that are set from one to before another.
func marked(all []byte, from, to int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := from; i < to; i++ {
			switch b := all[i/8] >> (i % 8); {
			case b == 0:
				i |= 7 // to the end of the byte
			case b&1 != 0:
				if !yield(i) {
					return
				}
			}
		}
	}
}

func unmark(b document.Blocks, box image.Rectangle) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			i := y*b.Width + x
			b.Bits[i/8] &^= 1 << (i % 8)
		}
	}
}

// areas are the places of the page where strange ink may be text, which somebody has to look for.
func (p *page) areas() []document.BBox {
	b := p.marked
	if b.Step <= 0 {
		return nil
	}
	cells := newCells(b)
	var found []image.Rectangle
	for i := range cells.ink {
		if cells.ink[i] == 0 {
			continue
		}
		if box, ink := cells.take(i); ink >= leastInk {
			found = append(found, box)
		}
	}
	for _, box := range p.unclear() {
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
	page := image.Rect(0, 0, p.width, p.height)
	var areas []document.BBox
	for _, r := range found {
		r = image.Rect(r.Min.X*b.Step, r.Min.Y*b.Step, r.Max.X*b.Step, r.Max.Y*b.Step).Intersect(page)
		if !r.Empty() {
			areas = append(areas, document.BoxOf(r))
		}
	}
	return areas
}

// unclear are the places of text that is seen and of no use here: lines that are not seen
// well, and what does not run level, each run of it as one.
func (p *page) unclear() (boxes []image.Rectangle) {
	for _, ln := range p.lines {
		if !ln.seen {
			boxes = append(boxes, ln.place.BBox.Rect())
		}
	}
	run := false // the last box is one of glyphs
	for i := range p.drawn.Characters {
		c := &p.drawn.Characters[i]
		ink := c.Ink.Rect()
		if c.Upright || c.Contrast < faint || ink.Empty() || !finite(c) {
			continue
		}
		if n := len(boxes) - 1; run && boxes[n].Inset(-int(min(c.Size, 64))).Overlaps(ink) {
			boxes[n] = boxes[n].Union(ink)
		} else {
			boxes = append(boxes, ink)
		}
		run = true
	}
	return boxes
}

// cells are a map of a map: of reach x reach squares each.
type cells struct {
	blocks        document.Blocks
	width, height int
	ink           []int // squares marked in each
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

// take removes the cells that hang together with one, and gives their extent in squares and their ink.
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

// extent is the box of the squares marked in a cell.
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

// joined are boxes of which those that overlap are one.
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
