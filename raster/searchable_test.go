package raster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
	"ocr-gateway/raster/rastertest"
)

// scanned is the image of a page, with lines of strokes, as the resource /Scan.
func scanned(pdf *rastertest.PDF, w, h int) string {
	img := bytes.Repeat([]byte{0xff}, w*h)
	for y := range h {
		for x := range w {
			if y%40 > 25 && x%7 < 3 && x > w/8 && x < w*7/8 {
				img[y*w+x] = 0
			}
		}
	}
	n := pdf.Stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8", w, h), img)
	return fmt.Sprintf("/XObject<</Scan %d 0 R>>", n)
}

// ownDocuments are the documents that text is added to, each of one page or two.
func ownDocuments() map[string][]byte {
	const a4, scan = "/MediaBox[0 0 595 842]", "q 595 0 0 842 0 0 cm /Scan Do Q"
	text := "BT /F1 12 Tf 72 700 Td 16 TL (The harbour committee met on Tuesday) Tj T* (and saw no damage.) Tj ET"
	make := func(fill func(*rastertest.PDF)) []byte {
		pdf := rastertest.NewPDF()
		fill(pdf)
		return pdf.Bytes("")
	}
	all := map[string][]byte{
		"scanned": make(func(p *rastertest.PDF) { p.Page(a4, scanned(p, 600, 850), scan) }),
		"turned": make(func(p *rastertest.PDF) {
			p.Page(a4+"/Rotate 90", scanned(p, 600, 850), scan)
			p.Page(a4+"/Rotate 270", scanned(p, 600, 850), scan)
		}),
		"upside down": make(func(p *rastertest.PDF) { p.Page(a4+"/Rotate -180", scanned(p, 600, 850), scan) }),
		"cropped": make(func(p *rastertest.PDF) {
			p.Page("/MediaBox[-20 -30 595 842]/CropBox[50 100 500 700]", scanned(p, 600, 850), scan)
		}),
		"cropped and turned": make(func(p *rastertest.PDF) {
			p.Page("/MediaBox[0 0 595 842]/CropBox[50 100 500 700]/Rotate 90/UserUnit 2", scanned(p, 600, 850), scan)
		}),
		"text":  make(func(p *rastertest.PDF) { p.Page(a4, "", text) }),
		"mixed": make(func(p *rastertest.PDF) { p.Page(a4, scanned(p, 600, 850), scan+text) }),
		"unbalanced": make(func(p *rastertest.PDF) {
			p.Page(a4, scanned(p, 600, 850), "q q 0.5 0 0 0.5 100 100 cm "+scan+" 2 0 0 2 0 0 cm")
		}),
		"chinese": make(func(p *rastertest.PDF) { p.Page(a4, "", "BT /F4 16 Tf 72 700 Td <6e2f53e3> Tj ET") }),
		"form": make(func(p *rastertest.PDF) {
			field := p.Add("<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Quayle)/Rect[72 600 272 620]/F 4/AP<</N %d 0 R>>>>",
				p.Stream("/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>", []byte("BT /F1 12 Tf 2 5 Td (Quayle) Tj ET")))
			p.Page(fmt.Sprintf("%s/Annots[%d 0 R]", a4, field), "", text)
		}),
	}
	all["damaged"] = bytes.Replace(all["scanned"], []byte("startxref"), []byte("startxxxx"), 1)
	all["after mail headers"] = append([]byte("Content-Type: application/pdf\r\n\r\n"), all["scanned"]...)
	return all
}

// readAs makes up what was read on a page: words in lines on a grid, in several scripts, and one
// that runs up the margin.
func readAs(page *document.Page) document.PageResult {
	words := strings.Fields("harbour (committee) 1,250.75 pounds 港口 гавань naïve 😀 fi\u0301n שלום")
	r := document.Region{Type: document.RegionText}
	stepX, stepY := page.Width/6, page.Height/8
	for line := range 5 {
		for i := range 4 {
			x, y := stepX*(i+1), stepY*(line+2)
			r.Words = append(r.Words, document.WordBox{Text: words[(4*line+i)%len(words)], BBox: document.BBox{x, y, x + stepX*3/4, y + stepY/4}, Line: line})
		}
	}
	r.Words = append(r.Words, document.WordBox{Text: "upwards", BBox: document.BBox{stepX / 4, 3 * stepY, stepX / 2, 5 * stepY}, Line: 5, Rotation: 270})
	return document.PageResult{Number: page.Number, Width: page.Width, Height: page.Height, Regions: []document.Region{r}}
}

