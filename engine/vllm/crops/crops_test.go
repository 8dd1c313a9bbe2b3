package crops

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/model"
)

// testImage is what GLM-OCR has, so that figures can be checked.
var testImage = model.Image{TokenSide: 28, MaxTokens: 6144, MaxAspect: 180}

func TestCrop(t *testing.T) {
	img := image.NewRGBA(image.Rect(10, 20, 4010, 1020)) // bounds need not start at 0
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	img.SetRGBA(10+5, 20+7, color.RGBA{R: 9, A: 255})
	page := &document.Page{Width: 4000, Height: 1000, Image: img}
	for _, c := range []struct {
		name string
		box  document.BBox
		size image.Point
	}{
		{"one pixel", document.BBox{5, 7, 6, 8}, image.Pt(1, 1)},
		{"whole", document.BBox{0, 0, 4000, 1000}, image.Pt(4000, 1000)},
		{"beyond", document.BBox{-50, -50, 9999, 9999}, image.Pt(4000, 1000)},
		{"too flat", document.BBox{0, 0, 4000, 2}, image.Pt(4000, 23)},
		{"too narrow", document.BBox{0, 0, 1, 1000}, image.Pt(6, 1000)},
		{"flat enough", document.BBox{0, 0, 360, 2}, image.Pt(360, 2)},
	} {
		got, problem := Cut(page, c.box, nil, testImage)
		if problem != nil {
			t.Errorf("%s: %v", c.name, problem)
			continue
		}
		if got.Bounds().Size() != c.size {
			t.Errorf("%s: %v, want %v", c.name, got.Bounds().Size(), c.size)
		}
	}
	dot, _ := Cut(page, document.BBox{5, 7, 6, 8}, nil, testImage)
	if r, _, _, _ := dot.At(dot.Bounds().Min.X, dot.Bounds().Min.Y).RGBA(); r>>8 != 9 {
		t.Error("the crop is of another place")
	}
	for _, box := range []document.BBox{{}, {5, 5, 5, 9}, {9, 9, 5, 5}, {4000, 0, 4100, 50}, {-9, -9, 0, 0}} {
		if _, problem := Cut(page, box, nil, testImage); problem == nil {
			t.Errorf("box %v was cropped", box)
		}
	}
	if _, problem := Cut(&document.Page{Width: 5, Height: 5}, document.BBox{0, 0, 5, 5}, nil, testImage); problem == nil {
		t.Error("a page without an image was cropped")
	}
	nrgba := &document.Page{Width: 5, Height: 5, Image: image.NewNRGBA(image.Rect(0, 0, 5, 5))}
	if got, problem := Cut(nrgba, document.BBox{0, 0, 5, 5}, nil, testImage); problem != nil {
		t.Error(problem)
	} else if r, _, _, _ := got.At(2, 2).RGBA(); r>>8 != 255 {
		t.Error("what is transparent is not white")
	}
}

// TestShrinkAverages compares with the mean over each new pixel's area.
func TestShrinkAverages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	whole := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range whole.Pix {
		whole.Pix[i] = byte(random.IntN(256))
	}
	src := whole.SubImage(image.Rect(3, 4, 34, 27)).(*image.Gray) // 31x23
	rgba := image.NewRGBA(src.Bounds())
	for y := src.Rect.Min.Y; y < src.Rect.Max.Y; y++ {
		for x := src.Rect.Min.X; x < src.Rect.Max.X; x++ {
			rgba.Set(x, y, src.At(x, y))
		}
	}
	for _, size := range []image.Point{{31, 23}, {30, 22}, {16, 11}, {7, 23}, {1, 1}} {
		got := Shrink(src, size.X, size.Y).(*image.Gray)
		color := Shrink(rgba, size.X, size.Y).(*image.RGBA)
		for y := range size.Y {
			for x := range size.X {
				want := areaMean(src, float64(x)*31/float64(size.X), float64(y)*23/float64(size.Y), 31/float64(size.X), 23/float64(size.Y))
				if g := float64(got.GrayAt(x, y).Y); g < want-0.51 || g > want+0.51 {
					t.Fatalf("%v at %d,%d: %g, want %g", size, x, y, g, want)
				}
				if c := color.RGBAAt(x, y); c.R != got.GrayAt(x, y).Y || c.A != 255 {
					t.Fatalf("%v at %d,%d: colour %v, gray %d", size, x, y, c, got.GrayAt(x, y).Y)
				}
			}
		}
	}
}

func areaMean(img *image.Gray, x0, y0, w, h float64) float64 {
	var sum float64
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			ox := max(0, min(x0+w, float64(x+1))-max(x0, float64(x)))
			oy := max(0, min(y0+h, float64(y+1))-max(y0, float64(y)))
			sum += ox * oy * float64(img.GrayAt(img.Rect.Min.X+x, img.Rect.Min.Y+y).Y)
		}
	}
	return sum / (w * h)
}
