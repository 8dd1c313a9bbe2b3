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

// TestFindOnSkewedPage draws rulings that run down by a tenth: those around cells are found from end
// to end, and pieces of others that end in the open are none.
func TestFindOnSkewedPage(t *testing.T) {
	const slope = 0.1
	img := image.NewGray(image.Rect(0, 0, 700, 500))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	at := func(x, y float64) (int, int) { return int(x - slope*y + 60), int(y + slope*x) }
	stroke := func(x0, y0, x1, y1 float64) {
		for i := range 1001 {
			x, y := at(x0+(x1-x0)*float64(i)/1000, y0+(y1-y0)*float64(i)/1000)
			for _, d := range []image.Point{{}, {X: 1}, {Y: 1}, {X: 1, Y: 1}} {
				img.SetGray(x+d.X, y+d.Y, color.Gray{Y: 90})
			}
		}
	}
	for _, y := range []float64{150, 190, 230, 270} {
		stroke(50, y, 350, y)
	}
	for _, x := range []float64{50, 150, 250, 350} {
		stroke(x, 150, x, 270)
	}
	stroke(420, 180, 520, 180)
	stroke(450, 220, 540, 220)
	var lines []document.Line
	for _, y := range []float64{50, 90} {
		var q [4]document.Point
		for i, c := range [4][2]float64{{50, y}, {450, y}, {450, y + 24}, {50, y + 24}} {
			x, y := at(c[0], c[1])
			q[i] = document.Point{X: float64(x), Y: float64(y)}
		}
		lines = append(lines, document.Line{Quad: q, BBox: document.BBox{int(q[3].X), int(q[0].Y), int(q[1].X), int(q[2].Y)}})
	}
	found := rulings.Find(upright.New(&document.Page{Width: 700, Height: 500, Image: img}, lines, nil))
	if len(found.Horizontal) != 4 || len(found.Vertical) != 4 {
		t.Fatalf("%d across and %d down, want 4 and 4: %+v", len(found.Horizontal), len(found.Vertical), found)
	}
	for _, r := range found.Horizontal {
		if math.Abs(r.Length()-300) > 12 {
			t.Errorf("a ruling of 300 pixels is %v long", r.Length())
		}
	}
}

// TestLettersBelowEachOther are no ruling.
func TestLettersBelowEachOther(t *testing.T) {
	page := drawn(image.Rect(140, 50, 142, 104))
	q := [4]document.Point{{X: 50, Y: 80}, {X: 250, Y: 80}, {X: 250, Y: 104}, {X: 50, Y: 104}}
	lines := []document.Line{{Quad: q, BBox: document.BBox{50, 80, 250, 104}}}
	lines = append(lines, page.Lines(page.Items)...)
	if found := rulings.Find(upright.New(&document.Page{Width: 600, Height: 400, Image: page.Gray}, lines, nil)); len(found.Vertical) != 0 {
		t.Errorf("%+v", found.Vertical)
	}
}
