package azure

import "ocr-gateway/document"

// polygon has the x and y of four corners, clockwise from the corner at which the text begins.
type polygon []float64

// plane is the page as it was sent: Azure's coordinates are there, and not on the page turned
// upright.
type plane struct {
	unit          string
	width, height float64
	scale         float64 // units per pixel
	turned        int     // see document.PageResult.Rotation
	upright       [2]int  // pixels of the page turned upright
}

func planeOf(p *document.PageResult, pdf bool) plane {
	out := plane{unit: "pixel", scale: 1, turned: p.Rotation, upright: [2]int{p.Width, p.Height}}
	if pdf {
		out.unit = "inch"
		if p.DPI > 0 {
			out.scale = 1 / p.DPI
		}
	}
	out.width, out.height = round(float64(p.Width)*out.scale), round(float64(p.Height)*out.scale)
	if p.Rotation%180 != 0 {
		out.width, out.height = out.height, out.width
	}
	return out
}

// angles are those of the text on the page as it was sent, by how far the page was turned upright.
var angles = map[int]float64{90: -90, 180: 180, 270: 90}

// polygon converts a box of the upright page; its text is turned by so many degrees there.
func (p plane) polygon(b document.BBox, rotation int) polygon {
	corners := [4][2]int{{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}}
	out := make(polygon, 0, 8)
	for i := range corners {
		c := p.sent(corners[(i+rotation/90)%4])
		out = append(out, round(float64(c[0])*p.scale), round(float64(c[1])*p.scale))
	}
	return out
}

// sent converts a point of the upright page to the page as it was sent.
func (p plane) sent(at [2]int) [2]int {
	switch p.turned {
	case 90:
		return [2]int{at[1], p.upright[0] - at[0]}
	case 180:
		return [2]int{p.upright[0] - at[0], p.upright[1] - at[1]}
	case 270:
		return [2]int{p.upright[1] - at[1], at[0]}
	}
	return at
}
