package vllm

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"ocr-gateway/document"
)

// How the model's processor sees an image: patches of 14 pixels merged 2x2 make
// one token of 28x28 pixels, and images of more than 4,816,896 pixels are scaled
// down to that by the server (longest_edge 9,633,792 over temporal size 2). More is wasted upload.
const (
	tokenSide      = 28
	maxImageTokens = 4_816_896 / (tokenSide * tokenSide) // 6144
)

// maxAspect is the ratio of sides up to which images are sent as they are. The
// server refuses more than 200; the margin covers its rounding.
const maxAspect = 180

// crop cuts box, which must have an area, out of the page, without what lies outside
// the outline where that is a shape of its own. The result shares the page's pixels unless it had to be padded, painted or
// scaled down to maxTokens.
func crop(page *document.Page, box document.BBox, outline []document.Point, maxTokens int) (image.Image, *document.Problem) {
	if box[2] <= box[0] || box[3] <= box[1] {
		return nil, document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the region has no area: its box is %v", box)
	}
	if page.Image == nil {
		return nil, document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the page has no image")
	}
	bounds := page.Image.Bounds()
	rect := box.Rect().Add(bounds.Min).Intersect(bounds)
	if rect.Empty() {
		return nil, document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the region lies outside the page: its box is %v", box)
	}
	img := plain(subImage(page.Image, rect))
	if doubt := doubt(page); isShape(outline, box, doubt) {
		img = inside(img, outline, doubt, bounds.Min)
	}
	img = pad(img)
	size := img.Bounds().Size()
	if w, h := fit(size.X, size.Y, maxTokens); w != size.X || h != size.Y {
		img = shrink(img, w, h)
	}
	return img, nil
}

func subImage(img image.Image, rect image.Rectangle) image.Image {
	if s, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	}); ok {
		return s.SubImage(rect)
	}
	out := image.NewRGBA(rect)
	draw.Draw(out, rect, img, rect.Min, draw.Src)
	return out
}

// plain makes the image one of the two kinds that pages have.
func plain(img image.Image) image.Image {
	switch img.(type) {
	case *image.RGBA, *image.Gray:
		return img
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

// imageTokens is how many tokens the server makes of an image before it scales
// down what is too large: each side rounded to whole tokens.
func imageTokens(w, h int) int {
	side := func(n int) int { return max(1, int(math.RoundToEven(float64(n)/tokenSide))) }
	return side(w) * side(h)
}

// fit gives the largest size of the same shape that costs at most maxTokens;
// that is w and h themselves when they do.
func fit(w, h, maxTokens int) (int, int) {
	if imageTokens(w, h) <= maxTokens {
		return w, h
	}
	scale := min(1, math.Sqrt(float64(maxTokens*tokenSide*tokenSide)/(float64(w)*float64(h))))
	for {
		fw, fh := max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
		if imageTokens(fw, fh) <= maxTokens || fw == 1 && fh == 1 {
			return fw, fh
		}
		scale *= 0.995 // rounding to whole tokens went over
	}
}

// pad adds white where the sides differ by more than the server takes.
func pad(img image.Image) image.Image {
	b := img.Bounds()
	w, h := max(b.Dx(), (b.Dy()+maxAspect-1)/maxAspect), max(b.Dy(), (b.Dx()+maxAspect-1)/maxAspect)
	if w == b.Dx() && h == b.Dy() {
		return img
	}
	var out draw.Image
	if _, gray := img.(*image.Gray); gray {
		out = image.NewGray(image.Rect(0, 0, w, h))
	} else {
		out = image.NewRGBA(image.Rect(0, 0, w, h))
	}
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	at := image.Pt((w-b.Dx())/2, (h-b.Dy())/2)
	draw.Draw(out, image.Rectangle{Min: at, Max: at.Add(b.Size())}, img, b.Min, draw.Src)
	return out
}
