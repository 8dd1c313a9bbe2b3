package columns

import (
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// table is what the columns of a table are found by, beside its rows.
type table struct {
	page    *upright.Page
	size    float64 // height of the page's text
	box     plane.Box
	rulings rulings.Rulings
}

// Interior returns the vertical rulings between the columns of a table. size is the height of the
// page's text.
func Interior(found rulings.Rulings, table plane.Box, size float64) []rulings.Ruling {
	var inner []rulings.Ruling
	for _, v := range found.Vertical {
		if v.At > table.X0+interiorInset*size && v.At < table.X1-interiorInset*size {
			inner = append(inner, v)
		}
	}
	return inner
}
