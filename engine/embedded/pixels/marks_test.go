package pixels_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"ocr-gateway/engine/embedded/pixels"
)

func TestMarks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	page := func(grain int, draw func(img *image.Gray)) pixels.Raster {
		img := image.NewGray(image.Rect(0, 0, 400, 300))
		for i := range img.Pix {
			img.Pix[i] = uint8(250 - random.IntN(grain+1))
		}
		draw(img)
		return pixels.Of(img)
	}
	nothing := func(*image.Gray) {}
	word := func(img *image.Gray) { // thin, gray strokes
		for x := 100; x < 140; x += 4 {
			for y := 100; y < 112; y++ {
				img.Pix[y*img.Stride+x] = 170
			}
		}
	}
	digit := func(img *image.Gray) { // as small as page numbers are
		for y := 200; y < 214; y++ {
			for x := 203; x < 206; x++ {
				img.Pix[y*img.Stride+x] = 40
			}
		}
	}
	for name, c := range map[string]struct {
		src  pixels.Raster
		text bool
	}{
		"white": {page(0, nothing), false}, "grain of paper": {page(10, nothing), false}, "coarse grain": {page(16, nothing), false},
		"a digit": {page(0, digit), true}, "a digit on grain": {page(16, digit), true},
		"a word": {page(0, word), true}, "a word on paper": {page(10, word), true},
	} {
		if got := c.src.Marked(); got != c.text {
			t.Errorf("%s: may hold text: %v, want %v", name, got, c.text)
		}
	}
}
