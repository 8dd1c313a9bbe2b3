package enginetest

import (
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"ocr-gateway/document"
)

// PageLine is the text on TextPage, and the first line of the scripted model's.
const PageLine = "Invoice No. 2024-0417"

// TextPage is a white page of 900x300 pixels with PageLine in black.
func TextPage() *document.Page { return pageOf(1) }

// pageOf is a page with PageLine on it so many times.
func pageOf(lines int) *document.Page {
	const width, line = 900, 100
	height := (lines + 2) * line
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 48, DPI: 72})
	if err != nil {
		panic(err)
	}
	for i := range lines {
		drawer := font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(60, line*(i+1)+60)}
		drawer.DrawString(PageLine)
	}
	return &document.Page{Number: 1, Width: width, Height: height, DPI: 150, Image: img}
}
