package raster_test

import (
	"fmt"
	"image"
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

const helvetica = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 6 0 R>>"

// badMap maps q to U+FFFD and z to private use.
var badMap = stream("", "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "+
	"1 begincodespacerange <00><ff> endcodespacerange "+
	"2 beginbfchar <71><fffd> <7a><e000> endbfchar endcmap end end")

func wordPage(keys, content string) []byte {
	return pageOf("/MediaBox[0 0 300 200]/Resources<</Font<</F 5 0 R>>/ExtGState<</T<</ca 0/CA 0>>>>>>"+keys, content, helvetica, badMap)
}

func textsOf(words []document.Word) (texts []string) {
	for _, w := range words {
		texts = append(texts, w.Text)
	}
	slices.Sort(texts)
	return texts
}

// TestWordsForThoseWhoAsk: where nothing but an answer looks at words, only documents whose answer tells them have any, and
// the characters are there all the same.
func TestWordsForThoseWhoAsk(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.OnlyPlaced = true })
	data := wordPage("", "BT /F 20 Tf 20 150 Td (Hi) Tj ET")
	for _, c := range []struct {
		opts       document.Options
		words      int
		characters bool
	}{
		{document.Options{}, 0, false},
		{document.Options{TextLayer: document.TextLayerVerified}, 0, true},
		{document.Options{Boxes: document.BoxesWord}, 1, false},
		{document.Options{Boxes: document.BoxesWord, TextLayer: document.TextLayerVerified}, 1, true},
	} {
		opened, err := r.Open(t.Context(), document.NewSource("", data), c.opts)
		if err != nil {
			t.Fatal(err)
		}
		for page, err := range opened.Seq {
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Words) != c.words || (page.Drawn != nil) != c.characters {
				t.Errorf("%+v: the words %v, characters %v", c.opts, page.Words, page.Drawn != nil)
			}
			page.Release()
		}
		opened.Close()
	}
}

