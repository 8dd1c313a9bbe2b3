// Package gutters finds the strips of white that divide the columns of a page. It tells columns from
// cells by the text on both sides, and finds where columns end and others begin.
package gutters

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// Gutter is a strip of white between columns, beside X. It runs past the items From..To,
// as sorted by height.
type Gutter struct {
	X        float64 // left edge of the column to its right
	From, To int
	top, end float64 // height between which there is text on both sides
	width    float64
}

func (g Gutter) height() float64 { return g.end - g.top }

// ruled reports whether one of the rulings stands beside b in a gutter, or where the gutter would
// continue.
func (g Gutter) ruled(vertical []rulings.Ruling, b plane.Box) bool {
	return slices.ContainsFunc(vertical, func(v rulings.Ruling) bool {
		return v.At <= g.X && v.At >= g.X-max(g.width, 0) && v.From < b.CenterY() && v.To > b.CenterY()
	})
}

const (
	// gutterSlack is how far, in text heights, a box may reach into a gutter:
	// detectors pad their boxes.
	gutterSlack = 0.3
	// spacedLines is the least number of lines with only a space between words in a gutter that may
	// begin or end it. Within it there may be any number.
	spacedLines = 4
	// spacedApart is how far, in text heights, fewer of them may be from the lines of a column above
	// and below.
	spacedApart = 0.8
	// leastRiver is how much, in text heights, the spaces of such lines have in common.
	leastRiver = 0.15
	// sticksOut is how far, in text heights, a line of a column may reach over a gutter.
	sticksOut = 0.8
	// outOneIn is how many lines must begin at a gutter for each one that sticks out, two fewer for the
	// first.
	outOneIn = 5
	// gutterWork bounds the search for gutters on hostile pages, in items looked at;
	// a page of 500 lines needs about a hundredth of it.
	gutterWork = 60_000_000
)

// SideOf returns -1 for an item left of x, 1 for one to the right, 0 for one across.
func SideOf(it *upright.Item, x float64) int {
	tolerance := gutterSlack * it.Size
	switch {
	case it.X1 <= x+tolerance && it.X0 < x-tolerance:
		return -1
	case it.X0 >= x-tolerance:
		return 1
	default:
		return 0
	}
}

// Search looks for gutters on one page. It is for one goroutine.
type Search struct {
	page    *upright.Page
	rulings rulings.Rulings
	work    int // items that may still be looked at
}

// NewSearch returns a search on a page with its rulings.
func NewSearch(p *upright.Page, found rulings.Rulings) *Search {
	return &Search{page: p, rulings: found, work: gutterWork}
}

// gutters returns the strips of white in items that are sorted by height, the tallest first, whether
// columns or cells are beside them.
func (s *Search) gutters(items []*upright.Item) []Gutter {
	if len(items) < 4 || s.work <= 0 {
		return nil
	}
	var found []Gutter
	for _, x := range columnStarts(items, s.page.Size/2) {
		found = s.sweep(items, x, found)
	}
	slices.SortStableFunc(found, func(a, b Gutter) int {
		return cmp.Or(cmp.Compare(b.height(), a.height()), cmp.Compare(b.width, a.width))
	})
	return found
}

// columnStarts returns where columns may begin: the left edges of items, at most one per step.
func columnStarts(items []*upright.Item, step float64) []float64 {
	xs := make([]float64, len(items))
	for i, it := range items {
		xs[i] = it.X0
	}
	slices.Sort(xs)
	kept := xs[:0]
	for i, x := range xs {
		if i == 0 || x-kept[len(kept)-1] >= step {
			kept = append(kept, x)
		}
	}
	return kept[1:] // nothing is left of the first
}