// drawAll renders a document.
func drawAll(t *testing.T, r *raster.Rasterizer, pdf []byte, opts document.Options) []*document.Page {
	t.Helper()
	pages, err := r.Open(t.Context(), document.NewSource("a.pdf", pdf), opts)
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var all []*document.Page
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page)
		t.Cleanup(page.Release)
	}
	return all
}

func searchablePDF(t *testing.T, r *raster.Rasterizer, pdf []byte, opts document.Options, pages []document.PageResult) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := r.Searchable(t.Context(), document.NewSource("a.pdf", pdf), opts, pages, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestSearchable: the words are found at their places, nothing else is seen, and the file is
// the one that it was, with little behind it.
func TestSearchable(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for name, pdf := range ownDocuments() {
		t.Run(name, func(t *testing.T) {
			before := drawAll(t, r, pdf, document.Options{DPI: 72})
			var read []document.PageResult
			for _, page := range before {
				read = append(read, readAs(page))
			}
			got := searchablePDF(t, r, pdf, document.Options{}, read)
			original := pdf[bytes.Index(pdf, []byte("%PDF")):]
			if name != "damaged" && !bytes.HasPrefix(got, original) {
				t.Error("the original file is not the beginning")
			}
			if grown := (len(got) - len(original)) / len(before); grown > 20<<10 {
				t.Errorf("the file grows by %d bytes a page", grown)
			}
			for i, page := range drawAll(t, r, got, document.Options{DPI: 72}) {
				if n := differing(before[i].Image, page.Image); n != 0 || page.Width != before[i].Width {
					t.Errorf("page %d: %d pixels differ", i+1, n)
				}
			}
			unit := 1.0
			if bytes.Contains(pdf, []byte("/UserUnit 2")) {
				unit = 2 // pdftotext knows no other than points
			}
			checkByTools(t, got, unit, before, read)
		})
	}
}

func differing(a, b image.Image) (n int) {
	if x, ok := a.(*image.Gray); ok {
		if y, ok := b.(*image.Gray); ok && bytes.Equal(x.Pix, y.Pix) {
			return 0
		}
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.NRGBAModel.Convert(a.At(x, y)) != color.NRGBAModel.Convert(b.At(x, y)) {
				n++
			}
		}
	}
	return n
}

// tool is the path of a program; the test is skipped without.
func tool(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path, _ := filepath.Abs("../build/pdftools/usr/bin/" + name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("there is no %s: run `make format-tools`", name)
	}
	return path
}

