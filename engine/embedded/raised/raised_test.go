package raised_test

import (
	"image"
	"image/draw"
	"strings"
	"testing"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/raised"
)

// drawn is a page with one line, whose characters are bars: of full height, or what
// stands in braces small and raised. size is the height of the line.
func drawn(text string, size int) (*image.Gray, document.Line) {
	img := image.NewGray(image.Rect(0, 0, 2000, 3*size))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	x, up := 20, false
	foot := 2 * size
	for _, c := range text {
		w, top, bottom := size/3, foot-size*7/10, foot
		switch {
		case c == '{' || c == '}':
			up = c == '{'
			continue
		case c == ' ':
			x += size / 3
			continue
		case c == ',' || c == '.':
			w, top = size/8, foot-size/8
		case up:
			w, top, bottom = size/5, foot-size*3/4, foot-size*3/10
		case unicode.IsLower(c) && !strings.ContainsRune("bdfhklt", c):
			top = foot - size/2
		}
		draw.Draw(img, image.Rect(x, top, x+w, bottom), image.Black, image.Point{}, draw.Src)
		x += w + size/12
	}
	box := document.BBox{15, foot - size, x + 5, foot + size/5}
	q := [4]document.Point{{X: float64(box[0]), Y: float64(box[1])}, {X: float64(box[2]), Y: float64(box[1])}, {X: float64(box[2]), Y: float64(box[3])}, {X: float64(box[0]), Y: float64(box[3])}}
	return img, document.Line{Text: strings.NewReplacer("{", "", "}", "").Replace(text), BBox: box, Quad: q}
}

func TestRaisedFiguresAreToldByTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"Built in 1931{1} of granite":      "Built in 1931¹ of granite",
		"A floor of 84 m{2}, and 12 rooms": "A floor of 84 m², and 12 rooms",
		"rebuilt{12} by the guild{3}":      "rebuilt¹² by the guild³",
		"Room 12 and lot A7, 1931":         "Room 12 and lot A7, 1931",
		"said he.{4} Then 10{5} came":      "said he.⁴ Then 10⁵ came",
		"גשם {12} ירדו 42":                 "גשם 12 ירדו 42",
		"the 5{th} of May 1874":            "the 5th of May 1874",
	} {
		for _, size := range []int{24, 36, 60} {
			img, line := drawn(text, size)
			lines := []document.Line{line}
			raised.Write(pixels.Of(img), lines)
			if lines[0].Text != want {
				t.Errorf("%d pixels: %q, want %q", size, lines[0].Text, want)
			}
		}
	}
}

// TestNeighborsRaiseNoFigure: rows of a table stand so close that the box of a cell holds
// the tops of the one below.
func TestNeighborsRaiseNoFigure(t *testing.T) {
	for _, text := range []string{"21", "1585", "70", "2.7"} {
		for _, size := range []int{24, 36, 60} {
			img, line := drawn(text, size)
			line.BBox[3] += size / 4
			below := image.Rect(line.BBox[0]+4, line.BBox[3]-size/6, line.BBox[2]-size*2/3, line.BBox[3])
			draw.Draw(img, below, image.Black, image.Point{}, draw.Src)
			lines := []document.Line{line}
			raised.Write(pixels.Of(img), lines)
			if lines[0].Text != text {
				t.Errorf("size %d: %q became %q", size, text, lines[0].Text)
			}
		}
	}
}
