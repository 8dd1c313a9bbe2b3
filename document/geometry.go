package document

import "image"

// BBox is an axis-aligned box [x1, y1, x2, y2) in page pixels.
type BBox [4]int

// Rect converts the box to the image package's form.
func (b BBox) Rect() image.Rectangle { return image.Rect(b[0], b[1], b[2], b[3]) }

// BoxOf converts a rectangle to a BBox.
func BoxOf(r image.Rectangle) BBox { return BBox{r.Min.X, r.Min.Y, r.Max.X, r.Max.Y} }

// Point is a position in page pixels; fractions matter for skewed text.
type Point struct{ X, Y float64 }