// runTool runs a program and gives what it says.
func runTool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := tool(t, name)
	cmd := exec.CommandContext(t.Context(), path, args...)
	lib, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "../lib/*-linux-gnu"))
	cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(lib, ":"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

var wordLine = regexp.MustCompile(`<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*)</word>`)

// checkByTools looks into a file with qpdf and pdftotext.
func checkByTools(t *testing.T, pdf []byte, unit float64, pages []*document.Page, read []document.PageResult) {
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := runTool(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors found") {
		t.Errorf("qpdf: %s", out)
	}
	if text := runTool(t, "pdftotext", path, "-"); len(read[0].Regions[0].Words) > 1 && !strings.Contains(text, "שלום") {
		t.Errorf("the Hebrew word is not in its order: %s", text)
	}
	found := strings.Split(runTool(t, "pdftotext", "-bbox", "-cropbox", path, "-"), "<page ")[1:]
	for i, page := range pages {
		scale := 72 / page.DPI / unit
		var missed []string
		for _, w := range read[i].Regions[0].Words {
			if !slices.ContainsFunc(wordLine.FindAllStringSubmatch(found[i], -1), func(m []string) bool {
				for side := range 4 {
					at, _ := strconv.ParseFloat(m[side+1], 64)
					if math.Abs(at-float64(w.BBox[side])*scale) > 3 {
						return false
					}
				}
				return m[5] == shown(w.Text)
			}) {
				missed = append(missed, fmt.Sprintf("%s at %.1f %.1f %.1f %.1f", w.Text, float64(w.BBox[0])*scale, float64(w.BBox[1])*scale, float64(w.BBox[2])*scale, float64(w.BBox[3])*scale))
			}
		}
		if missed != nil {
			t.Errorf("page %d: pdftotext does not find %s in\n%s", i+1, strings.Join(missed, "; "), found[i])
		}
	}
}

// shown is a word as pdftotext has it with its box: letters of scripts that run to the left are
// in the order of the page.
func shown(text string) string {
	if text == "שלום" {
		return "םולש"
	}
	return text
}

// TestTextThatIsThereIsNotDoubled, and what is read otherwise at its place is added only where
// it has little in common.
func TestTextThatIsThereIsNotDoubled(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	pdf := ownDocuments()["text"]
	page := drawAll(t, r, pdf, document.Options{})[0]
	read := document.PageResult{Number: 1, Width: page.Width, Height: page.Height, Regions: []document.Region{{}}}
	for _, w := range page.Words {
		read.Regions[0].Words = append(read.Regions[0].Words, document.WordBox{Text: w.Text, BBox: w.BBox})
	}
	if got := searchablePDF(t, r, pdf, document.Options{}, []document.PageResult{read}); !bytes.Equal(got, pdf) {
		t.Error("words are added that are there")
	}
	words := read.Regions[0].Words
	words[0].Text, words[1].Text = "Tne", "#*~+!"
	got := searchablePDF(t, r, pdf, document.Options{}, []document.PageResult{read})
	if !bytes.Contains(got[len(pdf):], []byte("/Contents")) {
		t.Error("a word that is not there is not added")
	}
	if again := searchablePDF(t, r, got, document.Options{}, []document.PageResult{read}); !bytes.Equal(again, got) {
		t.Error("hidden words are added that are there")
	}
}

// TestEncryptedStaysSo: text is added with the password, and the file needs it still.
func TestEncryptedStaysSo(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	pdf, err := os.ReadFile("../testdata/sample-encrypted.pdf")
	if err != nil {
		t.Fatal(err)
	}
	opts := document.Options{Password: "secret"}
	page := drawAll(t, r, pdf, opts)[0]
	got := searchablePDF(t, r, pdf, opts, []document.PageResult{readAs(page)})
	if n := differing(page.Image, drawAll(t, r, got, opts)[0].Image); n != 0 {
		t.Errorf("%d pixels differ", n)
	}
	_, err = r.Open(t.Context(), document.NewSource("a.pdf", got), document.Options{})
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodePasswordRequired {
		t.Errorf("without password: %v", err)
	}
}

// TestForbiddenChanges need the owner's password.
func TestForbiddenChanges(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	dir := t.TempDir()
	plain, locked := filepath.Join(dir, "plain.pdf"), filepath.Join(dir, "locked.pdf")
	if err := os.WriteFile(plain, ownDocuments()["scanned"], 0o600); err != nil {
		t.Fatal(err)
	}
	runTool(t, "qpdf", "--encrypt", "", "owner", "256", "--modify=none", "--", plain, locked)
	pdf, err := os.ReadFile(locked)
	if err != nil {
		t.Fatal(err)
	}
	read := []document.PageResult{readAs(drawAll(t, r, pdf, document.Options{DPI: 72})[0])}
	err = r.Searchable(t.Context(), document.NewSource("a.pdf", pdf), document.Options{}, read, &bytes.Buffer{})
	if p, ok := errors.AsType[*document.Problem](err); !ok || !strings.Contains(p.Detail, "forbids changes") {
		t.Errorf("%v", err)
	}
	if got := searchablePDF(t, r, pdf, document.Options{Password: "owner"}, read); !bytes.HasPrefix(got, pdf) || len(got) == len(pdf) {
		t.Error("the owner's password adds nothing")
	}
}

// TestImagesBecomePages, upright and with their text; a JPEG comes as it is unless it is
// mirrored or of four colors.
func TestImagesBecomePages(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for name, asItIs := range map[string]bool{
		"exif1.jpg": true, "exif3.jpg": true, "exif6.jpg": true, "exif8.jpg": true, "exif5.jpg": false, "cmyk.jpg": false, "progressive.jpg": true,
		"bilevel.png": false, "palette.png": false, "pages.tif": false, "group4.tif": false, "lossy.webp": false,
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			before := drawAll(t, r, data, document.Options{})
			var read []document.PageResult
			for _, page := range before {
				word := document.WordBox{Text: "harbour", BBox: document.BBox{page.Width / 4, page.Height / 4, page.Width / 2, page.Height / 3}}
				read = append(read, document.PageResult{Number: page.Number, Width: page.Width, Height: page.Height, Regions: []document.Region{{Words: []document.WordBox{word}}}})
			}
			got := searchablePDF(t, r, data, document.Options{}, read)
			if bytes.Contains(got, data) != asItIs {
				t.Errorf("the image is in the PDF as it is: %v", !asItIs)
			}
			after := drawAll(t, r, got, document.Options{DPI: 150})
			if len(after) != len(before) {
				t.Fatalf("%d pages of %d", len(after), len(before))
			}
			for i, page := range after {
				if d := far(before[i].Image, page.Image); d > 12 {
					t.Errorf("page %d looks otherwise: by %d of 255", i+1, d)
				}
				before[i].DPI = 72 * float64(before[i].Width) / (float64(page.Width) / page.DPI * 72) // of the page that it became
			}
			checkByTools(t, got, 1, before, read)
		})
	}
}

