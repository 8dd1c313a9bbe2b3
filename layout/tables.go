package layout

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
)

// takeTables turns tables into atoms.
func (s *sheet) takeTables(task document.Task) {
	for _, c := range s.tableAreas(task) {
		items := s.widened(c, s.within(c.box))
		for _, t := range s.tablesIn(c, items) {
			a := t.atom()
			a.label = "geometry"
			if c.zone != nil {
				a.label, a.score = c.zone.label, &c.zone.score
			}
			s.place(a, t.box, t.taken)
		}
	}
}

// tableArea is a place where a table may be.
type tableArea struct {
	box
	zone  *zone // of the model; nil when rulings or the task say so
	asked bool  // the task says that it is one
}

// tableAreas lists the places, the surest first: the whole page if that is the
// task, else the model's boxes, then grids of rulings.
func (s *sheet) tableAreas(task document.Task) []tableArea {
	if task == document.TaskTable {
		return []tableArea{{box: bounds(s.items), asked: true}}
	}
	var areas []tableArea
	grids := s.ruledAreas()
	for i := range s.zones {
		z := &s.zones[i]
		if z.label != "table" || z.score < 0.5 || s.contradicted(*z) {
			continue
		}
		b := z.box
		for _, g := range grids {
			// The model's box is coarse; the rulings are the table's true edges.
			if g.overlap(z.box) > 0.5*min(g.area(), z.area()) && g.area() < 1.6*z.area() {
				b = b.union(g)
			}
		}
		areas = append(areas, tableArea{box: b, zone: z})
	}
	slices.SortStableFunc(areas, func(a, b tableArea) int { return cmp.Compare(b.zone.score, a.zone.score) })
	for _, g := range grids {
		areas = append(areas, tableArea{box: g})
	}
	return areas
}

// contradicted says whether the model also calls a good part of a table text, and is
// surer of it.
func (s *sheet) contradicted(table zone) bool {
	return slices.ContainsFunc(s.zones, func(z zone) bool {
		return (z.label == "text" || z.label == "reference") && z.score > table.score &&
			z.inside(table.box) > 0.8 && z.area() > 0.2*table.area()
	})
}

// within lists the lines whose greater part lies in an area.
func (s *sheet) within(area box) []*item {
	var items []*item
	for _, it := range s.items {
		if it.atom == nil && it.inside(area) > 0.5 && it.cy() > area.y0-0.1*s.size && it.cy() < area.y1+0.1*s.size {
			items = append(items, it)
		}
	}
	sortDown(items)
	return items
}

// widened adds what stands beside an area on the area's own rows: rulings and
// models often leave out the first column, whose entries have no rulings around them.
func (s *sheet) widened(area tableArea, items []*item) []*item {
	if area.asked || len(items) < 2 {
		return items
	}
	rows := rowsOf(items)
	var left, right []*item
	i := 0
	all := slices.Clone(s.items)
	sortDown(all)
	for _, it := range all {
		if it.atom != nil || it.cx() >= area.x0 && it.cx() < area.x1 {
			continue
		}
		for i < len(rows)-1 && abs(rows[i+1].box().cy()-it.cy()) <= abs(rows[i].box().cy()-it.cy()) {
			i++
		}
		if abs(rows[i].box().cy()-it.cy()) > 0.35*s.size {
			continue
		}
		if it.cx() < area.x0 {
			left = append(left, it)
		} else {
			right = append(right, it)
		}
	}
	for _, group := range [][]*item{left, right} {
		if 2*len(group) < len(rows) || len(group) > len(rows) || s.isProse(group) {
			continue
		}
		between := 0 // lines of the same column that no row of the table goes with
		b := bounds(group)
		for _, it := range all {
			if it.atom == nil && it.overlapX(b) > 0 && it.cy() > b.y0 && it.cy() < b.y1 {
				between++
			}
		}
		if between <= len(group)*5/4 {
			items = append(items, group...)
		}
	}
	sortDown(items)
	return s.headed(items, all)
}

