package raster_test

import (
	"image"
	"image/color"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster/rastertest"
)

// TestPagesInGrayAndInColor wants pages without colors in gray, others whole and in color whatever
// was drawn of them before their first color, and the text of each once.
func TestPagesInGrayAndInColor(t *testing.T) {
	const text, colored, bar = "BT /F1 20 Tf 20 150 Td (Black) Tj ET ", ".8 0 .2 rg BT /F1 20 Tf 20 100 Td (Red) Tj ET ", "0 0 1 rg 20 20 60 30 re f "
	pages := []struct {
		content string
		gray    bool
		text    string
		words   int
	}{
		{text, true, "Black", 1},
		{text + colored + text, false, "BlackRedBlack", 3},
		{text, true, "Black", 1},
		{text, true, "Black", 1},
		{text + bar, false, "Black", 1},
		{bar + text, false, "Black", 1},
		{text, true, "Black", 1},
		{"q 0 0 300 200 re W n q 5 5 250 180 re W n " + text + colored + text + "Q Q " + text, false, "BlackRedBlackBlack", 4},
	}
	pdf := rastertest.NewPDF()
	for _, p := range pages {
		pdf.Page("/MediaBox[0 0 300 200]", "", p.content)
	}
	r, _ := newRasterizer(t, nil)
	opened, err := r.Open(t.Context(), document.NewSource("", pdf.Bytes("")), document.Options{DPI: 72, TextLayer: document.TextLayerVerified})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for page, err := range opened.Seq {
		if err != nil {
			t.Fatal(err)
		}
		want := pages[page.Number-1]
		if _, gray := page.Image.(*image.Gray); gray != want.gray {
			t.Errorf("page %d is a %T", page.Number, page.Image)
		}
		got := ""
		for _, c := range page.Drawn.Characters {
			got += c.Text
		}
		if got != want.text || len(page.Words) != want.words {
			t.Errorf("page %d: %q and the words %v, want %q", page.Number, got, textsOf(page.Words), want.text)
		}
		if blue := (color.RGBA{0, 0, 255, 255}); (page.Number == 5 || page.Number == 6) && page.Image.At(30, 170) != blue {
			t.Errorf("page %d: %v in place of the bar", page.Number, page.Image.At(30, 170))
		}
		if len(page.Faults) > 0 {
			t.Errorf("page %d: %v", page.Number, page.Faults)
		}
		page.Release()
	}
}
