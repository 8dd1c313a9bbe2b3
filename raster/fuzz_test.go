package raster_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// addFiles seeds a fuzz target with files of testdata.
func addFiles(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

func FuzzPicture(f *testing.F) {
	addFiles(f, "exif6.*", "plain.*", "palette.png", "pale_*", "jpeg.tif", "lzw.tif", "group4.tif", "lossy.webp")
	fuzzOpen(f)
}

func FuzzPDF(f *testing.F) {
	addFiles(f, "form.pdf", "user_r6.pdf")
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
