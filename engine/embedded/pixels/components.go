package pixels

import (
	"encoding/binary"
	"image"
)

// run is a row of adjacent marks, in columns [from, to). Of connected runs the first holds the box of all,
// and the others lead to it.
type run struct {
	from, to, lead           int32
	left, top, right, bottom int32
}

// Components returns the boxes of connected marks, which are not 0 and touch each other also at corners, in a
// grid of the given width, in the order of their first marks.
func Components(marked []uint8, width int) []image.Rectangle {
	var runs []run
	above, begin := 0, 0 // the first run of the row above, and of this one
	for y := range len(marked) / max(width, 1) {
		above, begin = begin, len(runs)
		row := marked[y*width:][:width]
		for x := NextMark(row, 0); x < width; x = NextMark(row, x) {
			from := x
			for x < width && row[x] != 0 {
				x++
			}
			at := int32(len(runs))
			runs = append(runs, run{int32(from), int32(x), at, int32(from), int32(y), int32(x), int32(y) + 1})
			for above < begin && int(runs[above].to) < from {
				above++
			}
			for i := above; i < begin && int(runs[i].from) <= x; i++ {
				join(runs, int32(i), at)
			}
		}
	}
	var boxes []image.Rectangle
	for i, r := range runs {
		if int(r.lead) == i {
			boxes = append(boxes, image.Rect(int(r.left), int(r.top), int(r.right), int(r.bottom)))
		}
	}
	return boxes
}

// NextMark is the position of the next mark (not 0) of a row from x on; the length of the row if there is
// none. Most of a page is blank, and skipped eight bytes at a time.
func NextMark(row []uint8, x int) int {
	for ; x+8 <= len(row) && binary.NativeEndian.Uint64(row[x:]) == 0; x += 8 {
	}
	for x < len(row) && row[x] == 0 {
		x++
	}
	return x
}

// join merges what two runs belong to.
func join(runs []run, a, b int32) {
	a, b = first(runs, a), first(runs, b)
	if a == b {
		return
	}
	a, b = min(a, b), max(a, b)
	runs[b].lead = a
	one, other := &runs[a], runs[b]
	one.left, one.top = min(one.left, other.left), min(one.top, other.top)
	one.right, one.bottom = max(one.right, other.right), max(one.bottom, other.bottom)
}

// first finds the first of the runs that a run is connected with, and shortens the way there.
func first(runs []run, i int32) int32 {
	for runs[i].lead != i {
		runs[i].lead = runs[runs[i].lead].lead
		i = runs[i].lead
	}
	return i
}
