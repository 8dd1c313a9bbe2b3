package ppocr

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// paper is gray, 400 pixels wide.
func paper(height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 400, height))
	for i := range img.Pix {
		img.Pix[i] = 240
	}
	return img
}

// print draws a line of what looks like letters: strokes of two pixels, some of them joined.
func print(img *image.Gray, y0 int) {
	for y := y0; y < y0+9; y++ {
		for x := 40; x < 340; x++ {
			if x%5 < 2 && x%40 > 4 || y == y0+4 && x%15 < 9 {
				img.SetGray(x, y, color.Gray{Y: 30})
			}
		}
	}
}

// TestOverlooked draws what looks like print and what does not, on a page of 400 x 200.
func TestOverlooked(t *testing.T) {
	for name, tt := range map[string]struct {
		draw func(*image.Gray)
		want int
	}{
		"nothing":     {func(*image.Gray) {}, 0},
		"a line":      {func(img *image.Gray) { print(img, 60) }, 1},
		"a paragraph": {func(img *image.Gray) { print(img, 60); print(img, 76); print(img, 92) }, 1},
		"two places":  {func(img *image.Gray) { print(img, 20); print(img, 150) }, 2},
		"leaders": {func(img *image.Gray) {
			for x := 40; x < 340; x += 8 {
				for i := range 9 {
					img.SetGray(x+i%3, 80+i/3, color.Gray{})
				}
			}
		}, 0},
		"a ruling": {func(img *image.Gray) {
			for x := 40; x < 340; x++ {
				img.SetGray(x, 80, color.Gray{})
				img.SetGray(x, 81, color.Gray{})
			}
		}, 0},
		"a bar code": {func(img *image.Gray) {
			for y := 40; y < 160; y++ {
				for x := 40; x < 340; x++ {
					img.SetGray(x, y, color.Gray{Y: uint8(x * 7919 / 4 % 2 * 255)})
				}
			}
		}, 0},
		"a photograph": {func(img *image.Gray) {
			dice := rand.New(rand.NewPCG(1, 2))
			for y := 40; y < 160; y++ {
				for x := 40; x < 340; x++ {
					img.SetGray(x, y, color.Gray{Y: uint8(dice.IntN(256))})
				}
			}
		}, 0},
		"grain": {func(img *image.Gray) {
			dice := rand.New(rand.NewPCG(1, 2))
			for i := range img.Pix {
				img.Pix[i] = uint8(min(255, max(0, 225+12*dice.NormFloat64())))
			}
		}, 0},
	} {
		img := paper(200)
		tt.draw(img)
		if got := overlooked(pixels.Of(img), nil); len(got) != tt.want {
			t.Errorf("%s: looked at %v, want %d places", name, got, tt.want)
		}
		if got := overlooked(pixels.Of(img), []document.Line{{BBox: document.BBox{0, 0, 400, 200}}}); len(got) != 0 {
			t.Errorf("%s: looked at %v, which lines cover", name, got)
		}
	}
}

// TestManyPlacesAreLookedAtAtOnce: none is left out, and a page of them takes no look at each.
func TestManyPlacesAreLookedAtAtOnce(t *testing.T) {
	const lines, apart = mostPlaces + 4, 60
	img := paper(lines * apart)
	for i := range lines {
		print(img, 20+i*apart)
	}
	got := overlooked(pixels.Of(img), nil)
	if first, last := image.Rect(40, 20, 335, 29), image.Rect(40, 20+(lines-1)*apart, 335, 29+(lines-1)*apart); len(got) != 1 || !first.In(got[0]) || !last.In(got[0]) {
		t.Errorf("looked at %v, want one place with all lines", got)
	}
}

// TestLinesAreLookedAtWhole has print of which the detector saw the end: a place that cuts it
// shows a line that lacks its last letters, in whose place the end would go.
func TestLinesAreLookedAtWhole(t *testing.T) {
	img := paper(200)
	print(img, 60)
	end, above := document.BBox{288, 58, 342, 71}, document.BBox{20, 20, 390, 52}
	got := overlooked(pixels.Of(img), []document.Line{{BBox: end}, {BBox: above}})
	if len(got) != 1 || !end.Rect().In(got[0]) || above.Rect().In(got[0]) {
		t.Errorf("looked at %v, want one place with %v whole and %v not", got, end, above)
	}
}

func TestPieceOf(t *testing.T) {
	lines := []document.Line{{BBox: document.BBox{10, 100, 500, 116}}, {BBox: document.BBox{520, 100, 800, 116}}}
	for _, tt := range []struct {
		piece document.BBox
		want  bool
	}{
		{document.BBox{200, 101, 300, 115}, true},
		{document.BBox{450, 101, 506, 115}, true},
		{document.BBox{450, 101, 520, 115}, false}, // a letter of it stands beside the line
		{document.BBox{480, 90, 546, 130}, false},  // larger print
		{document.BBox{480, 101, 526, 115}, false},
		{document.BBox{450, 101, 540, 115}, false},
		{document.BBox{490, 101, 600, 115}, false},
		{document.BBox{200, 101, 300, 109}, false}, // one of two lines that were taken for one
		{document.BBox{10, 100, 500, 116}, false},
	} {
		if got := pieceOf(document.Line{BBox: tt.piece}, lines); got != tt.want {
			t.Errorf("%v is a piece: %v", tt.piece, got)
		}
	}
}

// TestLinesCutByTheCloserLookAreFoundWhole has a line of which the closer look, whose part ends
// there, shows most: it is looked at whole, and its piece is gone.
func TestLinesCutByTheCloserLookAreFoundWhole(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 1200, 400))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for x := 60; x < 1100; x += 18 {
		eight(img, x, 100)
	}
	m, src := loadModels(t), pixels.Of(img)
	first, last := lookAt(img.Bounds(), 1), lookAt(image.Rect(0, 60, 760, 160), 1)
	seen, err := m.detectPart(t.Context(), src, last)
	if err != nil || len(seen) != 1 {
		t.Fatalf("the part shows %d lines and %v, want one", len(seen), err)
	}
	lines, err := m.detectOverlooked(t.Context(), src, first, last, seen)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 1 || lines[0].BBox.Rect().Dx() < 1000 {
		t.Errorf("found %v, want one line from 60 to 1100", lines)
	}
}

func TestMiddleIn(t *testing.T) {
	slanted := document.Line{Quad: [4]document.Point{{X: 100, Y: 100}, {X: 900, Y: 180}, {X: 898, Y: 200}, {X: 98, Y: 120}}}
	for box, want := range map[image.Rectangle]bool{
		image.Rect(200, 115, 300, 135): true,
		image.Rect(200, 155, 300, 175): false, // of the next line, in the box of this one
		image.Rect(20, 95, 60, 115):    false,
		image.Rect(950, 170, 990, 190): false,
	} {
		if got := middleIn(lineIn(box), []document.Line{slanted}); got != want {
			t.Errorf("the middle of %v is in the line: %v, want %v", box, got, want)
		}
	}
}
