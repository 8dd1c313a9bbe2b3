// Package crops cuts what a model sees out of pages: masked along its outline, padded, scaled down to what
// the model takes, and encoded as JPEG.
package crops

import (
	"image"
	"image/color"
	"image/draw"

	"ocr-gateway/document"
	"ocr-gateway/model"
)

// Cut cuts box, which must have an area, out of the page, without what is outside the outline if that is a
// shape of its own. The result shares the page's pixels unless it had to be padded, masked or scaled down.
func Cut(page *document.Page, box document.BBox, outline []document.Point, rule model.Image) (image.Image, *document.Problem) {
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
	img := Plain(subImage(page.Image, rect))
	if doubt := doubt(page); isShape(outline, box, doubt) {
		img = inside(img, outline, doubt, bounds.Min)
	}
	img = pad(img, rule.MaxAspect)
	size := img.Bounds().Size()
	if w, h := rule.Fit(size.X, size.Y, rule.MaxTokens); w != size.X || h != size.Y {
		img = Shrink(img, w, h)
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

// Plain converts the image to one of the two kinds that pages have.
func Plain(img image.Image) image.Image {
	switch img.(type) {
	case *image.RGBA, *image.Gray:
		return img
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

// pad adds white if the ratio of the sides is more than the server accepts.
func pad(img image.Image, maxAspect int) image.Image {
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
