package geometry

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// Pleadings, parliamentary bills and critical editions number their lines in the margin: every line, or
// every fifth. Left in place, the numbers would be read as words of the lines beside them. They must
// stand beside running text: the numbers of a list, a table or a program stay.

const (
	lineNumberWidth = 2.4  // text heights, at most: three digits
	lineNumberEdge  = 0.5  // text heights between the edges, or between the middles, of the numbers, at most
	everyLine       = 5    // numbers, at least, where each line has one
	everyFifth      = 3    // numbers, at least, where each fifth line has one
	fifth           = 5    // rows from number to number there
	evenPitch       = 0.2  // of the pitch of the numbers by which they may miss it
	lineNumberFull  = 0.5  // of the rows beside them, at least, that end near the right edge
	lineNumberEnd   = 0.12 // of the text's width: so near
	lineNumberLone  = 0.8  // of the rows beside them, at least, that are of one piece
)

// lineNumbersLabel is the label of the line numbers of a page.
const lineNumbersLabel = "line_numbers"

// takeLineNumbers takes the line numbers in the left margin out of the page.
func takeLineNumbers(p *upright.Page) []block {
	numbers := numberColumn(p)
	if len(numbers) < everyFifth {
		return nil
	}
	column := upright.Bounds(numbers)
	var text []*upright.Item
	for _, it := range p.Items {
		switch {
		case slices.Contains(numbers, it):
		case it.X0 < column.X1-lineNumberEdge*p.Size && it.CenterY() > column.Y0 && it.CenterY() < column.Y1:
			blank, ok := p.BlankAt(it, textBeside(p, column))
			if !ok || it.X0 < column.X0-p.Size {
				return nil // something else stands in the margin, or left of it
			}
			number, line := p.Split(it, blank)
			numbers, text = append(numbers, number), append(text, line)
		default:
			text = append(text, it)
		}
	}
	upright.SortDown(numbers)
	rows := upright.RowsOf(text)
	if !countsRows(numbers, rows, p.Size) || !besideProse(numbers, rows, p.Size) {
		return nil
	}
	p.Items = text
	b := block{kind: document.RegionPageNumber, label: lineNumbersLabel}
	for _, it := range numbers {
		b.rows = append(b.rows, upright.Row{it})
	}
	return []block{b}
}

// numberColumn returns the leftmost items that are as narrow as numbers and stand above each other.
func numberColumn(p *upright.Page) []*upright.Item {
	var small []*upright.Item
	for _, it := range p.Items {
		if it.Object == nil && it.Width() < lineNumberWidth*p.Size && it.Height() < 1.5*p.Size {
			small = append(small, it)
		}
	}
	slices.SortStableFunc(small, func(a, b *upright.Item) int { return cmp.Compare(a.X1, b.X1) })
	near := lineNumberEdge * p.Size
	for i, first := range small {
		group := []*upright.Item{first}
		for _, it := range small[i+1:] {
			if it.X1-first.X1 < near || math.Abs(it.CenterX()-first.CenterX()) < near || math.Abs(it.X0-first.X0) < near {
				group = append(group, it)
			}
		}
		if len(group) >= everyFifth {
			return group
		}
	}
	return nil
}

// textBeside returns the left edge of the text beside a column of numbers: that of most lines level with
// the numbers.
func textBeside(p *upright.Page, column plane.Box) float64 {
	var edges []float64
	for _, it := range p.Items {
		if it.X0 > column.X1 && it.CenterY() > column.Y0 && it.CenterY() < column.Y1 {
			edges = append(edges, it.X0)
		}
	}
	return upright.Median(edges)
}

// countsRows reports whether numbers are evenly spaced, as lines are, or stand at every fifth row.
func countsRows(numbers []*upright.Item, rows []upright.Row, size float64) bool {
	var steps []float64
	for i := range numbers[1:] {
		steps = append(steps, numbers[i+1].CenterY()-numbers[i].CenterY())
	}
	pitch := upright.Median(slices.Clone(steps))
	if pitch < 0.8*size {
		return false
	}
	even, byFive := 0, 0
	for i, step := range steps {
		n := math.Round(step / pitch)
		if n >= 1 && math.Abs(step-n*pitch) < evenPitch*pitch {
			even++
		}
		if between := rowsBetween(rows, numbers[i].CenterY(), numbers[i+1].CenterY()); between == fifth {
			byFive++
		}
	}
	one := rowsBetween(rows, numbers[0].CenterY(), numbers[len(numbers)-1].CenterY()) <= len(steps)
	return len(numbers) >= everyLine && one && 10*even >= 9*len(steps) || 4*byFive >= 3*len(steps)
}

// rowsBetween returns how many rows lie below y0 and down to y1, give or take half a line.
func rowsBetween(rows []upright.Row, y0, y1 float64) int {
	n := 0
	for _, r := range rows {
		if half := r.Size() / 2; r.Box().CenterY() > y0+half && r.Box().CenterY() < y1+half {
			n++
		}
	}
	return n
}

// besideProse reports whether numbers stand beside one column of running text.
func besideProse(numbers []*upright.Item, rows []upright.Row, size float64) bool {
	column := upright.Bounds(numbers)
	var beside []upright.Row
	text := plane.Span{From: math.Inf(1), To: math.Inf(-1)}
	for _, r := range rows {
		if b := r.Box(); b.CenterY() > column.Y0-size && b.CenterY() < column.Y1+size {
			beside = append(beside, r)
			text = plane.Span{From: min(text.From, b.X0), To: max(text.To, b.X1)}
		}
	}
	full, lone := 0, 0
	for _, r := range beside {
		if b := r.Box(); text.To-b.X1 < lineNumberEnd*text.Length() && b.Width() > upright.ProseWidth*size {
			full++
		}
		if len(r) == 1 {
			lone++
		}
	}
	n := float64(len(beside))
	return len(beside) >= everyFifth && text.From > column.X0 && float64(full) >= lineNumberFull*n && float64(lone) >= lineNumberLone*n
}