// far is by how much the brightness of two images differs at most, square by square of a grid.
func far(a, b image.Image) (most int) {
	const grid = 6
	mean := func(img image.Image, i, j int) int {
		r := img.Bounds()
		sum, n := 0, 0
		for y := r.Dy() * j / grid; y < r.Dy()*(j+1)/grid; y++ {
			for x := r.Dx() * i / grid; x < r.Dx()*(i+1)/grid; x++ {
				sum += int(color.GrayModel.Convert(img.At(r.Min.X+x, r.Min.Y+y)).(color.Gray).Y)
				n++
			}
		}
		return sum / max(n, 1)
	}
	for i := range grid {
		for j := range grid {
			d := mean(a, i, j) - mean(b, i, j)
			most = max(most, d, -d)
		}
	}
	return most
}

// TestSearchableRefuses what it cannot do, and says so.
func TestSearchableRefuses(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	err := r.Searchable(t.Context(), document.NewSource("a.png", []byte("\x89PNG\r\n\x1a\n")), document.Options{}, nil, &bytes.Buffer{})
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeUnreadable {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Searchable(ctx, document.NewSource("a.pdf", ownDocuments()["text"]), document.Options{}, nil, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestImagesMayGrowTooLarge wants a PDF of images to end where it is too large to be answered with,
// at any place of it, and whoever makes it to stop.
func TestImagesMayGrowTooLarge(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	data, err := os.ReadFile(filepath.Join("testdata", "pages.tif"))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := r.ImagesAsPDF(t.Context(), document.NewSource("a.tif", data), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	for _, most := range []int64{10, whole.Size / 2, whole.Size - 1} {
		_, err := r.ImagesAsPDF(t.Context(), document.NewSource("a.tif", data), most)
		if p, ok := errors.AsType[*document.Problem](err); !ok || p.Code != document.CodeTooLarge || p.Phase != document.PhaseFormat {
			t.Errorf("at most %d of %d bytes: %v", most, whole.Size, err)
		}
	}
}

// TestDamagedPageOfATIFF costs that page its image, and no other.
func TestDamagedPageOfATIFF(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	data, err := os.ReadFile(filepath.Join("testdata", "pages.tif"))
	if err != nil {
		t.Fatal(err)
	}
	const second, compression = 4760, 3 // where the page's directory is, and which of its entries
	data[second+2+12*compression+8] = 0xff
	word := document.WordBox{Text: "harbour", BBox: document.BBox{4, 4, 40, 12}}
	read := []document.PageResult{
		{Number: 1, Width: 48, Height: 32, Regions: []document.Region{{Words: []document.WordBox{word}}}},
		{Number: 2, Status: document.StatusFailed},
		{Number: 3, Width: 48, Height: 32, Regions: []document.Region{{Words: []document.WordBox{word}}}},
	}
	drawn := slices.Clone(read)
	drawn[1] = document.PageResult{Number: 2, Width: 48, Height: 32, Status: document.StatusOK}
	err = r.Searchable(t.Context(), document.NewSource("", data), document.Options{}, drawn, io.Discard)
	if p, ok := errors.AsType[*document.Problem](err); !ok || !p.Retryable || !strings.Contains(p.Detail, "page 2") {
		t.Errorf("a page that was drawn before is given up: %v", err)
	}
	got := searchablePDF(t, r, data, document.Options{}, read)
	var texts []string
	for _, page := range drawAll(t, r, got, document.Options{DPI: 72}) {
		var words []string
		for _, w := range page.Words {
			words = append(words, w.Text)
		}
		texts = append(texts, strings.Join(words, " "))
	}
	// Invisible words are none that a page shows.
	if want := []string{"", "Page 2 could not be drawn.", ""}; !slices.Equal(texts, want) {
		t.Errorf("pages show %q, want %q", texts, want)
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, got, 0o600); err != nil {
		t.Fatal(err)
	}
	if text := runTool(t, "pdftotext", path, "-"); strings.Count(text, "harbour") != 2 {
		t.Errorf("the words of the other pages are not there: %s", text)
	}
}
