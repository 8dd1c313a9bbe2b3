package layout

import "image"

// How much of a page a picture covers when it is the page itself.
const (
	pagePictureWide = 0.82 // pages wider than high
	pagePictureHigh = 0.93
)

// dropPagePictures drops pictures as large as the page, which hide the text on
// them, unless there is nothing else.
func dropPagePictures(found []detection, size image.Point) []detection {
	limit := pagePictureHigh
	if size.X > size.Y {
		limit = pagePictureWide
	}
	page := box{0, 0, float64(size.X), float64(size.Y)}
	var kept []detection
	for _, d := range found {
		if d.class != classImage || d.box.overlap(page) <= limit*page.area() {
			kept = append(kept, d)
		}
	}
	if len(kept) == 0 {
		return found
	}
	return kept
}
