package layout

import "slices"

// A float is a block beside a column of text whose lines run on at full width
// above or below it: an infobox, a pull quote, a picture with text around it. Read
// as a column, it would cut a paragraph in two.

// around joins what a gutter divided: the blocks above it, on both of its sides,
// and below it. A float is read at the last end of a paragraph beside it, or after the paragraph
// that runs past it from top to bottom.
func (s *sheet) around(above, left, right, below []block) []block {
	if s.floats(right, left, above, below) {
		return s.wrapped(above, left, right, below)
	}
	if s.floats(left, right, above, below) {
		return s.wrapped(above, right, left, below)
	}
	return slices.Concat(above, left, right, below)
}

// floats says whether the text beside a float runs on above or below it.
func (s *sheet) floats(float, text, above, below []block) bool {
	return s.runsOn(text, below, float, true) || s.runsOn(text, above, float, false)
}

// wrapped reads text around a float.
func (s *sheet) wrapped(above, text, float, below []block) []block {
	down, up := s.runsOn(text, below, float, true), s.runsOn(text, above, float, false)
	top := boundsOfBlocks(float).y0
	flow := slices.Concat(above, text)
	if up {
		flow = joinAt(flow, len(above))
	}
	if !down {
		return slices.Concat(flow, float, below)
	}
	last := len(flow) - 1
	if flow[last].box().y0 < top-s.size { // begins above the float and ends below it
		joined := joinAt(slices.Concat(flow, below), last+1)
		return slices.Concat(joined[:last+1], float, joined[last+1:])
	}
	return slices.Concat(flow[:last], float, joinAt(slices.Concat(flow[last:], below), 1))
}

// joinAt makes one paragraph of blocks[i-1] and blocks[i].
func joinAt(blocks []block, i int) []block {
	blocks[i-1].rows = slices.Concat(blocks[i-1].rows, blocks[i].rows)
	return slices.Delete(blocks, i, i+1)
}

// runsOn says whether a paragraph goes on from text beside a float to the full
// width of next, which lies below it or above: at the same pitch, from edge to edge.
func (s *sheet) runsOn(text, next, float []block, down bool) bool {
	if len(text) == 0 || len(next) == 0 || len(float) == 0 {
		return false
	}
	var rows []row
	for _, b := range text {
		rows = append(rows, b.rows...)
	}
	narrow, wide := rows[len(rows)-1], next[0].rows[0]
	if !down {
		last := next[len(next)-1].rows
		narrow, wide = rows[0], last[len(last)-1]
	}
	if narrow[0].atom != nil || wide[0].atom != nil || max(narrow.size(), wide.size()) > 1.2*min(narrow.size(), wide.size()) {
		return false
	}
	c, n, w, f := s.columnOf(rows), narrow.box(), wide.box(), boundsOfBlocks(float)
	size := narrow.size()
	distance, clear := w.cy()-n.cy(), w.y0-f.y1
	if !down {
		distance, clear = -distance, f.y0-w.y1
	}
	const ragged = 2.5 // text heights by which a full line may fall short
	switch {
	case len(rows) < 3 || c.right-c.left < proseWidth*size || f.width() > c.right-c.left:
		return false
	case abs(distance-c.pitch) > 0.2*c.pitch || clear < 0.3*size:
		return false
	case n.x0-c.left > 0.6*size || w.overlapX(f) < 2*size:
		return false
	case down:
		return c.right-n.x1 < ragged*size && s.flush(c, w, f, size)
	default:
		return max(f.x1, c.right)-w.x1 < ragged*size && s.flush(c, w, f, size)
	}
}

// flush says whether a line at full width begins, or ends, where the column does
// on the side away from the float.
func (s *sheet) flush(c column, wide, float box, size float64) bool {
	if float.cx() > (c.left+c.right)/2 {
		return abs(wide.x0-c.left) < 0.6*size
	}
	return abs(wide.x1-c.right) < 1.5*size
}

func boundsOfBlocks(blocks []block) box {
	all := blocks[0].box()
	for _, b := range blocks[1:] {
		all = all.union(b.box())
	}
	return all
}
