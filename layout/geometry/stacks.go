package geometry

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// Blocks of a few short rows side by side, as on price tags and at the top of a letter, are neither
// columns nor a table: their rows differ in size, or are not level with those of their neighbors. Each is
// read by itself.

const (
	stackItems = 4    // at most; more are a column
	stackGap   = 0.25 // text heights, at most, between the rows of a stack
	stackApart = 1.0  // text heights, at least, between stacks
	otherSize  = 1.3  // between text heights that differ on purpose
	bandItems  = 200  // of a part of a page, at most, in which stacks are looked for; posters have fewer
)

// stack is a few pieces of text right above each other.
type stack struct {
	plane.Box
	items []*upright.Item // top to bottom
}

// stacks divides a part of a page into pieces that are to be read row by row.
func stacks(part []*upright.Item) [][]*upright.Item {
	if len(part) == 0 {
		return nil
	}
	if len(part) > bandItems {
		return [][]*upright.Item{part}
	}
	band := bandOf(stacksOf(part))
	if band == nil {
		return [][]*upright.Item{part}
	}
	inBand := make(map[*upright.Item]bool)
	all := band[0].Box
	var pieces [][]*upright.Item
	for _, b := range band {
		all = all.Union(b.Box)
		pieces = append(pieces, b.items)
		for _, it := range b.items {
			inBand[it] = true
		}
	}
	var above, below []*upright.Item
	for _, it := range part {
		switch {
		case inBand[it]:
		case it.CenterY() < all.CenterY():
			above = append(above, it)
		default:
			below = append(below, it)
		}
	}
	return slices.Concat(stacks(above), pieces, stacks(below))
}

// stacksOf groups items that stand right above each other, from the top of the page.
func stacksOf(items []*upright.Item) []stack {
	items = slices.Clone(items)
	upright.SortDown(items)
	group := upright.NewGroups(len(items))
	for i, a := range items {
		for j, b := range items[i+1:] {
			gap := -a.OverlapY(b.Box) / min(a.Size, b.Size)
			if a.OverlapX(b.Box) > 0.5*min(a.Width(), b.Width()) && gap > -0.5 && gap < stackGap {
				group.Join(i, i+1+j)
			}
		}
	}
	at := make(map[int]int)
	var stacks []stack
	for i, it := range items {
		k, ok := at[group.Root(i)]
		if !ok {
			k = len(stacks)
			at[group.Root(i)] = k
			stacks = append(stacks, stack{Box: it.Box})
		}
		stacks[k].Box = stacks[k].Union(it.Box)
		stacks[k].items = append(stacks[k].items, it)
	}
	return stacks
}

// bandOf finds the first stacks that stand side by side and are to be read one by one, from the left;
// nil without any.
func bandOf(stacks []stack) []stack {
	for i := range stacks {
		if len(stacks[i].items) < 2 {
			continue
		}
		band := beside(stacks, stacks[i])
		if len(band) > 1 && apart(band) && !levelRows(band) {
			return band
		}
	}
	return nil
}

// beside returns the stacks level with from in part, or with another of those that it returns.
func beside(stacks []stack, from stack) []stack {
	var band []stack
	y := plane.Span{From: from.Y0, To: from.Y1}
	for {
		n := len(band)
		band = band[:0]
		for _, b := range stacks {
			if min(b.Y1, y.To)-max(b.Y0, y.From) > 0.2*min(b.Height(), y.Length()) {
				band = append(band, b)
				y = plane.Span{From: min(y.From, b.Y0), To: max(y.To, b.Y1)}
			}
		}
		if len(band) == n {
			break
		}
	}
	slices.SortStableFunc(band, func(a, b stack) int { return cmp.Compare(a.X0, b.X0) })
	return band
}

// apart reports whether there is white between all stacks of a band.
func apart(band []stack) bool {
	for i, b := range band {
		if len(b.items) > stackItems || slices.ContainsFunc(b.items, func(it *upright.Item) bool { return it.Object != nil }) {
			return false
		}
		if i > 0 && -b.OverlapX(band[i-1].Box) < stackApart*max(b.items[0].Size, band[i-1].items[0].Size) {
			return false
		}
	}
	return true
}

// levelRows reports whether a band could as well be rows of a table or a form: text of
// one size that is level with that of a neighbor.
func levelRows(band []stack) bool {
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
			if !isLevel(short, long) && !(len(short) == 1 && !otherSized([]*upright.Item{short[0], long[0]})) {
				return false
			}
		}
	}
	return mixed < 2
}

// isLevel reports whether each item has one of the same size beside it.
func isLevel(items, others []*upright.Item) bool {
	for _, it := range items {
		if !slices.ContainsFunc(others, func(o *upright.Item) bool {
			return math.Abs(o.CenterY()-it.CenterY()) < 0.35*min(o.Size, it.Size) && !otherSized([]*upright.Item{it, o})
		}) {
			return false
		}
	}
	return true
}

// otherSized reports whether the sizes of items differ on purpose.
func otherSized(items []*upright.Item) bool {
	small, large := items[0].Size, items[0].Size
	for _, it := range items[1:] {
		small, large = min(small, it.Size), max(large, it.Size)
	}
	return large > otherSize*small
}
