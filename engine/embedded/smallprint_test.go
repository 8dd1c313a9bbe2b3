package embedded_test

import (
	"image"
	"image/draw"
	"strings"
	"testing"
)

// TestSmallPrintBelowLargeIsRead has print of 4 points, scanned at 200 dpi, below
// larger print, in which the detector sees little of it.
func TestSmallPrintBelowLargeIsRead(t *testing.T) {
	e := newEngine(t)
	from := image.NewGray(notice(t).Image.Bounds())
	draw.Draw(from, from.Rect, notice(t).Image, image.Point{}, draw.Src)
	paragraph := image.Rect(50, 110, 770, 226)
	const size = 11 // pixels of the type
	page := image.NewGray(image.Rect(0, 0, 1654, 2339))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	for y := range 3 {
		shrink(page, image.Pt(200, 150+420*y), from, image.Rect(0, 100, 900, 400), 1)
	}
	for y := range 3 {
		shrink(page, image.Pt(200, 1700+y*int(120*size/24)), from, paragraph, 24/size)
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
			t.Errorf("%q %d times, want 3, in %q", want, n, text)
		}
	}
}

// shrink draws a part of an image smaller by a factor, each pixel the mean of those that it
// stands for.
func shrink(to *image.Gray, at image.Point, from *image.Gray, part image.Rectangle, factor float64) {
	edge := func(i int) int { return int(float64(i) * factor) }
	for y := 0; edge(y+1) <= part.Dy(); y++ {
		for x := 0; edge(x+1) <= part.Dx(); x++ {
			sum, n := 0, 0
			for fy := edge(y); fy < edge(y+1); fy++ {
				for fx := edge(x); fx < edge(x+1); fx++ {
					sum += int(from.GrayAt(part.Min.X+fx, part.Min.Y+fy).Y)
					n++
				}
			}
			to.Pix[to.PixOffset(at.X+x, at.Y+y)] = uint8(sum / n)
		}
	}
}
