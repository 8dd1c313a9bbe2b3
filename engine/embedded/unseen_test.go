package embedded

import (
	"image"
	"testing"

	"ocr-gateway/document"
)

func TestUnseenWordsBecomeLines(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 400, 200))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for x := 20; x < 380; x += 3 { // ink on all rows but the last
		for y := range 120 {
			img.Pix[y*img.Stride+x] = 0
		}
	}
	word := func(x, y int) document.Word {
		return document.Word{Text: "word", BBox: document.BBox{x, y, x + 60, y + 16}}
	}
	page := &document.Page{Image: img, Width: 400, Height: 200, Words: []document.Word{
		word(90, 20), word(20, 21), word(300, 20), word(20, 70), word(20, 150),
	}}
	for x := 300; x < 360; x += 10 { // leaders, each dot a word
		page.Words = append(page.Words, document.Word{Text: ".", BBox: document.BBox{x, 90, x + 6, 106}})
	}
	seen := []document.Line{{BBox: document.BBox{15, 66, 200, 90}}}
	got := unseen(seen, page)
	want := []document.BBox{{20, 20, 150, 37}, {300, 20, 360, 36}}
	if len(got) != len(want) || got[0].BBox != want[0] || got[1].BBox != want[1] {
		t.Errorf("lines %+v, want boxes %v: two on the first row, none where a line is, nothing is drawn or leaders are", got, want)
	}
}
