package stamp_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stamp"
)

// letter is a page with rows of strokes in black.
func letter() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 800, 600))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for y := 60; y < 540; y += 40 {
		for x := 60; x < 740; x += 14 {
			draw.Draw(img, image.Rect(x, y, x+3, y+22), image.Black, image.Point{}, draw.Src)
			draw.Draw(img, image.Rect(x, y+9, x+10, y+12), image.Black, image.Point{}, draw.Src)
		}
	}
	return img
}

// blend puts ink on a pixel: opaque to alpha, or as real ink, which darkens what is below.
func blend(img *image.RGBA, x, y int, ink color.RGBA, alpha float64) {
	p := img.RGBAAt(x, y)
	mix := func(below, ink uint8) uint8 {
		if alpha < 0 {
			return uint8(int(below) * int(ink) / 255)
		}
		return uint8(float64(below)*(1-alpha) + float64(ink)*alpha)
	}
	img.SetRGBA(x, y, color.RGBA{mix(p.R, ink.R), mix(p.G, ink.G), mix(p.B, ink.B), 255})
}

// ring stamps an ellipse with a bar across its middle.
func ring(img *image.RGBA, cx, cy, rx, ry, width int, ink color.RGBA, alpha float64) {
	for y := cy - ry; y <= cy+ry; y++ {
		for x := cx - rx; x <= cx+rx; x++ {
			r := math.Hypot(float64(x-cx)/float64(rx), float64(y-cy)/float64(ry))
			bar := y > cy-8 && y < cy+8 && r < 0.5
			if bar || r <= 1 && r >= 1-float64(width)/float64(rx) {
				blend(img, x, y, ink, alpha)
			}
		}
	}
}

// inWarmLight makes the paper yellow.
func inWarmLight(img *image.RGBA) {
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i] = uint8(40 + int(img.Pix[i])*195/255)
		img.Pix[i+1] = uint8(36 + int(img.Pix[i+1])*189/255)
		img.Pix[i+2] = uint8(24 + int(img.Pix[i+2])*176/255)
	}
}

// darken puts a part of a page in the shade.
func darken(img *image.RGBA, part image.Rectangle) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			p := img.RGBAAt(x, y)
			img.SetRGBA(x, y, color.RGBA{p.R / 2, p.G / 2, p.B / 2, 255})
		}
	}
}

// leaves draws dark spots of gray, some as bright as green leaves.
func leaves(img *image.RGBA, part image.Rectangle) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			v := uint8(24 + 60*((x/7+y/5)%3)/2)
			img.SetRGBA(x, y, color.RGBA{v, v, v - 8, 255})
		}
	}
}

