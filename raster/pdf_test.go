package raster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
	"ocr-gateway/raster/rastertest"
)

const (
	catalog = "<</Type/Catalog/Pages 2 0 R>>"
	onePage = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
)

// pageOf makes a one-page document with extra keys in its page.
func pageOf(keys, content string, more ...string) []byte {
	return rastertest.Objects(append([]string{
		catalog, onePage,
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R" + keys + ">>", rastertest.StreamObject("", content),
	}, more...)...)
}

// hugeImage asks for more memory than a child may take.
var hugeImage = rastertest.StreamObject("/Type/XObject/Subtype/Image/Width 2000000000/Height 2000000000/BitsPerComponent 8/ColorSpace/DeviceRGB", "x")

// bomb is a page whose forms paint each other 8^20 times.
func bomb() []byte {
	return rastertest.Objects(append([]string{
		catalog, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 5 0 R/Resources<</XObject<</X 6 0 R>>>>>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
		rastertest.StreamObject("", "/X Do"),
	}, bombForms()...)...)
}

func bombForms() (forms []string) {
	const first, depth = 6, 20
	for i := range depth {
		forms = append(forms, rastertest.StreamObject(fmt.Sprintf(
			"/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</X %d 0 R>>>>", first+i+1),
			strings.Repeat("/X Do ", 8)))
	}
	return append(forms, rastertest.StreamObject("/Type/XObject/Subtype/Form/BBox[0 0 100 100]", "0 0 10 10 re f"))
}

// manyPages is a PDF with as many empty pages.
func manyPages(n int) []byte {
	objects := []string{catalog, ""}
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
		objects = append(objects, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>")
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), n)
	return rastertest.Objects(objects...)
}

// ink is the share of dark pixels in a box of a page.
func ink(img image.Image, box image.Rectangle) float64 {
	dark := 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if _, g, _, _ := img.At(x, y).RGBA(); g < 0x8000 {
				dark++
			}
		}
	}
	return float64(dark) / float64(box.Dx()*box.Dy())
}

func TestFormsAndAnnotationsAreDrawn(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, file := range []string{"form.pdf", "form_without_appearances.pdf"} {
		t.Run(file, func(t *testing.T) {
			pages, err := openFile(t, r, file, document.Options{DPI: 72})
			page := allPages(t, pages, err)[0]
			if page.Width != 200 || page.Height != 200 || page.DPI != 72 || page.Scaled {
				t.Errorf("page %d x %d at %g dpi, scaled %v", page.Width, page.Height, page.DPI, page.Scaled)
			}
			for _, field := range []struct {
				name string
				box  image.Rectangle
				ink  float64
			}{
				{"text", image.Rect(20, 20, 180, 50), 0.05},
				{"check mark", image.Rect(23, 83, 37, 97), 0.2}, // drawn as a square by the one, as a tick by the other
				{"annotation", image.Rect(24, 144, 116, 176), 0.9},
			} {
				if got := ink(page.Image, field.box); got < field.ink {
					t.Errorf("%s: %.2f of its box is dark, want %.2f", field.name, got, field.ink)
				}
			}
			if got := ink(page.Image, image.Rect(60, 80, 180, 130)); got > 0 {
				t.Errorf("%.2f of an empty place is dark", got)
			}
		})
	}
}

func TestPasswords(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, c := range []struct {
		file, password string
		want           document.Code
	}{
		{"user_r3.pdf", "", document.CodePasswordRequired},
		{"user_r4.pdf", "", document.CodePasswordRequired},
		{"user_r6.pdf", "", document.CodePasswordRequired},
		{"user_r3.pdf", "falsch", document.CodeWrongPassword},
		{"user_r6.pdf", "falsch", document.CodeWrongPassword},
		{"user_r6.pdf", strings.Repeat("x", 100_000), document.CodeWrongPassword},
		{"user_r3.pdf", "geheim", ""},
		{"user_r4.pdf", "geheim", ""},
		{"user_r6.pdf", "geheim", ""},
		{"user_r6.pdf", "besitzer", ""},
		{"owner_r6.pdf", "", ""},
		{"owner_r6.pdf", "besitzer", ""},
		{"form.pdf", "needless", ""},
	} {
		t.Run(fmt.Sprintf("%s with %.8q", c.file, c.password), func(t *testing.T) {
			pages, err := openFile(t, r, c.file, document.Options{Password: c.password, DPI: 72})
			if c.want != "" {
				wantProblem(t, err, c.want)
				return
			}
			if page := allPages(t, pages, err)[0]; ink(page.Image, image.Rect(23, 83, 37, 97)) < 0.9 {
				t.Error("page is empty")
			}
		})
	}
}

