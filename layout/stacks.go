package layout

import (
	"cmp"
	"slices"
)

// Blocks of a few short rows side by side, as on price tags and at the head of a
// letter, are no columns and no table: their rows differ in size, or are not level
// with those of their neighbours. Each is read by itself.

const (
	stackItems = 4    // at most; more are a column
	stackGap   = 0.25 // text heights, at most, between the rows of a stack
	stackApart = 1.0  // text heights, at least, between stacks
	otherSize  = 1.3  // between text heights that differ by intent
	bandItems  = 200  // of a part of a page in which stacks are looked for; posters have fewer
)

// stack is a few pieces of text right above each other.
type stack struct {
	box
	items []*item // top to bottom
}

// stacks divides a part of a page into pieces that are to be read row by row.
func (s *sheet) stacks(part []*item) [][]*item {
	if len(part) == 0 {
		return nil
	}
	if len(part) > bandItems {
		return [][]*item{part}
	}
	band := bandOf(stacksOf(part))
	if band == nil {
		return [][]*item{part}
	}
	inBand := make(map[*item]bool)
	all := band[0].box
	var pieces [][]*item
	for _, b := range band {
		all = all.union(b.box)
		pieces = append(pieces, b.items)
		for _, it := range b.items {
			inBand[it] = true
		}
	}
	var above, below []*item
	for _, it := range part {
		switch {
		case inBand[it]:
		case it.cy() < all.cy():
			above = append(above, it)
		default:
			below = append(below, it)
		}
	}
	return slices.Concat(s.stacks(above), pieces, s.stacks(below))
}

// stacksOf groups items that stand right above each other, from the top of the page.
func stacksOf(items []*item) []stack {
	items = slices.Clone(items)
	sortDown(items)
	group := newGroups(len(items))
	for i, a := range items {
		for j, b := range items[i+1:] {
			gap := -a.overlapY(b.box) / min(a.size, b.size)
			if a.overlapX(b.box) > 0.5*min(a.width(), b.width()) && gap > -0.5 && gap < stackGap {
				group.join(i, i+1+j)
			}
		}
	}
	at := make(map[int]int)
	var stacks []stack
	for i, it := range items {
		k, ok := at[group.root(i)]
		if !ok {
			k = len(stacks)
			at[group.root(i)] = k
			stacks = append(stacks, stack{box: it.box})
		}
		stacks[k].box = stacks[k].union(it.box)
		stacks[k].items = append(stacks[k].items, it)
	}
	return stacks
}

// bandOf finds the first stacks that stand beside each other and are to be read
// one by one, from the left; nil without any.
func bandOf(stacks []stack) []stack {
	for i := range stacks {
		if len(stacks[i].items) < 2 {
			continue
		}
		band := beside(stacks, stacks[i])
		if len(band) > 1 && apart(band) && !levelled(band) {
			return band
		}
	}
	return nil
}

// beside lists the stacks that share some height with from, or with each other.
func beside(stacks []stack, from stack) []stack {
	var band []stack
	y := span{from.y0, from.y1}
	for {
		n := len(band)
		band = band[:0]
		for _, b := range stacks {
			if min(b.y1, y.to)-max(b.y0, y.from) > 0.2*min(b.height(), y.length()) {
				band = append(band, b)
				y = span{min(y.from, b.y0), max(y.to, b.y1)}
			}
		}
		if len(band) == n {
			break
		}
	}
	slices.SortStableFunc(band, func(a, b stack) int { return cmp.Compare(a.x0, b.x0) })
	return band
}

// apart says whether there is white between all stacks of a band.
func apart(band []stack) bool {
	for i, b := range band {
		if len(b.items) > stackItems || slices.ContainsFunc(b.items, func(it *item) bool { return it.atom != nil }) {
			return false
		}
		if i > 0 && -b.overlapX(band[i-1].box) < stackApart*max(b.items[0].size, band[i-1].items[0].size) {
			return false
		}
	}
	return true
}

// levelled says whether a band could as well be rows of a table or a form: text of
// one size that is level with that of a neighbour.
func levelled(band []stack) bool {
	mixed := 0 // stacks with rows of several sizes
	for i, b := range band {
		if len(b.items) > 1 && otherSized(b.items) {
			mixed++
		}
		for _, o := range band[:i] {
			short, long := b.items, o.items
			if len(short) > len(long) {
				short, long = long, short
			}
			if !level(short, long) && !(len(short) == 1 && !otherSized([]*item{short[0], long[0]})) {
				return false
			}
		}
	}
	return mixed < 2
}

// level says whether each of some items has one of its size beside it.
func level(items, others []*item) bool {
	for _, it := range items {
		if !slices.ContainsFunc(others, func(o *item) bool {
			return abs(o.cy()-it.cy()) < 0.35*min(o.size, it.size) && !otherSized([]*item{it, o})
		}) {
			return false
		}
	}
	return true
}

// otherSized says whether the sizes of some items differ by intent.
func otherSized(items []*item) bool {
	small, large := items[0].size, items[0].size
	for _, it := range items[1:] {
		small, large = min(small, it.size), max(large, it.size)
	}
	return large > otherSize*small
}