func TestFind(t *testing.T) {
	blue, red := color.RGBA{20, 60, 170, 255}, color.RGBA{200, 30, 40, 255}
	for name, c := range map[string]struct {
		draw func(img *image.RGBA)
		want int
	}{
		"a ring over text":                   {func(img *image.RGBA) { ring(img, 400, 300, 110, 110, 8, blue, 0.82) }, 1},
		"an oval in ink that shines through": {func(img *image.RGBA) { ring(img, 300, 200, 140, 90, 7, red, -1) }, 1},
		"two, in two colors": {func(img *image.RGBA) {
			ring(img, 200, 200, 90, 90, 6, red, -1)
			ring(img, 560, 400, 90, 90, 6, blue, 0.7)
		}, 2},
		"a ring within a ring": {func(img *image.RGBA) {
			ring(img, 400, 300, 110, 110, 8, blue, 0.82)
			ring(img, 400, 300, 80, 80, 4, blue, 0.82)
		}, 1},
		"a disk is no stamp":  {func(img *image.RGBA) { ring(img, 400, 300, 100, 100, 100, blue, 1) }, 0},
		"nor is a black ring": {func(img *image.RGBA) { ring(img, 400, 300, 110, 110, 8, color.RGBA{0, 0, 0, 255}, 1) }, 0},
		"nor a small one":     {func(img *image.RGBA) { ring(img, 400, 300, 22, 22, 4, blue, 1) }, 0},
		"nor a colored frame": {func(img *image.RGBA) {
			for _, r := range []image.Rectangle{image.Rect(100, 100, 500, 106), image.Rect(100, 394, 500, 400), image.Rect(100, 100, 106, 400), image.Rect(494, 100, 500, 400)} {
				draw.Draw(img, r, image.NewUniform(red), image.Point{}, draw.Src)
			}
		}, 0},
		"nor half a ring": {func(img *image.RGBA) {
			ring(img, 400, 300, 110, 110, 8, blue, 0.82)
			draw.Draw(img, image.Rect(400, 0, 800, 600), letter(), image.Pt(400, 0), draw.Src)
		}, 0},
		"print in warm light has no color of its own": {func(img *image.RGBA) {
			inWarmLight(img)
			ring(img, 400, 300, 110, 110, 8, color.RGBA{100, 75, 40, 255}, 1)
		}, 0},
		"red ink in warm light": {func(img *image.RGBA) {
			inWarmLight(img)
			ring(img, 400, 300, 110, 110, 8, color.RGBA{190, 40, 60, 255}, 1)
		}, 1},
		"a stamp in the shade": {func(img *image.RGBA) {
			ring(img, 600, 300, 110, 110, 8, blue, 0.82)
			darken(img, image.Rect(450, 0, 800, 600))
		}, 1},
		"light ink": {func(img *image.RGBA) { ring(img, 400, 300, 110, 110, 8, color.RGBA{255, 140, 90, 255}, 1) }, 1},
		"nor leaves around a paper": {func(img *image.RGBA) {
			leaves(img, image.Rect(500, 0, 800, 600))
			ring(img, 650, 300, 110, 110, 8, color.RGBA{70, 84, 30, 255}, 1)
		}, 0},
		"a page without any": {func(*image.RGBA) {}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			img := letter()
			c.draw(img)
			if got := stamp.Find(pixels.Of(img)); len(got) != c.want {
				t.Errorf("%d stamps %v, want %d", len(got), got, c.want)
			}
		})
	}
	gray := image.NewGray(image.Rect(0, 0, 200, 200))
	if got := stamp.Find(pixels.Of(gray)); got != nil {
		t.Errorf("a page without color has %v", got)
	}
}

// TestWithoutGivesThePrintBack compares a page whose stamps were taken off with the page
// before it was stamped.
func TestWithoutGivesThePrintBack(t *testing.T) {
	for name, c := range map[string]struct {
		ink   color.RGBA
		alpha float64
	}{
		"blue, nearly opaque":     {color.RGBA{20, 60, 170, 255}, 0.82},
		"green, half opaque":      {color.RGBA{20, 130, 60, 255}, 0.6},
		"red ink":                 {color.RGBA{200, 30, 40, 255}, -1},
		"violet ink that is thin": {color.RGBA{150, 90, 190, 255}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			want, img := letter(), letter()
			ring(img, 400, 300, 110, 110, 9, c.ink, c.alpha)
			src := pixels.Of(img)
			stamps := stamp.Find(src)
			if len(stamps) != 1 {
				t.Fatalf("%d stamps", len(stamps))
			}
			got := stamp.Without(src, stamps)
			wrong := 0
			for i := 0; i < len(want.Pix); i += 4 {
				if (want.Pix[i] < 128) != (got.Pix[i] < 128) {
					wrong++
				}
			}
			if wrong > 20 {
				t.Errorf("%d pixels are wrong", wrong)
			}
			if img.Pix[0] != 255 || &img.Pix[0] == &got.Pix[0] {
				t.Error("the page itself was changed")
			}
			part, at := stamps[0].Only(src)
			if at.X < 270 || at.X > 300 || part.W < 220 || part.W > 260 {
				t.Errorf("the stamp is %d pixels wide at %v", part.W, at)
			}
		})
	}
}
