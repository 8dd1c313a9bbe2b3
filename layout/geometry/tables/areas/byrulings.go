package areas

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// byFrames divides rows where closed frames with different columns stand above each other: the
// number of an invoice, its items and its totals.
func (d *divider) byFrames(rows []upright.Row) [][]upright.Row {
	frames := crossing(d.rulings, d.size, frameGap, frameRulings, frameRulings)
	slices.SortFunc(frames, func(a, b plane.Box) int { return cmp.Compare(a.Y0, b.Y0) })
	differ := false
	for i := 1; i < len(frames); i++ {
		if frames[i].Y0 < frames[i-1].Y1 { // beside each other, as in a form
			return [][]upright.Row{rows}
		}
		differ = differ || !d.sameColumns(frames[i-1], frames[i])
	}
	if !differ {
		return [][]upright.Row{rows}
	}
	// at is odd within a frame, and even above, between and below frames.
	at := func(r upright.Row) int {
		n := 0
		for _, f := range frames {
			switch y := r.Box().CenterY(); {
			case y > f.Y1:
				n += 2
			case y > f.Y0:
				n++
			}
		}
		return n
	}
	var parts [][]upright.Row
	for i, r := range rows {
		if i == 0 || at(r) != at(rows[i-1]) {
			parts = append(parts, nil)
		}
		last := &parts[len(parts)-1]
		*last = append(*last, r)
	}
	return parts
}

// sameColumns reports whether the vertical rulings of two frames stand above each other.
func (d *divider) sameColumns(above, below plane.Box) bool {
	margin := d.size / 2
	return slices.EqualFunc(d.rulings.In(above, margin).Vertical, d.rulings.In(below, margin).Vertical, func(v, w rulings.Ruling) bool {
		return math.Abs(v.At-w.At) < d.size
	})
}

// byRulings divides rows at rulings across that have vertical rulings above and below, but none at
// the same place: the boxes of a form above a list of goods.
func (d *divider) byRulings(rows []upright.Row) [][]upright.Row {
	if len(rows) == 0 {
		return nil
	}
	area := boundsOf(rows)
	var parts [][]upright.Row
	start := 0
	above := d.dividers(area, area.Y0, d.edgeBelow(-1, area))
	for k, h := range d.across {
		below := d.dividers(area, h.At, d.edgeBelow(k, area))
		if len(below) == 0 { // the white between two frames
			continue
		}
		shared := slices.ContainsFunc(above, func(x float64) bool {
			return slices.ContainsFunc(below, func(y float64) bool { return math.Abs(x-y) < d.size/2 })
		})
		i := firstBelow(rows, start, h.At)
		if i > start && i < len(rows) && len(above) > 0 && !shared {
			parts = append(parts, rows[start:i])
			start = i
		}
		above = below
	}
	return append(parts, rows[start:])
}

// dividers returns where vertical rulings divide an area between two heights.
func (d *divider) dividers(area plane.Box, y0, y1 float64) []float64 {
	var at []float64
	for _, v := range columns.Interior(d.rulings, area, d.size) {
		if v.Overlap(plane.Span{From: y0, To: y1}) > dividerRuns*(y1-y0) {
			at = append(at, v.At)
		}
	}
	return at
}

// edgeBelow returns the height of the ruling across below the k-th one, or of the area's end.
func (d *divider) edgeBelow(k int, area plane.Box) float64 {
	if k+1 < len(d.across) {
		return d.across[k+1].At
	}
	return area.Y1
}
