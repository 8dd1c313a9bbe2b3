package pixels

import (
	"image"
	"image/color"
	"testing"
)

// TestWithout: print in a box becomes its ground, all else stays, and so does the image.
func TestWithout(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	paper, row, print := color.RGBA{250, 250, 250, 255}, color.RGBA{200, 220, 240, 255}, color.RGBA{10, 10, 10, 255}
	for y := range 40 {
		for x := range 60 {
			img.SetRGBA(x, y, paper)
			if y >= 20 {
				img.SetRGBA(x, y, row)
			}
			if x%10 == 3 {
				img.SetRGBA(x, y, print)
			}
		}
	}
	out := Of(img).Without([]image.Rectangle{image.Rect(0, 2, 30, 18), image.Rect(-5, 22, 30, 60), image.Rect(70, 0, 80, 9)})
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{{3, 5, paper}, {13, 30, row}, {3, 1, print}, {33, 5, print}, {33, 30, print}, {5, 5, paper}} {
		at := c.y*out.Stride + 4*c.x
		if got := (color.RGBA{out.Pix[at], out.Pix[at+1], out.Pix[at+2], out.Pix[at+3]}); got != c.want {
			t.Errorf("pixel %d, %d is %v, want %v", c.x, c.y, got, c.want)
		}
	}
	if img.RGBAAt(3, 5) != print {
		t.Error("the image was changed")
	}
}
