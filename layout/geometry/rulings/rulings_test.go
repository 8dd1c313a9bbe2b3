package rulings_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// drawn returns a page with a line of text and black rectangles.
func drawn(rects ...image.Rectangle) *upright.Page {
	img := image.NewGray(image.Rect(0, 0, 600, 400))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, r := range rects {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				img.SetGray(x, y, color.Gray{})
			}
		}
	}
	q := [4]document.Point{{X: 50, Y: 50}, {X: 250, Y: 50}, {X: 250, Y: 74}, {X: 50, Y: 74}}
	return upright.New(&document.Page{Width: 600, Height: 400, Image: img}, []document.Line{{Quad: q, BBox: document.BBox{50, 50, 250, 74}}}, nil)
}

// dots returns dots on a line, every so many pixels.
func dots(y, x0, x1, every int) (all []image.Rectangle) {
	for x := x0; x < x1; x += every {
		all = append(all, image.Rect(x, y, x+2, y+2))
	}
	return all
}

func dashes(y, x0, x1 int) (all []image.Rectangle) {
	for x := x0; x < x1; x += 18 {
		all = append(all, image.Rect(x, y, x+11, y+2))
	}
	return all
}

// pattern returns the dots of dotted paper.
func pattern() (all []image.Rectangle) {
	for y := 100; y < 380; y += 14 {
		all = append(all, dots(y, 50, 550, 7)...)
	}
	return all
}

func TestFind(t *testing.T) {
	for name, tt := range map[string]struct {
		drawn                []image.Rectangle
		horizontal, vertical int
	}{
		"nothing":           {},
		"a line across":     {[]image.Rectangle{image.Rect(50, 200, 550, 202)}, 1, 0},
		"a line down":       {[]image.Rectangle{image.Rect(300, 100, 302, 380)}, 0, 1},
		"a cross":           {[]image.Rectangle{image.Rect(50, 200, 550, 202), image.Rect(300, 100, 302, 380)}, 1, 1},
		"two close pieces":  {[]image.Rectangle{image.Rect(50, 200, 300, 202), image.Rect(306, 200, 550, 202)}, 1, 0},
		"two far pieces":    {[]image.Rectangle{image.Rect(50, 200, 250, 202), image.Rect(350, 200, 550, 202)}, 2, 0},
		"an underline":      {[]image.Rectangle{image.Rect(60, 74, 240, 76)}, 0, 0},
		"a block of ink":    {[]image.Rectangle{image.Rect(100, 150, 400, 300)}, 0, 0},
		"dots across":       {dots(200, 50, 550, 6), 1, 0},
		"dashes across":     {dashes(200, 50, 550), 1, 0},
		"few dots":          {dots(200, 50, 74, 6), 0, 0},
		"a pattern of dots": {pattern(), 0, 0},
		"leaders":           {dots(67, 258, 500, 6), 0, 0},
		"a blank":           {[]image.Rectangle{image.Rect(256, 73, 500, 75)}, 0, 0},
		"shorter than text": {[]image.Rectangle{image.Rect(100, 200, 120, 202)}, 0, 0},
	} {
		found := rulings.Find(drawn(tt.drawn...))
		if len(found.Horizontal) != tt.horizontal || len(found.Vertical) != tt.vertical {
			t.Errorf("%s: %+v, want %d across and %d down", name, found, tt.horizontal, tt.vertical)
		}
	}
}

func TestInAndAcross(t *testing.T) {
	found := rulings.Find(drawn(image.Rect(50, 200, 550, 202), image.Rect(50, 300, 200, 302), image.Rect(300, 150, 302, 380)))
	if len(found.Horizontal) != 2 || math.Abs(found.Horizontal[0].At-201) > 2 || found.Horizontal[0].Length() < 490 {
		t.Fatalf("found %+v", found)
	}
	area := plane.Box{X0: 40, Y0: 190, X1: 560, Y1: 390}
	if in := found.In(area, 5); len(in.Horizontal) != 2 || len(in.Vertical) != 1 {
		t.Errorf("in the area %+v", in)
	}
	if in := found.In(plane.Box{X0: 40, Y0: 250, X1: 250, Y1: 390}, 5); len(in.Horizontal) != 1 || len(in.Vertical) != 0 {
		t.Errorf("in its lower left %+v", in)
	}
	if across := found.Across(area); len(across) != 1 || across[0].At > 210 {
		t.Errorf("across %+v", across)
	}
}

func TestPageWithoutPixels(t *testing.T) {
	p := drawn()
	p.Gray = nil
	if found := rulings.Find(p); len(found.Horizontal)+len(found.Vertical) > 0 {
		t.Errorf("found %+v", found)
	}
}
