package layout

import (
	"ocr-gateway/document"
)

// atom is a table or a figure, which takes one place in the reading order.
type atom struct {
	kind  document.RegionType
	label string
	score *float64
	bbox  document.BBox
	inner []*item        // lines of text in it, in reading order
	grid  *document.Grid // of a table; its cells index inner
}

// regions makes the finished regions of an atom: the table, or the figure and
// then the text in it.
func (a *atom) regions(s *sheet) []document.Region {
	r := document.Region{Type: a.kind, Label: a.label, Score: a.score, BBox: a.bbox, Grid: a.grid}
	if a.kind != document.RegionImage {
		r.Lines = s.linesOf(a.inner)
		return []document.Region{r}
	}
	if len(a.inner) == 0 {
		return []document.Region{r}
	}
	text := document.Region{Type: document.RegionText, Label: a.label, Score: a.score, BBox: s.bbox(a.inner), Lines: s.linesOf(a.inner)}
	return []document.Region{r, text}
}

func (s *sheet) linesOf(items []*item) []document.Line {
	lines := make([]document.Line, len(items))
	for i, it := range items {
		lines[i] = s.lines[it.line]
	}
	return lines
}

// place puts an atom into the reading order instead of the items taken into it.
func (s *sheet) place(a *atom, b box, taken []*item) {
	gone := make(map[*item]bool, len(taken))
	for _, it := range taken {
		gone[it] = true
		b = b.union(it.box)
	}
	var kept []*item
	for _, it := range s.items {
		if !gone[it] {
			kept = append(kept, it)
		}
	}
	s.items = append(kept, &item{box: b, size: s.size, line: -1, atom: a})
}
