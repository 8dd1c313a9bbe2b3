package raster_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster/rastertest"
)

// pageWithImage is a page with a line of text and an image.
func pageWithImage(dict, data string) []byte {
	return pageOf("/MediaBox[0 0 200 200]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</I 5 0 R>>>>",
		"BT /F 20 Tf 20 150 Td (Hello) Tj ET q 100 0 0 100 10 10 cm /I Do Q",
		rastertest.StreamObject("/Type/XObject/Subtype/Image"+dict, data))
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pageWithFont is a page with text in a font.
func pageWithFont(font, text string, more ...string) []byte {
	return pageOf("/MediaBox[0 0 200 200]/Resources<</Font<</F 5 0 R>>>>",
		"BT /F 20 Tf 20 150 Td "+text+" Tj ET", append([]string{font}, more...)...)
}

func deflated(t *testing.T) string {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	for y := range 64 {
		for x := range 64 {
			fmt.Fprintf(w, "%c", x*y)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

// TestFaults has a page say what of it was not drawn, and only that.
func TestFaults(t *testing.T) {
	const gray, fax = "/Width 64/Height 64/ColorSpace/DeviceGray/BitsPerComponent 8", "/Width 64/Height 64/ColorSpace/DeviceGray/BitsPerComponent 1"
	const cid = "<</Type/Font/Subtype/CIDFontType2/BaseFont/%[1]s/CIDSystemInfo<</Registry(Adobe)/Ordering(%[2]s)/Supplement 0>>" +
		"/FontDescriptor<</Type/FontDescriptor/FontName/%[1]s/Flags 4>>>>"
	const type0 = "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/%s/DescendantFonts[6 0 R]>>"
	packed := deflated(t)
	picture, err := os.ReadFile("testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	jpeg := string(picture)
	frame := strings.Index(jpeg, "\xff\xc2")
	junk := strings.Repeat("junk", 50)
	rgb := "/Width 48/Height 32/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
	cases := []struct {
		name string
		data []byte
		want string // in the one fault; "" for none
	}{
		{"image", pageWithImage(gray+"/Filter/FlateDecode", packed), ""},
		{"wrong sum", pageWithImage(gray+"/Filter/FlateDecode", packed[:len(packed)-2]+"xx"), ""},
		{"cut off", pageWithImage(gray+"/Filter/FlateDecode", packed[:len(packed)/3]), "cut off"},
		{"few pixels", pageWithImage(gray, strings.Repeat("a", 1000)), "cut off"},
		{"JPEG", pageWithImage(rgb, jpeg), ""},
		{"JPEG without start", pageWithImage(rgb, "\x00\x00\x00"+jpeg[3:]), "JPEG"},
		{"JPEG without frame", pageWithImage(rgb, jpeg[:frame+1]+"\xfe"+jpeg[frame+2:]), "JPEG"},
		{"JPEG cut off", pageWithImage(rgb, jpeg[:len(jpeg)*2/3]), "cut off"},
		{"JPX", pageWithImage(gray+"/Filter/JPXDecode", junk), "JPEG 2000"},
		{"JBIG2", pageWithImage(fax+"/Filter/JBIG2Decode", "\x00\x00\x00\x00\x30"+junk), "JBIG2"},
		{"fax", pageWithImage(fax+"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 64/Rows 64>>", junk), "fax"},
		{"LZW", pageWithImage(gray+"/Filter/LZWDecode", junk), "damaged"},
		{"unknown filter", pageWithImage(gray+"/Filter/FooDecode", junk), "not known"},
		{"unknown color space", pageWithImage("/Width 64/Height 64/BitsPerComponent 8/ColorSpace/Nope/Filter/FlateDecode", packed), "could not be drawn"},
		{"broken color profile", pageOf("/MediaBox[0 0 200 200]/Resources<</XObject<</I 5 0 R>>>>", "q 100 0 0 100 10 10 cm /I Do Q",
			rastertest.StreamObject("/Type/XObject/Subtype/Image/Width 64/Height 64/BitsPerComponent 8/ColorSpace[/ICCBased 6 0 R]/Filter/FlateDecode", packed),
			rastertest.StreamObject("/N 1", junk)), ""},
		{"missing image", pageOf("/MediaBox[0 0 200 200]", "/Nope Do 0 0 10 10 re f"), "not in the document"},
		{"unknown operator", pageOf("/MediaBox[0 0 200 200]", "1 2 foo 0 0 10 10 re f"), ""},
		{"damaged instructions", pageOf("/MediaBox[0 0 200 200]", "0 0 10 10 re f << ] >> ) 3"), "instructions"},
		{"empty stream", pageOf("/MediaBox[0 0 200 200]/Resources<</XObject<</X 5 0 R>>>>", "/X Do",
			rastertest.StreamObject("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode", "")), ""},
		{"standard font", pageWithFont("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "(Hello)"), ""},
		{"substitute font", pageWithFont("<</Type/Font/Subtype/TrueType/BaseFont/Fantasia/Encoding/WinAnsiEncoding>>", "(Hello)"), ""},
		{"Japanese font", pageWithFont(fmt.Sprintf(type0, "Ryumin-Light", "UniJIS-UCS2-H"), "<65E5672C>", fmt.Sprintf(cid, "Ryumin-Light", "Japan1")), ""},
		{"no such character", pageWithFont(fmt.Sprintf(type0, "Batang", "Identity-H"), "<1F402000>", fmt.Sprintf(cid, "Batang", "Korea1")), "not embedded"},
		{"characters unknown", pageWithFont(fmt.Sprintf(type0, "Fantasia", "Identity-H"), "<00480065>", fmt.Sprintf(cid, "Fantasia", "Identity")), "not embedded"},
		{"broken font", pageWithFont("<</Type/Font/Subtype/TrueType/BaseFont/F/Encoding/WinAnsiEncoding/FontDescriptor 6 0 R>>", "(Hello)",
			"<</Type/FontDescriptor/FontName/F/Flags 32/FontFile2 7 0 R>>", rastertest.StreamObject("", junk)), "could not be loaded"},
		{"XFA form", rastertest.Objects("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA 5 0 R>>/NeedsRendering true>>", onePage,
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>", rastertest.StreamObject("", "0 0 10 10 re f"), rastertest.StreamObject("", "<xdp/>")), "XFA"},
		{"form with XFA beside its fields", rastertest.Objects("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/XFA 5 0 R>>>>", onePage,
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>", rastertest.StreamObject("", "0 0 10 10 re f"), rastertest.StreamObject("", "<xdp/>"), "<</FT/Tx/T(name)>>"), ""},
		{"animated GIF", read(t, "testdata/animated.gif"), "further frames"},
		{"animated WebP", read(t, "testdata/animated.webp"), "further frames"},
		{"GIF", read(t, "testdata/plain.gif"), ""},
		{"no such encoding", pageWithFont(fmt.Sprintf(type0, "Fantasia", "Nope-H"), "<00480065>", fmt.Sprintf(cid, "Fantasia", "Identity")), "could not be loaded"},
	}
	r, _ := newRasterizer(t, nil)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pages, err := r.Open(t.Context(), document.NewSource("", c.data), document.Options{DPI: 72})
			faults := allPages(t, pages, err)[0].Faults
			if c.want == "" && len(faults) > 0 || c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], c.want)) {
				t.Errorf("faults %q, want one of %q", faults, c.want)
			}
		})
	}
}

// TestFaultOnEveryPage has two pages show one broken font and one broken image: MuPDF
// speaks of it once.
func TestFaultOnEveryPage(t *testing.T) {
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R/Resources<</XObject<</I 6 0 R>>/Font<</F 7 0 R>>>>>>"
	data := rastertest.Objects(catalog, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>", page, page,
		rastertest.StreamObject("", "BT /F 9 Tf (a) Tj ET 9 0 0 9 0 0 cm /I Do"),
		rastertest.StreamObject("/Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceGray", "a"),
		"<</Type/Font/Subtype/TrueType/BaseFont/F/Encoding/WinAnsiEncoding/FontDescriptor 8 0 R>>",
		"<</Type/FontDescriptor/FontName/F/Flags 32/FontFile2 9 0 R>>", rastertest.StreamObject("", "junk"))
	r, _ := newRasterizer(t, nil)
	pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{DPI: 72})
	for _, page := range allPages(t, pages, err) {
		if len(page.Faults) != 2 {
			t.Errorf("page %d: faults %q", page.Number, page.Faults)
		}
	}
}

// TestPagesThatCannotBeFoundAreTold has a file of three pages of which the end is missing: nobody takes
// what is left for all.
func TestPagesThatCannotBeFoundAreTold(t *testing.T) {
	whole := read(t, "testdata/pages.tif")
	const third = 9512 // where the directory of the third page stands
	loop := bytes.Clone(whole)
	copy(loop[4760+2+10*12:], []byte{8, 0, 0, 0}) // after the second page comes the first
	r, _ := newRasterizer(t, nil)
	for name, tt := range map[string]struct {
		data []byte
		want string // faults of the pages
	}{
		"whole":   {whole, "[[] [] []]"},
		"a loop":  {loop, "[[] []]"},
		"cut off": {whole[:third+20], "[[] [the file is damaged or cut off behind this page, and pages that follow it cannot be found]]"},
	} {
		pages, err := r.Open(t.Context(), document.NewSource("", tt.data), document.Options{})
		var got [][]string
		for _, page := range allPages(t, pages, err) {
			got = append(got, page.Faults)
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%s: faults %v, want %s", name, got, tt.want)
		}
	}
}

// TestSoundDocumentsHaveNoFaults wants no false alarm.
func TestSoundDocumentsHaveNoFaults(t *testing.T) {
	passwords := map[string]string{"sample-encrypted.pdf": "secret", "user_r3.pdf": "geheim", "user_r4.pdf": "geheim", "user_r6.pdf": "geheim"}
	r, _ := newRasterizer(t, nil)
	for _, pattern := range []string{"testdata/*.pdf", "testdata/*.tif", "../testdata/*.pdf"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{DPI: 72, Password: passwords[filepath.Base(file)]})
				for _, page := range allPages(t, pages, err) {
					if len(page.Faults) > 0 {
						t.Errorf("page %d: %q", page.Number, page.Faults)
					}
				}
			})
		}
	}
}
