package raster_test

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
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

// TestHiddenColorsAreSeen wants colors that no operator of a page itself says: those of a glyph that is drawn by
// a procedure, and of a pattern that an earlier page had in the same place.
func TestHiddenColorsAreSeen(t *testing.T) {
	pdf := rastertest.NewPDF()
	glyph := pdf.Stream("", []byte("600 0 d0 0 0 1 rg 0 0 600 600 re f"))
	font := pdf.Add("<</Type/Font/Subtype/Type3/FontBBox[0 0 600 600]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/LastChar 97/Widths[600]"+
		"/Encoding<</Differences[97/a]>>/CharProcs<</a %d 0 R>>/Resources<<>>>>", glyph)
	form := pdf.Stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 300 200]/Resources<</Font<</T %d 0 R>>>>", font), []byte("BT /T 100 Tf 20 20 Td (a) Tj ET"))
	pattern := pdf.Stream("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<<>>", []byte("0 0 1 rg 0 0 9 9 re f"))
	resources := fmt.Sprintf("/XObject<</X %d 0 R>>/Pattern<</P %d 0 R>>", form, pattern)
	const plain, drawn, tiled = "0 0 9 9 re f", "/X Do", "/Pattern cs /P scn 20 20 60 60 re f"
	pages := []string{plain, drawn, plain, drawn, plain, tiled, plain, plain, tiled, plain}
	for _, content := range pages {
		pdf.Page("/MediaBox[0 0 300 200]", resources, content)
	}
	// One child draws them all.
	r, _ := newRasterizer(t, func(c *raster.Config) { c.Workers, c.MaxChildren, c.Spares, c.ReadAhead = 1, 1, 1, 1 })
	opened, err := r.Open(t.Context(), document.NewSource("", pdf.Bytes("")), document.Options{DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for page, err := range opened.Seq {
		if err != nil {
			t.Fatal(err)
		}
		content, got := pages[page.Number-1], page.Image.At(50, 150)
		if _, gray := page.Image.(*image.Gray); gray != (content == plain) || !gray && got != (color.RGBA{0, 0, 255, 255}) {
			t.Errorf("page %d, %q, is a %T and has %v", page.Number, content, page.Image, got)
		}
		page.Release()
	}
}