// TestBadPageAmongGood wants the good pages and a reason for the bad ones.
func TestBadPageAmongGood(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	good := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"
	bad := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 5 0 R/Resources<</XObject<</X 6 0 R>>>>>>"
	data := rastertest.Objects(catalog, "<</Type/Pages/Kids[3 0 R 4 0 R 3 0 R 3 0 R]/Count 4>>", good, bad, rastertest.StreamObject("", "/X Do"), hugeImage)
	pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var numbers []int
	for page, err := range pages.Seq {
		numbers = append(numbers, page.Number)
		if page.Number == 2 {
			wantProblem(t, err, document.CodePageFailed)
		} else if err != nil || page.Took <= 0 {
			t.Errorf("page %d: %v, took %s", page.Number, err, page.Took)
		}
		page.Release()
	}
	if fmt.Sprint(numbers) != "[1 2 3 4]" {
		t.Errorf("pages %v", numbers)
	}
}

func TestHostilePDFs(t *testing.T) {
	// A page that must come may take its time, one that must not would take for ever.
	patient, _ := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = time.Minute })
	strict, _ := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = 3 * time.Second })
	cases := []struct {
		name string
		data []byte
		open document.Code // of Open; "" when it succeeds
		page document.Code // of the first page; "" when it succeeds
	}{
		{"count lie", rastertest.Objects(catalog, "<</Type/Pages/Kids[3 0 R]/Count 1000000000>>", "<</Type/Page/Parent 2 0 R>>"), document.CodeUnreadable, ""},
		{"more pages than objects", rastertest.Objects(catalog, "<</Type/Pages/Kids[3 0 R]/Count 1001>>", "<</Type/Page/Parent 2 0 R>>"), document.CodeUnreadable, ""},
		{"more pages than allowed", manyPages(1001), document.CodeTooManyPages, ""},
		{"negative count", rastertest.Objects(catalog, "<</Type/Pages/Kids[3 0 R]/Count -5>>", "<</Type/Page/Parent 2 0 R>>"), document.CodeUnreadable, ""},
		{"no pages", rastertest.Objects(catalog, "<</Type/Pages/Kids[]/Count 0>>"), document.CodeUnreadable, ""},
		{"kids loop", rastertest.Objects(catalog, "<</Type/Pages/Kids[2 0 R]/Count 1>>"), "", document.CodePageFailed},
		{"header only", []byte("%PDF-1.7\n"), document.CodeUnreadable, ""},
		{"1e6 point media box", pageOf("/MediaBox[0 0 1000000 1000000]", ""), "", ""},
		{"strip of 1e6 points", pageOf("/MediaBox[0 0 1000000 10]", ""), "", ""},
		{"1e38 point media box", pageOf("/MediaBox[0 0 1e38 1e38]", ""), "", ""},
		{"infinite media box", pageOf("/MediaBox[-1e999 -1e999 1e999 1e999]", ""), "", ""},
		{"media box without area", pageOf("/MediaBox[5 5 5 5]", ""), "", ""},
		{"user unit 1000", pageOf("/MediaBox[0 0 612 792]/UserUnit 1000", ""), "", ""},
		{"shifted media box", pageOf("/MediaBox[-1000 -1000 -900 -800]", "-1000 -1000 100 200 re f"), "", ""},
		{"form bomb", bomb(), "", document.CodePageTimeout},
		{"nested arrays", pageOf("/MediaBox[0 0 100 100]/X "+strings.Repeat("[", 100_000), ""), "", ""},
		{"image of 4e18 pixels", pageOf("/MediaBox[0 0 100 100]/Resources<</XObject<</X 5 0 R>>>>", "/X Do", hugeImage), "", document.CodePageFailed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := patient
			if c.page == document.CodePageTimeout {
				r = strict
			}
			pages, err := r.Open(t.Context(), document.NewSource("", c.data), document.Options{})
			if c.open != "" {
				wantProblem(t, err, c.open)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer pages.Close()
			for page, err := range pages.Seq {
				defer page.Release()
				if c.page != "" {
					wantProblem(t, err, c.page)
				} else if err != nil {
					t.Fatal(err)
				} else if page.Width*page.Height > raster.DefaultConfig().MaxPixels {
					t.Errorf("page of %d x %d pixels", page.Width, page.Height)
				}
				break
			}
		})
	}
}