// sweep goes down the page at x and appends every run of items that leaves x free.
func (s *Search) sweep(items []*upright.Item, x float64, found []Gutter) []Gutter {
	s.work -= len(items)
	run := strip{river: everywhere}
	flush := func(to, next int) {
		if len(run.spaced) >= spacedLines {
			run.absorb(items, x)
		}
		if len(run.spaced) > 0 {
			to = run.spaced[0]
		}
		if g, ok := run.gutter(s.page.Size); ok {
			g.X, g.To = x, to
			found = append(found, g)
		}
		run = strip{river: everywhere, from: next}
	}
	for i, it := range items {
		side := SideOf(it, x)
		if side == 0 {
			if _, ok := s.page.BlankAt(it, x); !ok {
				space, ok := s.page.SpaceAt(it, x)
				switch {
				case run.sticksOut(it, x):
				case !ok:
					flush(i, i+1)
				case !run.add(it, i, space):
					flush(i, i)
					run.add(it, i, space)
				}
				continue
			}
		}
		if n := len(run.spaced); n > 0 && beginsAt(it, x) {
			if run.holds(items) && it.Y0-items[run.spaced[n-1]].Y1 < spacedApart*it.Size || n >= spacedLines {
				run.absorb(items, x)
			} else {
				flush(i, run.spaced[n-1]+1)
			}
		}
		run.place(it, side, x)
	}
	flush(len(items), len(items))
	return found
}

// everywhere is a span that holds all others.
var everywhere = plane.Span{From: math.Inf(-1), To: math.Inf(1)}

// beginsAt reports whether an item begins at x, as the lines of a column do.
func beginsAt(it *upright.Item, x float64) bool {
	return math.Abs(it.X0-x) < it.Size
}

// strip is a run of items that leave a height free.
type strip struct {
	left, right extent
	from        int
	across      int           // lines over it with a blank there
	column      *upright.Item // the last one that begins at x
	begin, out  int           // items that begin at x, and that stick out of their column there
	spaced      []int         // the last lines over it, with a space between words there
	river       plane.Span    // what those spaces have in common
}

// add adds a line, items[i], with a space; false if the space is not below those of the others. Spaces
// between words are below each other by chance, but not line after line.
func (s *strip) add(it *upright.Item, i int, space plane.Span) bool {
	river := plane.Span{From: max(s.river.From, space.From), To: min(s.river.To, space.To)}
	if river.Length() < leastRiver*it.Size {
		return false
	}
	s.river, s.spaced = river, append(s.spaced, i)
	return true
}

// sticksOut reports whether an item only sticks out of its column over x, which few may do.
func (s *strip) sticksOut(it *upright.Item, x float64) bool {
	if it.Object != nil || min(x-it.X0, it.X1-x) > sticksOut*it.Size || outOneIn*(s.out+1) > s.begin+2 {
		return false
	}
	s.out++
	return true
}

// place adds an item that leaves x free.
func (s *strip) place(it *upright.Item, side int, x float64) {
	switch side {
	case -1:
		s.left.add(it.Box)
	case 1:
		s.right.add(it.Box)
	default:
		s.across++
	}
	if beginsAt(it, x) {
		s.column = it
		s.begin++
	}
}

// holds reports whether the lines with a space follow one that begins at x.
func (s *strip) holds(items []*upright.Item) bool {
	first := items[s.spaced[0]]
	return s.column != nil && first.Y0-s.column.Y1 < spacedApart*first.Size
}

// absorb counts the last lines with a space as lines of both sides of x.
func (s *strip) absorb(items []*upright.Item, x float64) {
	for _, i := range s.spaced {
		left, right := items[i].Box, items[i].Box
		left.X1, right.X0 = min(left.X1, max(x, left.X0)), max(right.X0, min(x, right.X1))
		if left.Width() > items[i].Size {
			s.left.add(left)
		}
		if right.Width() > items[i].Size {
			s.right.add(right)
		}
	}
	s.spaced = nil
}

// extent is that of the items on one side of a gutter.
type extent struct {
	n int
	plane.Box
}

func (e *extent) add(b plane.Box) {
	if e.n == 0 {
		e.Box = b
	} else {
		e.Box = e.Union(b)
	}
	e.n++
}

// gutter returns the gutter between the two sides of a strip, if they stand beside each other for at
// least two rows.
func (s strip) gutter(size float64) (Gutter, bool) {
	if s.left.n == 0 || s.right.n == 0 || s.across > s.left.n+s.right.n {
		return Gutter{}, false
	}
	g := Gutter{
		From:  s.from,
		top:   max(s.left.Y0, s.right.Y0),
		end:   min(s.left.Y1, s.right.Y1),
		width: s.right.X0 - s.left.X1,
	}
	return g, g.height() > 1.5*size && g.width > -2*gutterSlack*size
}