func TestWords(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"two lines", "BT /F 20 Tf 20 150 Td (Hello world) Tj 0 -50 Td (1234,56) Tj ET", []string{"1234,56", "Hello", "world"}},
		{"stroked", "BT /F 20 Tf 1 Tr 20 150 Td (Hello) Tj ET", []string{"Hello"}},
		{"filled and stroked", "BT /F 20 Tf 2 Tr 20 150 Td (Hello) Tj ET", []string{"Hello"}},
		{"invisible", "BT /F 20 Tf 3 Tr 20 150 Td (hidden) Tj 0 Tr 0 -50 Td (seen) Tj ET", []string{"seen"}},
		{"transparent", "/T gs BT /F 20 Tf 20 150 Td (hidden) Tj ET", nil},
		{"off the page", "BT /F 20 Tf 20 500 Td (outside) Tj ET", nil},
		{"actual text", "/Span <</ActualText(other)>> BDC BT /F 20 Tf 20 150 Td (Hello) Tj ET EMC", []string{"Hello"}},
		{"unreliable map", "BT /F 20 Tf 20 150 Td (aqa bzb good) Tj ET", []string{"good"}},
		{"a character missing from a long word", "BT /F 20 Tf 20 150 Td (remarkabqes) Tj ET", []string{"remarkab\ufffdes"}},
		{"under an image", "BT /F 20 Tf 20 150 Td (old) Tj 0 -50 Td (seen) Tj ET q 100 0 0 30 10 145 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q", []string{"seen"}},
		{"above an image", "q 100 0 0 30 10 145 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xf0 EI Q BT /F 20 Tf 20 150 Td (new) Tj ET", []string{"new"}},
		{"a note's mark and a square", "BT /F 20 Tf 20 150 Td (since 1931) Tj 9 Ts /F 11 Tf (12) Tj /F 20 Tf 0 Ts ( on 84 m) Tj 7 Ts /F 12 Tf (2) Tj ET", []string{"1931\u00b9\u00b2", "84", "m\u00b2", "on", "since"}},
		{"lowered", "BT /F 18 Tf 20 150 Td (CO) Tj -3 Ts /F 12 Tf (2) Tj /F 18 Tf 0 Ts ( and 10) Tj 6 Ts /F 10 Tf (-3) Tj ET", []string{"10\u207b\u00b3", "CO\u2082", "and"}},
		{"a note that begins with its mark", "BT /F 8 Tf 20 156 Td (4) Tj /F 14 Tf 6 -6 Td (See below) Tj ET", []string{"below", "\u2074See"}},
		{"raised letters of a word, and a letter as a mark", "BT /F 20 Tf 20 150 Td (the 5) Tj 7 Ts /F 12 Tf (th) Tj /F 20 Tf 0 Ts ( tone) Tj 7 Ts /F 12 Tf (b) Tj ET", []string{"5th", "the", "tone\u1d47"}},
		{"narrow blanks, by place alone", "BT /F 20 Tf 20 150 Td [(set) -130 (tight) -125 (in) -140 (a) -130 (line)] TJ ET", []string{"a", "in", "line", "set", "tight"}},
		{"letters set wide", "BT /F 20 Tf 2.6 Tc 20 150 Td (Opening) Tj ET", []string{"Opening"}},
		{"small on the same line", "BT /F 20 Tf 20 150 Td (NO) Tj /F 12 Tf ( 12 A) Tj ET", []string{"12", "A", "NO"}},
		{"slanted", "BT /F 20 Tf .7 .7 -.7 .7 50 50 Tm (Hello) Tj ET", []string{"Hello"}},
	} {
		for _, dpi := range []int{72, 200} {
			for _, rotate := range []int{0, 90} {
				t.Run(fmt.Sprint(c.name, dpi, rotate), func(t *testing.T) {
					data := wordPage(fmt.Sprintf("/Rotate %d", rotate), c.content)
					pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{DPI: dpi})
					page := allPages(t, pages, err)[0]
					if got := textsOf(page.Words); !slices.Equal(got, c.want) {
						t.Errorf("words %q, want %q", got, c.want)
					}
					for _, w := range page.Words {
						if got := ink(page.Image, w.BBox.Rect()); got < 0.05 {
							t.Errorf("%.2f of the box of %q is dark", got, w.Text)
						}
					}
					if c.name == "two lines" {
						wantAllInkIn(t, page)
					}
				})
			}
		}
	}
}

// wantAllInkIn wants nothing dark outside the words.
func wantAllInkIn(t *testing.T, page *document.Page) {
	t.Helper()
	for y := range page.Height {
		for x := range page.Width {
			if ink(page.Image, image.Rect(x, y, x+1, y+1)) == 0 {
				continue
			}
			if !slices.ContainsFunc(page.Words, func(w document.Word) bool { return image.Pt(x, y).In(w.BBox.Rect()) }) {
				t.Fatalf("dark pixel %d,%d is in no word", x, y)
			}
		}
	}
}

func TestWordsOfFormFields(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, file := range []string{"form.pdf", "form_without_appearances.pdf"} {
		pages, err := openFile(t, r, file, document.Options{})
		if got := textsOf(allPages(t, pages, err)[0].Words); !slices.Contains(got, "WWWWWWWW") {
			t.Errorf("%s: words %q", file, got)
		}
	}
}

func TestWordsOnlyWhenAskedFor(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.Words = false })
	pages, err := openFile(t, r, "form.pdf", document.Options{})
	if got := allPages(t, pages, err)[0].Words; got != nil {
		t.Errorf("words %v", got)
	}
}

// TestLiesAboutWords wants the page all the same.
func TestLiesAboutWords(t *testing.T) {
	for _, lie := range wordLies {
		r, _ := newRasterizer(t, func(c *raster.Config) {
			c.Command = []string{"/proc/self/exe", lyingArgument, lie}
		})
		pages, err := openFile(t, r, "form.pdf", document.Options{})
		if got := allPages(t, pages, err)[0].Words; got != nil {
			t.Errorf("%s: words %v", lie, got)
		}
	}
}
