package assemble

import (
	"slices"
	"strings"

	"ocr-gateway/document"
)

// JoinTables joins tables that continue over a page break, in place: the rows move into the region
// where the table begins. pages are in ascending order. A table continues when it ends one page's text
// and begins the next one's, both parts have the same number of columns and the same edges, and the
// second has no header or repeats the first's, which is then dropped. It returns the indices of the
// changed pages in ascending order, whose Text and Markdown have to be written again.
func JoinTables(pages []document.PageResult) (changed []int) {
	var open *openTable // ends the text of the previous page
	for i := range pages {
		page := &pages[i]
		inFlow := Flow(page.Regions)
		if len(inFlow) == 0 {
			open.finish()
			open = nil
			continue
		}
		last := inFlow[len(inFlow)-1]
		if first := firstTable(inFlow); first != nil && open.goesOn(page, first) {
			changed = append(changed, open.page, i)
			if first == last {
				open.last = page.Number
				continue // the table fills the page: it may continue on the next one
			}
		}
		open.finish()
		open = beginTable(i, page, last)
	}
	open.finish()
	slices.Sort(changed)
	return slices.Compact(changed)
}

// openTable is a table that ends a page's text. A nil one continues nowhere.
type openTable struct {
	page   int // index of the page where it begins
	width  int // of that page, in pixels
	last   int // number of the last page that it reaches
	region *document.Region
	table  *table
	cols   int
	grown  bool
}

func beginTable(index int, page *document.PageResult, last *document.Region) *openTable {
	t, cols, ok := wholeTable(last)
	if !ok {
		return nil
	}
	return &openTable{page: index, width: page.Width, last: page.Number, region: last, table: t, cols: cols}
}

// goesOn moves the rows of the table next, which begins the text of page, into o if they continue it,
// and reports whether it did.
func (o *openTable) goesOn(page *document.PageResult, next *document.Region) bool {
	if o == nil || page.Number != o.last+1 || !sameEdges(o.width, o.region.BBox, page.Width, next.BBox) {
		return false
	}
	more, cols, ok := wholeTable(next)
	if !ok || cols != o.cols {
		return false
	}
	rows, ok := o.table.continued(more, cols)
	if !ok {
		return false
	}
	o.table.rows = append(o.table.rows, rows...)
	o.grown = true
	Move(next, o.region)
	return true
}

func (o *openTable) finish() {
	if o != nil && o.grown {
		o.region.Content = o.table.write()
	}
}

// firstTable returns the table that begins a page's text, perhaps under a caption that says that it is
// continued.
func firstTable(inFlow []*document.Region) *document.Region {
	for i, r := range inFlow {
		switch {
		case r.Type == document.RegionTable:
			return r
		case i > 0 || !saysContinued(r.Content):
			return nil
		}
	}
	return nil
}

func saysContinued(s string) bool {
	s = strings.ToLower(s)
	return len(s) <= 200 && (strings.Contains(s, "continued") || strings.Contains(s, "cont.") || strings.Contains(s, "续") || strings.Contains(s, "fortsetzung"))
}

// wholeTable reads a table in which no cell spans rows beyond the last one: such a span would cover
// rows of the other part.
func wholeTable(r *document.Region) (t *table, cols int, ok bool) {
	if r.Type != document.RegionTable || r.Status != document.StatusOK || r.Format != document.FormatHTML {
		return nil, 0, false
	}
	if t, ok = readTable(strings.TrimSpace(r.Content)); !ok {
		return nil, 0, false
	}
	cols, ok = t.columns()
	return t, cols, ok
}

// sameEdges reports whether the left and right edges of two boxes agree to a twentieth of the page's
// width, which allows for scanning and alternating margins.
func sameEdges(width int, box document.BBox, nextWidth int, next document.BBox) bool {
	if width == 0 || nextWidth == 0 {
		return false
	}
	for _, edge := range []int{0, 2} {
		a, b := box[edge]*nextWidth, next[edge]*width
		if 20*max(a-b, b-a) > width*nextWidth {
			return false
		}
	}
	return true
}

// continued returns the rows of more, which has cols columns, without the header if it repeats that of
// t. It is false if more has a header of its own.
func (t *table) continued(more *table, cols int) ([]tableRow, bool) {
	repeated := more.header()
	if repeated == 0 && sameText(more.rows[0], t.rows[0]) {
		repeated = 1 // a header that the model took for a common row
	}
	if repeated > len(t.rows) || !slices.EqualFunc(more.rows[:repeated], t.rows[:repeated], sameText) {
		return nil, false
	}
	rest := table{rows: more.rows[repeated:]}
	if len(rest.rows) == 0 {
		return nil, true
	}
	width, ok := rest.columns()
	return rest.rows, ok && width == cols // not if the header reaches into the rows below
}

// sameText compares rows by what a reader sees of them.
func sameText(a, b tableRow) bool {
	return slices.EqualFunc(a.cells, b.cells, func(x, y tableCell) bool {
		return x.colSpan == y.colSpan && x.rowSpan == y.rowSpan &&
			strings.Join(strings.Fields(x.body), " ") == strings.Join(strings.Fields(y.body), " ")
	})
}
