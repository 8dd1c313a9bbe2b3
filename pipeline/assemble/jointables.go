package assemble

import (
	"slices"
	"strings"

	"ocr-gateway/document"
)

// JoinTables joins tables that go on over a page break, in place: the rows move
// into the region where the table begins. pages are ascending by number. A table goes
// on when it ends one page's text and begins the next one's, both have the same
// number of columns and the same edges, and the second has no header or repeats
// the first's, which is then dropped. It returns the indices of the changed
// pages, ascending, whose Text and Markdown have to be written again.
func JoinTables(pages []document.PageResult) (changed []int) {
	var head *document.Region // where the table that ends the page before begins
	var rows *table           // its rows so far
	headPage := 0
	grown := false
	finish := func() {
		if grown {
			head.Content = rows.write()
		}
		head, rows, grown = nil, nil, false
	}
	for i := range pages {
		page := &pages[i]
		inFlow := flow(page.Regions)
		joined := false
		if head != nil {
			first := firstTable(inFlow)
			prev := &pages[i-1]
			if first != nil && page.Number == prev.Number+1 && sameEdges(prev, head, page, first) {
				if more, ok := wholeTable(first); ok && rows.add(more) {
					move(first, head)
					changed = append(changed, headPage, i)
					grown, joined = true, true
				}
			}
		}
		if joined && len(flow(page.Regions)) == 0 {
			continue // nothing but the table: it may go on
		}
		finish()
		if len(inFlow) == 0 {
			continue
		}
		if last := inFlow[len(inFlow)-1]; last.Content != "" {
			if t, ok := wholeTable(last); ok {
				head, rows, headPage = last, t, i
			}
		}
	}
	finish()
	slices.Sort(changed)
	return slices.Compact(changed)
}

// firstTable is the table that begins a page's text; a caption that says so may
// stand above its continuation.
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

func wholeTable(r *document.Region) (*table, bool) {
	if r.Type != document.RegionTable || r.Status != document.StatusOK || r.Format != document.FormatHTML {
		return nil, false
	}
	return readTable(strings.TrimSpace(r.Content))
}

// sameEdges allows the left and right edges to differ by a twentieth of the
// page's width, which scanning and page numbers on alternate sides ask for.
func sameEdges(p *document.PageResult, a *document.Region, q *document.PageResult, b *document.Region) bool {
	if p.Width == 0 || q.Width == 0 {
		return false
	}
	for _, edge := range []int{0, 2} {
		left, right := a.BBox[edge]*q.Width, b.BBox[edge]*p.Width
		if 20*max(left-right, right-left) > p.Width*q.Width {
			return false
		}
	}
	return true
}

// add appends the rows of more when they go on with t's.
func (t *table) add(more *table) bool {
	width, over, ok := t.columns()
	moreWidth, moreOver, moreOK := more.columns()
	if !ok || !moreOK || width != moreWidth || over+moreOver > 0 || t.reachesDown() || more.reachesDown() {
		return false // spans beyond the end would cover rows of the other part
	}
	rows := more.rows
	if n := more.header(); n > 0 {
		if n != t.header() || !slices.EqualFunc(rows[:n], t.rows[:n], sameText) {
			return false // another table
		}
		rows = rows[n:]
	} else if sameText(rows[0], t.rows[0]) {
		rows = rows[1:]
	}
	if rest := (&table{rows: rows}); len(rows) > 0 {
		if w, _, ok := rest.columns(); !ok || w != width {
			return false // the header's cells reach into the rows below
		}
	}
	t.rows = append(t.rows, rows...)
	return true
}

// reachesDown reports whether a cell reaches to the end of the table, wherever
// that is.
func (t *table) reachesDown() bool {
	return slices.ContainsFunc(t.rows, func(r tableRow) bool {
		return slices.ContainsFunc(r.cells, func(c tableCell) bool { return c.rowSpan == 0 })
	})
}

// sameText compares rows by what a reader sees of them.
func sameText(a, b tableRow) bool {
	return slices.EqualFunc(a.cells, b.cells, func(x, y tableCell) bool {
		return x.colSpan == y.colSpan && x.rowSpan == y.rowSpan &&
			strings.Join(strings.Fields(x.body), " ") == strings.Join(strings.Fields(y.body), " ")
	})
}
