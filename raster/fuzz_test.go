package raster_test

import (
	"errors"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
	"ocr-gateway/raster/rastertest"
)

func FuzzPicture(f *testing.F) {
	rastertest.AddFiles(f, "testdata", "exif6.*", "plain.*", "palette.png", "pale_*", "jpeg.tif", "lzw.tif", "group4.tif", "lossy.webp")
	fuzzOpen(f)
}

func FuzzPDF(f *testing.F) {
	rastertest.AddFiles(f, "testdata", "form.pdf", "user_r6.pdf")
	f.Add(bomb())
	f.Add(pageOf("/MediaBox[0 0 1000000 10]/UserUnit 5", "0 0 10 10 re f"))
	fuzzOpen(f)
}

// fuzzOpen opens and renders what it gets, in children where those do it.
func fuzzOpen(f *testing.F) {
	r, _ := newRasterizer(f, func(c *raster.Config) {
		c.MaxPixels, c.PageTimeout, c.MaxPages = 100_000, time.Second, 5
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{DPI: 36, Password: "geheim"})
		var problem *document.Problem
		if err != nil {
			if !errors.As(err, &problem) {
				t.Fatal(err)
			}
			return
		}
		defer pages.Close()
		for page, err := range pages.Seq {
			if page == nil || err != nil && !errors.As(err, &problem) {
				t.Fatal(err)
			}
			if err == nil && page.Width*page.Height > 100_000 {
				t.Errorf("page of %d x %d pixels", page.Width, page.Height)
			}
			page.Release()
		}
	})
}
