package pixels_test

import (
	"image"
	"testing"

	"ocr-gateway/engine/embedded/pixels"
)

func TestTurn(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 37, 70))
	rgba := image.NewRGBA(image.Rect(0, 0, 37, 70))
	for i := range gray.Pix {
		gray.Pix[i] = uint8(i * 7)
	}
	for i := range rgba.Pix {
		rgba.Pix[i] = uint8(i * 11)
	}
	for _, img := range []image.Image{gray, rgba, gray.SubImage(image.Rect(3, 5, 30, 41))} {
		b := img.Bounds()
		w, h := b.Dx(), b.Dy()
		for degrees, at := range map[int]func(x, y int) (int, int){
			0:   func(x, y int) (int, int) { return x, y },
			90:  func(x, y int) (int, int) { return h - 1 - y, x },
			180: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
			270: func(x, y int) (int, int) { return y, w - 1 - x },
		} {
			turned := pixels.Turn(img, degrees)
			for y := range h {
				for x := range w {
					tx, ty := at(x, y)
					if turned.At(tx, ty) != img.At(b.Min.X+x, b.Min.Y+y) {
						t.Fatalf("%T turned by %d: pixel (%d, %d) is not at (%d, %d)", img, degrees, x, y, tx, ty)
					}
				}
			}
		}
	}
}
