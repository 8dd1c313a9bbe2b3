package preview_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/preview"
)

// drawn is a rasterizer of one page, 40 by 20 pixels at 100 dots per inch, white but for a black
// corner at its top left. It scales as PDFs do where that is asked for.
type drawn struct {
	gray    bool
	asked   document.Options
	problem error
	closed  int
	freed   int
}

func (d *drawn) Open(_ context.Context, _ *document.Source, opts document.Options) (*document.Pages, error) {
	d.asked = opts
	w, h := 40, 20
	if opts.DPI > 0 {
		w, h = w*opts.DPI/100, h*opts.DPI/100
	}
	return &document.Pages{
		Total: 3, Numbers: []int{2}, Close: func() { d.closed++ },
		Seq: func(yield func(*document.Page, error) bool) {
			if d.problem != nil {
				yield(&document.Page{Number: 2}, d.problem)
				return
			}
			yield(&document.Page{Number: 2, Width: w, Height: h, Image: d.image(w, h), Free: func(int64) { d.freed++ }}, nil)
		},
	}, nil
}

func (d *drawn) image(w, h int) image.Image {
	var img interface {
		image.Image
		Set(x, y int, c color.Color)
	} = image.NewRGBA(image.Rect(0, 0, w, h))
	if d.gray {
		img = image.NewGray(img.Bounds())
	}
	for y := range h {
		for x := range w {
			c := color.Gray{Y: 255}
			if x < w/4 && y < h/2 {
				c.Y = 0
			}
			img.Set(x, y, c)
		}
	}
	return img
}

// sent is a document that was sent with options.
func sent(opts document.Options) preview.Original {
	return func(context.Context) (*document.Source, document.Options, error) {
		return document.NewSource("sent", []byte("content")), opts, nil
	}
}

// TestDraw: a page comes as wide as asked, never wider than it is, and with what was its top left
// corner where turning it has brought that.
func TestDraw(t *testing.T) {
	type corner struct{ right, low bool }
	for name, c := range map[string]struct {
		page       document.PageResult
		width      int
		gray       bool
		wide, high int
		dpi        int
		black      corner
	}{
		"a PDF, smaller":                 {page: document.PageResult{Width: 40, Height: 20, DPI: 100}, width: 20, wide: 20, high: 10, dpi: 50},
		"a PDF, larger":                  {page: document.PageResult{Width: 40, Height: 20, DPI: 100}, width: 80, wide: 80, high: 40, dpi: 200},
		"a PDF, coarser than is allowed": {page: document.PageResult{Width: 40, Height: 20, DPI: 100}, width: 8, wide: 8, high: 4, dpi: document.MinDPI},
		"an image, as it is":             {page: document.PageResult{Width: 40, Height: 20}, width: 100, wide: 40, high: 20},
		"an image, smaller":              {page: document.PageResult{Width: 40, Height: 20}, width: 10, gray: true, wide: 10, high: 5},
		"turned by a quarter":            {page: document.PageResult{Width: 20, Height: 40, Rotation: 90}, width: 20, wide: 20, high: 40, black: corner{right: true}},
		"turned by a half":               {page: document.PageResult{Width: 40, Height: 20, Rotation: 180}, width: 40, gray: true, wide: 40, high: 20, black: corner{true, true}},
		"turned back by a quarter":       {page: document.PageResult{Width: 20, Height: 40, Rotation: 270}, width: 10, wide: 10, high: 20, black: corner{low: true}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &drawn{gray: c.gray}
			c.page.Number = 2
			mediaType, b, err := preview.New(d).Draw(t.Context(), sent(document.Options{Password: "secret", DPI: 300}), c.page, c.width)
			if err != nil {
				t.Fatal(err)
			}
			img, kind, err := image.Decode(bytes.NewReader(b))
			if err != nil || mediaType != "image/"+kind {
				t.Fatalf("%s: %s, %v", mediaType, kind, err)
			}
			if img.Bounds().Dx() != c.wide || img.Bounds().Dy() != c.high {
				t.Errorf("the picture is %v", img.Bounds())
			}
			if d.asked.DPI != c.dpi || d.asked.Password != "secret" || d.asked.Pages.String() != "2" {
				t.Errorf("asked for %+v", d.asked)
			}
			x, y := 1, 1
			if c.black.right {
				x = c.wide - 2
			}
			if c.black.low {
				y = c.high - 2
			}
			for _, at := range []image.Point{{1, 1}, {c.wide - 2, 1}, {1, c.high - 2}, {c.wide - 2, c.high - 2}} {
				level, _, _, _ := img.At(at.X, at.Y).RGBA()
				if dark := level < 0x8000; dark != (at == image.Pt(x, y)) {
					t.Errorf("at %v it is %#x", at, level)
				}
			}
			if d.closed != 1 || d.freed == 0 {
				t.Errorf("closed %d times, freed %d times", d.closed, d.freed)
			}
		})
	}
}

func TestPageThatCannotBeDrawn(t *testing.T) {
	d := &drawn{problem: document.Problemf(document.CodePageFailed, document.PhaseRaster, "broken")}
	if _, _, err := preview.New(d).Draw(t.Context(), sent(document.Options{}), document.PageResult{Number: 2, Width: 40}, 40); !errors.Is(err, d.problem) || d.closed != 1 {
		t.Errorf("%v, closed %d times", err, d.closed)
	}
}
