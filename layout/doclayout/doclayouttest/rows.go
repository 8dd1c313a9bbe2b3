package doclayouttest

import "image"

// PageOf is an image, gray or opaque, as the sidecar gets it.
func PageOf(img image.Image) Page {
	size := img.Bounds().Size()
	p := Page{Width: size.X, Height: size.Y}
	for y := range size.Y {
		switch img := img.(type) {
		case *image.Gray:
			p.Pixels = append(p.Pixels, img.Pix[y*img.Stride:][:size.X]...)
		case *image.RGBA:
			for x := range size.X {
				p.Pixels = append(p.Pixels, img.Pix[y*img.Stride+4*x:][:3]...)
			}
		}
	}
	return p
}

// What Rows goes by, in pixels but for the first two.
const (
	dark  = 170 // of 255
	most  = 4   // rows in a box
	apart = 14  // of two boxes, at most
)

// Rows finds the text of a page: rows with ink, a few to a box.
func Rows(p Page) (boxes []Box) {
	var box Box
	rows, inked := 0, false
	end := func() {
		if rows > 0 {
			b := box.BBox
			boxes = append(boxes, Box{Text, [4]int{max(b[0]-6, 0), max(b[1]-3, 0), min(b[2]+6, p.Width), min(b[3]+3, p.Height)}})
		}
		rows = 0
	}
	for y := range p.Height {
		x0, x1 := p.ink(y)
		if x1 == 0 {
			inked = false
			continue
		}
		if rows > 0 && (!inked && rows == most || y-box.BBox[3] > apart) {
			end()
		}
		if rows == 0 {
			box.BBox = [4]int{x0, y, x1, y}
		}
		if !inked {
			rows++
		}
		inked = true
		box.BBox = [4]int{min(box.BBox[0], x0), box.BBox[1], max(box.BBox[2], x1), y + 1}
	}
	end()
	return boxes
}

// ink is the extent of what is dark in a row of pixels; x1 is 0 where nothing is.
func (p Page) ink(y int) (x0, x1 int) {
	size := len(p.Pixels) / (p.Width * p.Height)
	x0 = p.Width
	for x := range p.Width {
		if p.Pixels[(y*p.Width+x)*size] < dark {
			x0, x1 = min(x0, x), x+1
		}
	}
	return x0, x1
}
