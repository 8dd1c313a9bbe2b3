package embedded_test

import (
	"image"
	"strings"
	"testing"

	"golang.org/x/image/draw"
)

// TestSmallPrintBelowLargeIsRead has print of 4 and 5 points, scanned at 200 dpi, below
// larger print, in which the detector sees little of it.
func TestSmallPrintBelowLargeIsRead(t *testing.T) {
	e := newEngine(t)
	small := notice(t).Image
	paragraph := image.Rect(50, 110, 770, 226)
	for _, size := range []float64{11, 14} { // pixels of the type
		page := image.NewGray(image.Rect(0, 0, 1654, 2339))
		draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
		for y := range 3 {
			draw.CatmullRom.Scale(page, image.Rect(200, 150+420*y, 1280, 150+420*y+390), small, image.Rect(0, 100, 900, 400), draw.Src, nil)
		}
		w, h := int(float64(paragraph.Dx())*size/24), int(float64(paragraph.Dy())*size/24)
		for y := range 3 {
			at := image.Rect(200, 1700, 200+w, 1700+h).Add(image.Pt(0, y*h))
			draw.CatmullRom.Scale(page, at, small, paragraph, draw.Src, nil)
		}
		got := readPage(t, e, pageOf(page))
		var below []string
		for _, l := range got.Lines {
			if l.BBox[1] > 1690 {
				below = append(below, l.Text)
			}
		}
		text := strings.Join(below, " ")
		for _, want := range []string{"vessels waiting in the outer basin", "channel 12", "harbour office opens", "nition desk at 08:30", "17:45 every day"} {
			if n := strings.Count(text, want); n != 3 {
				t.Errorf("%v pixels: %q %d times, want 3, in %q", size, want, n, text)
			}
		}
	}
}