// TestLargePageIsScaled wants whole pages, smaller than asked for, and says so.
func TestLargePageIsScaled(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.MaxPixels = 1_000_000 })
	data := pageOf("/MediaBox[0 0 200000 100000]", "100000 0 100000 100000 re f")
	pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{})
	page := allPages(t, pages, err)[0]
	if !page.Scaled || page.Width != 1414 || page.Height != 707 || page.DPI > 0.52 || page.DPI < 0.5 {
		t.Errorf("%d x %d at %g dpi, scaled %v", page.Width, page.Height, page.DPI, page.Scaled)
	}
	if got := quarters(page.Image); got != [4][3]int{white, black, white, black} {
		t.Errorf("quarters %v", got)
	}
}

// TestPageTimeout wants the pages after one that takes too long.
func TestPageTimeout(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.PageTimeout = 3 * time.Second })
	pages, err := r.Open(t.Context(), document.NewSource("", bomb()), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		if page.Number == 1 {
			wantProblem(t, err, document.CodePageTimeout)
		} else if err != nil {
			t.Error(err)
		}
		page.Release()
	}
}

// TestSlowPagesHoldNobodyUp wants a document to be read while pages that never end are drawn
// in all places.
func TestSlowPagesHoldNobodyUp(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) {
		c.PageTimeout, c.Workers, c.MaxChildren = time.Hour, 1, 2
	})
	ctx, cancel := context.WithCancel(t.Context())
	var slow sync.WaitGroup
	for range 2 {
		pages, err := r.Open(ctx, document.NewSource("", bomb()), document.Options{})
		if err != nil {
			t.Fatal(err)
		}
		slow.Go(func() {
			defer pages.Close()
			for page := range pages.Seq {
				if page != nil {
					page.Release()
				}
			}
		})
	}
	for range 3 { // each takes the place of a page that is late, and gives it back
		pages, err := openFile(t, r, "form.pdf", document.Options{})
		allPages(t, pages, err)
	}
	cancel()
	slow.Wait()
}

func TestPDFBehindOtherBytes(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	data := append([]byte("From: somebody\r\n\r\n"), pageOf("/MediaBox[0 0 72 72]", "")...)
	pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{})
	if page := allPages(t, pages, err)[0]; page.Width != 150 {
		t.Errorf("%d pixels wide", page.Width)
	}
}

// TestSpooledSource wants the same of a document on disk, wherever its offset stands.
func TestSpooledSource(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	data := pageOf("/MediaBox[0 0 72 72]", "%"+strings.Repeat(" ", 2<<20))
	src, err := document.ReadSource("", bytes.NewReader(data), 1<<30, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if src.File() == nil {
		t.Fatal("not spooled")
	}
	pages, err := r.Open(t.Context(), src, document.Options{})
	allPages(t, pages, err)
}

func TestOptions(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.MaxPages = 3 })
	rangeOf := func(s string) document.PageRange {
		p, err := document.ParsePageRange(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		file string
		opts document.Options
		code document.Code
		want string
	}{
		{"pages.tif", document.Options{Pages: rangeOf("1,3")}, "", "[1 3]"},
		{"pages.tif", document.Options{Pages: rangeOf("4")}, document.CodePagesOutOfRange, ""},
		{"plain.png", document.Options{Pages: rangeOf("2")}, document.CodePagesOutOfRange, ""},
		{"dense.pdf", document.Options{}, document.CodeTooManyPages, ""},
		{"dense.pdf", document.Options{Pages: rangeOf("r2-r1")}, "", "[199 200]"},
		{"dense.pdf", document.Options{Pages: rangeOf("1-4")}, document.CodeTooManyPages, ""},
		{"form.pdf", document.Options{DPI: 35}, document.CodeInvalidRequest, ""},
		{"form.pdf", document.Options{DPI: 601}, document.CodeInvalidRequest, ""},
	} {
		t.Run(fmt.Sprint(c.file, c.opts), func(t *testing.T) {
			pages, err := openFile(t, r, c.file, c.opts)
			if c.code != "" {
				wantProblem(t, err, c.code)
				return
			}
			var numbers []int
			for _, page := range allPages(t, pages, err) {
				numbers = append(numbers, page.Number)
			}
			if fmt.Sprint(numbers) != c.want || fmt.Sprint(pages.Numbers) != c.want {
				t.Errorf("pages %v of %v, want %s", numbers, pages.Numbers, c.want)
			}
		})
	}
}

func TestConfigNamesEveryWrongKey(t *testing.T) {
	err := raster.Config{}.Validate()
	for _, key := range []string{"workers", "spares", "dpi", "max_pages", "max_pixels", "read_ahead", "page_timeout", "child_memory"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s not in %v", key, err)
		}
	}
	if err := raster.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	if _, err := raster.New(raster.Config{}, nil, nil); err == nil || errors.Unwrap(err) == nil {
		t.Errorf("New accepts it: %v", err)
	}
}
