package ppocr

import (
	"image"
	"math"
	"testing"

	"ocr-gateway/document"
)

func TestViewsAreBoundedAndTilesCoverThem(t *testing.T) {
	for _, size := range []image.Point{
		{1240, 1754},
		{2480, 3508},
		{3000, 40},
		{40, 3000},
		{200, 20},
		{20, 20},
		{2, 2},
		{2, 20000},
		{1000, 10000},
		{9000, 9000},
		{20000, 300},
	} {
		view := firstView(size.X, size.Y, 1280)
		if view.w%32 != 0 || view.h%32 != 0 || view.w*view.h > 11<<20 {
			t.Errorf("%v is viewed as %v, want multiples of 32 and at most 11 million pixels", size, view)
		}
		covered := 0
		tiles := view.tiles()
		for i, tile := range tiles {
			if tile.area.Dx()%32 != 0 || tile.area.Dy()%32 != 0 || tile.area.Dx()*tile.area.Dy() > 1600<<10 || !tile.core.In(tile.area) {
				t.Errorf("%v: tile %v with core %v", size, tile.area, tile.core)
			}
			covered += tile.core.Dx() * tile.core.Dy()
			for _, other := range tiles[:i] {
				if !other.core.Intersect(tile.core).Empty() {
					t.Errorf("%v: cores %v and %v overlap", size, other.core, tile.core)
				}
			}
		}
		if covered != view.w*view.h {
			t.Errorf("%v: tiles cover %d of %d pixels", size, covered, view.w*view.h)
		}
	}
}

// lineIn is a line that fills a box.
func lineIn(box image.Rectangle) document.Line {
	b := document.BoxOf(box)
	x0, y0, x1, y1 := float64(box.Min.X), float64(box.Min.Y), float64(box.Max.X), float64(box.Max.Y)
	return document.Line{BBox: b, Quad: [4]document.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}}
}

// TestSmallPrintIsLookedAtCloserWhereItStands has lines on a photograph of which the first view
// shows every second pixel.
func TestSmallPrintIsLookedAtCloserWhereItStands(t *testing.T) {
	whole := image.Rect(0, 0, 1920, 2560)
	first := look{whole, firstView(whole.Dx(), whole.Dy(), 1280)}
	block := func(in image.Rectangle, height int) (lines []document.Line) {
		for y := in.Min.Y; y+height <= in.Max.Y; y += 2 * height {
			lines = append(lines, lineIn(image.Rect(in.Min.X, y, in.Max.X, y+height)))
		}
		return lines
	}
	for name, tt := range map[string]struct {
		lines []document.Line
		ok    bool
		part  image.Rectangle
		scale float64
	}{
		"large print": {block(image.Rect(500, 600, 1300, 1600), 40), false, image.Rectangle{}, 0},
		"small print": {block(image.Rect(500, 600, 1300, 1640), 26), true, image.Rect(417, 517, 1383, 1697), 20. / 26},
		"at an edge":  {block(image.Rect(0, 10, 800, 1050), 26), true, image.Rect(0, 0, 883, 1107), 20. / 26},
		"two places": {
			append(block(image.Rect(500, 600, 700, 704), 26), block(image.Rect(900, 1000, 1100, 1104), 26)...),
			true, image.Rect(417, 517, 1183, 1161), 20. / 26,
		},
		"all over": {block(image.Rect(100, 100, 1800, 2500), 26), true, whole, 20. / 26},
		"tiny":     {block(image.Rect(500, 600, 1300, 1610), 10), true, image.Rect(436, 536, 1364, 1674), 1},
		"nothing":  {nil, true, whole, blankCloser / 2},
	} {
		got, ok := first.closer(tt.lines)
		if ok != tt.ok || got.part != tt.part {
			t.Errorf("%s: looked closer at %v (%v), want %v (%v)", name, got.part, ok, tt.part, tt.ok)
		}
		if ok && math.Abs(1/got.scaleY-tt.scale) > .03 {
			t.Errorf("%s: looked at with a scale of %.2f, want %.2f", name, 1/got.scaleY, tt.scale)
		}
	}
}

func TestLinesAreCutWhereThePartIs(t *testing.T) {
	whole := image.Rect(0, 0, 1000, 1000)
	corner := lookAt(image.Rect(0, 0, 500, 400), 1)
	for box, want := range map[image.Rectangle]bool{
		image.Rect(100, 100, 400, 120): false,
		image.Rect(0, 100, 400, 120):   false, // the image ends there
		image.Rect(100, 0, 400, 20):    false,
		image.Rect(100, 100, 500, 120): true,
		image.Rect(100, 385, 400, 400): true,
	} {
		if got := corner.cuts(lineIn(box), whole); got != want {
			t.Errorf("%v is cut: %v, want %v", box, got, want)
		}
	}
	rest := lookAt(image.Rect(500, 400, 1000, 1000), 1)
	for box, want := range map[image.Rectangle]bool{
		image.Rect(500, 600, 900, 620):  true,
		image.Rect(600, 400, 900, 420):  true,
		image.Rect(600, 600, 1000, 620): false,
		image.Rect(600, 980, 900, 1000): false,
	} {
		if got := rest.cuts(lineIn(box), whole); got != want {
			t.Errorf("%v is cut: %v, want %v", box, got, want)
		}
	}
}
