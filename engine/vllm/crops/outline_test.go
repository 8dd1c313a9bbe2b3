package crops

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"

	"ocr-gateway/document"
)

func points(xy ...float64) []document.Point {
	var all []document.Point
	for i := 0; i < len(xy); i += 2 {
		all = append(all, document.Point{X: xy[i], Y: xy[i+1]})
	}
	return all
}

func TestIsShape(t *testing.T) {
	box := document.BBox{10, 20, 110, 70} // 100 x 50
	doubt := document.Point{X: 1, Y: 1.5}
	for name, c := range map[string]struct {
		outline []document.Point
		want    bool
	}{
		"none":                        {nil, false},
		"a line":                      {points(10, 20, 109, 69), false},
		"the box":                     {points(10, 20, 109, 20, 109, 69, 10, 69), false},
		"the box by a coarse mask":    {points(13, 21, 109, 20, 107, 68, 10, 66), false},
		"skewed":                      {points(10, 20, 20, 20, 109, 60, 109, 69, 99, 69, 10, 30), true},
		"the same the other way":      {points(10, 30, 99, 69, 109, 69, 109, 60, 20, 20, 10, 20), true},
		"an L around a picture":       {points(10, 20, 60, 20, 60, 45, 109, 45, 109, 69, 10, 69), true},
		"one half of a fallen mask":   {points(10, 20, 50, 20, 50, 69, 10, 69), false},
		"upper half of a fallen mask": {points(10, 20, 109, 20, 109, 40, 10, 40), false},
	} {
		if got := isShape(c.outline, box, doubt); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if low := (document.BBox{10, 20, 110, 26}); isShape(points(10, 20, 60, 20, 109, 25, 60, 25), low, doubt) {
		t.Error("a line of print no higher than the doubt at its edges has a shape")
	}
}

func TestOutlineIsPaintedAround(t *testing.T) {
	// An L: the upper right quarter of the box belongs to a neighbour.
	outline := points(10, 10, 29, 10, 29, 29, 49, 29, 49, 49, 10, 49)
	box := document.BBox{10, 10, 50, 50}
	for name, ink := range map[string]image.Image{
		"rgba": fill(image.NewRGBA(image.Rect(0, 0, 60, 60))), "gray": fill(image.NewGray(image.Rect(0, 0, 60, 60))),
		"moved": fill(image.NewRGBA(image.Rect(7, 3, 67, 63))),
	} {
		t.Run(name, func(t *testing.T) {
			before := bytes.Clone(pixels(ink))
			img, problem := Cut(&document.Page{Width: 60, Height: 60, Image: ink}, box, outline, testImage)
			if problem != nil {
				t.Fatal(problem)
			}
			b := img.Bounds()
			if b.Size() != image.Pt(40, 40) {
				t.Fatalf("size %v", b.Size())
			}
			for y := range 40 {
				for x := range 40 {
					kept := x <= 20 || y >= 18 // the outline's pixels stay, and half a pixel around
					white := color.GrayModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y == 255
					border := x >= 19 && x <= 21 && y <= 19 || y >= 18 && y <= 19
					if !border && white == kept {
						t.Fatalf("pixel %d,%d: white %v", x, y, white)
					}
				}
			}
			if !bytes.Equal(pixels(ink), before) {
				t.Error("the page was painted on")
			}
		})
	}
}

// TestOutlineKeepsItsOwnPixels: what the detector drew around is never cut.
func TestOutlineKeepsItsOwnPixels(t *testing.T) {
	page := &document.Page{Width: 100, Height: 100, Image: fill(image.NewGray(image.Rect(0, 0, 100, 100)))}
	outline := points(50, 0, 99, 50, 50, 99, 0, 50) // a diamond
	img, problem := Cut(page, document.BBox{0, 0, 100, 100}, outline, testImage)
	if problem != nil {
		t.Fatal(problem)
	}
	for y := range 100 {
		for x := range 100 {
			distance := math.Abs(float64(x)-49.75) + math.Abs(float64(y)-49.75)
			switch white := img.(*image.Gray).GrayAt(x, y).Y == 255; {
			case distance <= 49 && white:
				t.Fatalf("pixel %d,%d inside is white", x, y)
			case distance > 53 && !white:
				t.Fatalf("pixel %d,%d outside is not white", x, y)
			}
		}
	}
}

// FuzzOutline: outlines are foreign numbers.
func FuzzOutline(f *testing.F) {
	f.Add(0.0, 0.0, 30.0, 1.0, 30.0, 30.0, 2.0, 29.0)
	f.Add(-1e9, 3.0, 1e300, 7.0, math.NaN(), 2.0, math.Inf(1), math.Inf(-1))
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, h, i float64) {
		page := &document.Page{Width: 32, Height: 32, Image: image.NewRGBA(image.Rect(0, 0, 32, 32))}
		img := inside(page.Image, points(a, b, c, d, e, g, h, i), document.Point{X: 0.5, Y: 0.5}, image.Point{})
		if img.Bounds() != page.Image.Bounds() {
			t.Errorf("bounds %v", img.Bounds())
		}
	})
}

// fill makes everything dark.
func fill(img interface {
	image.Image
	Set(x, y int, c color.Color)
},
) image.Image {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			img.Set(x, y, color.Gray{Y: 40})
		}
	}
	return img
}

func pixels(img image.Image) []byte {
	if gray, ok := img.(*image.Gray); ok {
		return gray.Pix
	}
	return img.(*image.RGBA).Pix
}

// BenchmarkOutline paints around a skewed text block of an eighth of an A4 page at
// 200 dpi.
func BenchmarkOutline(b *testing.B) {
	page := &document.Page{Width: 1654, Height: 2339, Image: fill(image.NewRGBA(image.Rect(0, 0, 1654, 2339)))}
	box := document.BBox{100, 200, 900, 800}
	skewed := points(100, 330, 120, 320, 770, 200, 790, 210, 899, 670, 880, 680, 230, 799, 210, 790)
	for name, outline := range map[string][]document.Point{"box": nil, "outline": skewed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, problem := Cut(page, box, outline, testImage); problem != nil {
					b.Fatal(problem)
				}
			}
		})
	}
}
