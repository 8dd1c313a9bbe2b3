package geometry

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// A float is a block beside a column of text that continues at full width above or below it: an
// infobox, a pull quote, an image with text around it. Read as a column, it would cut a paragraph in two.

// around joins what a gutter divided: the blocks above it, on both of its sides, and below it. A float
// is read after the last paragraph that ends beside it, or after the one that runs past it from top to
// bottom.
func around(p *upright.Page, above, left, right, below []block) []block {
	if isFloat(p, right, left, above, below) {
		return wrapped(p, above, left, right, below)
	}
	if isFloat(p, left, right, above, below) {
		return wrapped(p, above, right, left, below)
	}
	return slices.Concat(above, left, right, below)
}

// isFloat reports whether the text beside a float continues above or below it.
func isFloat(p *upright.Page, float, text, above, below []block) bool {
	return runsOn(p, text, below, float, true) || runsOn(p, text, above, float, false)
}

// wrapped reads text around a float.
func wrapped(p *upright.Page, above, text, float, below []block) []block {
	down, up := runsOn(p, text, below, float, true), runsOn(p, text, above, float, false)
	top := boundsOf(float).Y0
	flow := slices.Concat(above, text)
	if up {
		flow = joinAt(flow, len(above))
	}
	if !down {
		return slices.Concat(flow, float, below)
	}
	last := len(flow) - 1
	if flow[last].box().Y0 < top-p.Size { // begins above the float and ends below it
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

// runsOn reports whether a paragraph continues from text beside a float to text at full width, next,
// below or above it: at the same pitch, from edge to edge.
func runsOn(p *upright.Page, text, next, float []block, down bool) bool {
	if len(text) == 0 || len(next) == 0 || len(float) == 0 {
		return false
	}
	var rows []upright.Row
	for _, b := range text {
		rows = append(rows, b.rows...)
	}
	narrow, wide := rows[len(rows)-1], next[0].rows[0]
	if !down {
		last := next[len(next)-1].rows
		narrow, wide = rows[0], last[len(last)-1]
	}
	if narrow[0].Object != nil || wide[0].Object != nil || max(narrow.Size(), wide.Size()) > 1.2*min(narrow.Size(), wide.Size()) {
		return false
	}
	c, n, w, f := columnOf(p, rows), narrow.Box(), wide.Box(), boundsOf(float)
	size := narrow.Size()
	distance, clear := w.CenterY()-n.CenterY(), w.Y0-f.Y1
	if !down {
		distance, clear = -distance, f.Y0-w.Y1
	}
	const ragged = 2.5 // text heights by which a full line may fall short
	switch {
	case len(rows) < 3 || c.right-c.left < upright.ProseWidth*size || f.Width() > c.right-c.left:
		return false
	case math.Abs(distance-c.pitch) > 0.2*c.pitch || clear < 0.3*size:
		return false
	case n.X0-c.left > 0.6*size || w.OverlapX(f) < 2*size:
		return false
	case down:
		return c.right-n.X1 < ragged*size && isFlush(c, w, f, size)
	default:
		return max(f.X1, c.right)-w.X1 < ragged*size && isFlush(c, w, f, size)
	}
}

// isFlush reports whether a line at full width begins, or ends, where the column
// does on the side away from the float.
func isFlush(c column, wide, float plane.Box, size float64) bool {
	if float.CenterX() > (c.left+c.right)/2 {
		return math.Abs(wide.X0-c.left) < 0.6*size
	}
	return math.Abs(wide.X1-c.right) < 1.5*size
}
