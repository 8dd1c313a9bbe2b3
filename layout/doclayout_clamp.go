package layout

import (
	"image"
	"math"
)

// clampToPage cuts the boxes at the page's edges and widens them to whole pixels,
// so that no box with an area becomes empty. Boxes without one are dropped and
// counted.
func clampToPage(found []detection, size image.Point) (kept []detection, empty int) {
	for _, d := range found {
		d.box.x0 = math.Floor(max(0, d.box.x0))
		d.box.y0 = math.Floor(max(0, d.box.y0))
		d.box.x1 = math.Ceil(min(float64(size.X), d.box.x1))
		d.box.y1 = math.Ceil(min(float64(size.Y), d.box.y1))
		if d.box.width() <= 0 || d.box.height() <= 0 {
			empty++
			continue
		}
		kept = append(kept, d)
	}
	return kept, empty
}