// headed adds the heads that stand right above a table over some of its columns,
// and what else is on their row.
func (s *sheet) headed(items, all []*item) []*item {
	b := bounds(items)
	row := span{b.y1, b.y0} // centres of the heads
	var level []*item       // all that could be on their row
	for _, it := range slices.Backward(all) {
		above := b.y0 - it.y1
		if it.atom != nil || it.cy() >= b.y0 || above >= 0.6*s.size || above <= -0.5*s.size ||
			it.x0 < b.x0-s.size || it.x1 > b.x1+s.size || it.width() > 0.4*b.width() || slices.Contains(items, it) {
			continue
		}
		level = append(level, it)
		if it.x0 > b.x0+3*s.size {
			row = span{min(row.from, it.cy()), max(row.to, it.cy())}
		}
	}
	for _, it := range level {
		if it.cy() > row.from-0.35*s.size && it.cy() < row.to+0.35*s.size {
			items = append(items, it)
		}
	}
	sortDown(items)
	return items
}

// maxRulings bounds the pairs of rulings that are compared.
const maxRulings = 600

// ruledAreas finds tables by their rulings: groups that cross each other, and
// horizontal rulings of one width above each other.
func (s *sheet) ruledAreas() []box {
	r := s.findRulings()
	if len(r.horizontal)+len(r.vertical) > maxRulings {
		return nil
	}
	near := 0.6 * s.size
	group := newGroups(len(r.horizontal) + len(r.vertical))
	nh := len(r.horizontal)
	for j, v := range r.vertical {
		var crossed []int
		at := span{math.Inf(1), math.Inf(-1)}
		for i, h := range r.horizontal {
			if v.at < h.from-near || v.at > h.to+near {
				continue
			}
			at = span{min(at.from, h.at), max(at.to, h.at)}
			if h.at > v.from-1.5*s.size && h.at < v.to+1.5*s.size {
				crossed = append(crossed, i)
			}
		}
		// A line far longer than what lies across it is the fold of a book or the edge
		// of the paper.
		if len(crossed) > 0 && v.length() < 1.5*at.length()+4*s.size {
			for _, i := range crossed {
				group.join(i, nh+j)
			}
		}
	}
	type extent struct {
		box
		h, v int
	}
	found := make(map[int]*extent)
	for i := range nh + len(r.vertical) {
		var b box
		if i < nh {
			b = box{r.horizontal[i].from, r.horizontal[i].at, r.horizontal[i].to, r.horizontal[i].at}
		} else {
			v := r.vertical[i-nh]
			b = box{v.at, v.from, v.at, v.to}
		}
		e := found[group.root(i)]
		if e == nil {
			e = &extent{box: b}
			found[group.root(i)] = e
		}
		e.box = e.box.union(b)
		if i < nh {
			e.h++
		} else {
			e.v++
		}
	}
	var areas []box
	for _, e := range found {
		if e.h >= 3 && e.v >= 2 {
			areas = append(areas, e.box)
		}
	}
	areas = append(areas, s.stacked(r.horizontal)...)
	slices.SortFunc(areas, func(a, b box) int {
		return cmp.Or(cmp.Compare(b.area(), a.area()), cmp.Compare(a.y0, b.y0), cmp.Compare(a.x0, b.x0))
	})
	return areas
}

// stacked finds three or more horizontal rulings of the same width above each other.
func (s *sheet) stacked(horizontal []ruling) []box {
	var areas []box
	used := make([]bool, len(horizontal))
	for i, top := range horizontal {
		if used[i] || top.length() < 8*s.size {
			continue
		}
		b := box{top.from, top.at, top.to, top.at}
		n := 1
		for j := i + 1; j < len(horizontal); j++ {
			h := horizontal[j]
			if abs(h.from-top.from) < 1.5*s.size && abs(h.to-top.to) < 1.5*s.size {
				used[j] = true
				b.y1 = h.at
				n++
			}
		}
		if n >= 3 {
			areas = append(areas, b)
		}
	}
	return areas
}

// groups is a union-find over small numbers.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) root(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

func (g groups) join(i, j int) {
	if a, b := g.root(i), g.root(j); a != b {
		g[max(a, b)] = min(a, b)
	}
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}
