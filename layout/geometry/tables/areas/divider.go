package areas

import (
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// divider divides the rows of an area into tables.
type divider struct {
	page    *upright.Page
	area    Area
	size    float64          // height of the page's text
	rulings rulings.Rulings  // those inside
	across  []rulings.Ruling // those that run across the area
}

// isRuledBetween reports whether a ruling runs between two rows.
func isRuledBetween(across []rulings.Ruling, above, below upright.Row) bool {
	y0, y1 := above.Box().CenterY(), below.Box().CenterY()
	return slices.ContainsFunc(across, func(h rulings.Ruling) bool { return h.At > y0 && h.At < y1 })
}

// firstBelow returns the first row from start on whose center is not above a height.
func firstBelow(rows []upright.Row, start int, y float64) int {
	for start < len(rows) && rows[start].Box().CenterY() < y {
		start++
	}
	return start
}

// boundsOf returns the box around rows.
func boundsOf(rows []upright.Row) plane.Box { return upright.Bounds(slices.Concat(rows...)) }
