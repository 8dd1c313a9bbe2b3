package geometry

import (
	"slices"

	"ocr-gateway/layout/geometry/upright"
)

// dropCap is a large first letter beside the first lines of its paragraph.
type dropCap struct {
	letter *upright.Item
	first  *upright.Item // the line that it begins
}

const (
	capSize  = 1.8 // of the text height beside it, at least
	capWidth = 1.5 // of its own height, at most
	capSink  = 0.4 // of its own height, at most, by which its box reaches into its lines
	capWhite = 1.5 // of the text height, at most, to its lines
)

// takeDropCaps finds the drop caps among items and returns them and the others.
func takeDropCaps(items []*upright.Item) (caps []dropCap, rest []*upright.Item) {
	for _, it := range items {
		first := firstLineBeside(items, it)
		if first == nil || firstLineBeside(items, first) != nil { // the line beside it is a drop cap itself
			rest = append(rest, it)
			continue
		}
		caps = append(caps, dropCap{it, first})
	}
	return caps, rest
}

// firstLineBeside returns the upper of two or more lines that begin right beside a large letter; nil if
// it is not a drop cap.
func firstLineBeside(items []*upright.Item, it *upright.Item) *upright.Item {
	if it.Object != nil || it.Width() > capWidth*it.Height() {
		return nil
	}
	var first *upright.Item
	lines := 0
	for _, o := range items {
		if o.Object != nil || it.Size < capSize*o.Size || o.CenterY() < it.Y0 || o.CenterY() > it.Y1 || o.Width() < it.Width() {
			continue
		}
		if white := o.X0 - it.X1; white < -capSink*it.Size || white > capWhite*o.Size {
			continue
		}
		lines++
		if first == nil || o.CenterY() < first.CenterY() {
			first = o
		}
	}
	if lines < 2 {
		return nil
	}
	return first
}

// withDropCaps puts each drop cap before the line that it begins, at the start of a paragraph.
func withDropCaps(blocks []block, caps []dropCap) []block {
	for _, c := range caps {
		for i := range blocks {
			at := slices.IndexFunc(blocks[i].rows, func(r upright.Row) bool { return slices.Contains(r, c.first) })
			if at < 0 {
				continue
			}
			if at > 0 {
				above := block{kind: blocks[i].kind, rows: blocks[i].rows[:at]}
				blocks[i].rows = blocks[i].rows[at:]
				blocks = slices.Insert(blocks, i, above)
				i++
			}
			r := blocks[i].rows[0]
			blocks[i].rows[0] = slices.Insert(slices.Clone(r), slices.Index(r, c.first), c.letter)
			break
		}
	}
	return blocks
}
