package layout

import "slices"

// dropCap is a large first letter beside the first lines of its paragraph.
type dropCap struct {
	letter *item
	first  *item // line that it begins
}

const (
	capSize  = 1.8 // of the text height beside it, at least
	capWidth = 1.5 // of its own height, at most
)

// dropCaps finds the drop caps among items and gives the others.
func dropCaps(items []*item) (caps []dropCap, rest []*item) {
	for _, it := range items {
		first := capOf(items, it)
		if first == nil || capOf(items, first) != nil { // a cap of caps is no text
			rest = append(rest, it)
			continue
		}
		caps = append(caps, dropCap{it, first})
	}
	return caps, rest
}

// capOf gives the upper of two or more lines that begin right beside it, nil if
// it is no drop cap.
func capOf(items []*item, it *item) *item {
	if it.atom != nil || it.width() > capWidth*it.height() {
		return nil
	}
	var first *item
	lines := 0
	for _, o := range items {
		if o.atom != nil || it.size < capSize*o.size || o.cy() < it.y0 || o.cy() > it.y1 || o.width() < it.width() {
			continue
		}
		if white := o.x0 - it.x1; white < -0.5*o.size || white > 1.5*o.size {
			continue
		}
		lines++
		if first == nil || o.cy() < first.cy() {
			first = o
		}
	}
	if lines < 2 {
		return nil
	}
	return first
}

// withCaps puts drop caps before the lines that they begin, each at the start of a paragraph.
func withCaps(blocks []block, caps []dropCap) []block {
	for _, c := range caps {
		for i := range blocks {
			at := slices.IndexFunc(blocks[i].rows, func(r row) bool { return slices.Contains(r, c.first) })
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
