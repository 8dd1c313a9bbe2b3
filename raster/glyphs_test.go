package raster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
)

// drawnOf renders the first page of a document with its characters.
func drawnOf(t *testing.T, data []byte, dpi int) *document.Page {
	t.Helper()
	r, _ := newRasterizer(t, nil)
	pages, err := r.Open(t.Context(), document.NewSource("", data), document.Options{DPI: dpi, TextLayer: document.TextLayerVerified})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		page.Release()
		return page
	}
	return nil
}

// TestGlyphs shows of which characters a page says that they are to be seen, and nothing
// else at their place; the rest is in brackets.
func TestGlyphs(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"plain":          {"BT /F 20 Tf 20 150 Td (Hi 5) Tj ET", "Hi 5"},
		"colored":        {".8 0 .2 rg BT /F 20 Tf 20 150 Td (Hi) Tj ET", "Hi"},
		"on a ground":    {"0 0 .4 rg 0 0 300 200 re f 1 g BT /F 20 Tf 20 150 Td (Hi) Tj ET", "Hi"},
		"white":          {"1 g BT /F 20 Tf 20 150 Td (Hi) Tj ET", "[H][i]"},
		"pale":           {".9 g BT /F 20 Tf 20 150 Td (Hi) Tj ET", "[H][i]"},
		"covered":        {"BT /F 20 Tf 20 150 Td (Hi) Tj ET 1 g 0 0 300 200 re f", "[H][i]"},
		"one covered":    {"BT /F 20 Tf 20 150 Td (HOH) Tj ET 1 g 36 140 13 30 re f", "H[O]H"},
		"half covered":   {"BT /F 20 Tf 20 150 Td (E) Tj ET 1 g 24 149 20 4 re f", "[E]"},
		"clipped":        {"q 0 0 1 1 re W n BT /F 20 Tf 20 150 Td (Hi) Tj ET Q", "[H][i]"},
		"with a stroke":  {"BT /F 20 Tf 20 150 Td (F) Tj ET 2 w 22 151 m 32 151 l S", "[F]"},
		"under an image": {"BT /F 20 Tf 20 150 Td (Hi) Tj ET q 100 0 0 30 10 145 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q", "[H][i]"},
		"above an image": {"q 100 0 0 30 10 145 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xf0 EI Q BT /F 20 Tf 20 150 Td (Hi) Tj ET", "Hi"},
		"transparent":    {"/T gs BT /F 20 Tf 20 150 Td (Hi) Tj ET", ""},
		"invisible":      {"BT /F 20 Tf 3 Tr 20 150 Td (Hi) Tj ET", ""},
		"turned":         {"BT /F 20 Tf 0 1 -1 0 50 50 Tm (Hi) Tj ET", "[H][i]"},
		"mirrored":       {"BT /F 20 Tf -1 0 0 1 50 50 Tm (Hi) Tj ET", "[H][i]"},
		"off the page":   {"BT /F 20 Tf -5 150 Td (HH) Tj ET", "[H]H"},
	} {
		t.Run(name, func(t *testing.T) {
			page := drawnOf(t, wordPage("", c.content), 150)
			got := ""
			if page.Drawn != nil {
				for _, ch := range page.Drawn.Characters {
					blank := ch.Text == " " && ch.Ink.Rect().Empty()
					if blank || ch.Upright && ch.Contrast >= 48 && ch.Astray <= 8 {
						got += ch.Text
					} else {
						got += "[" + ch.Text + "]"
					}
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q: %+v", got, c.want, page.Drawn)
			}
		})
	}
}

// TestStrangeInk wants what no glyph explains to be marked, and no glyph to be.
func TestStrangeInk(t *testing.T) {
	count := func(content string) (n int) {
		b := drawnOf(t, wordPage("", content), 150).Drawn.Strange
		for y := range b.Height {
			for x := range b.Width {
				if b.At(x, y) {
					n++
				}
			}
		}
		return n
	}
	text := "BT /F 12 Tf 20 150 Td (The quick brown fox jumps over it) Tj ET "
	if n := count(text); n != 0 {
		t.Errorf("%d squares of plain text are strange", n)
	}
	if n := count(text + "100 60 40 20 re f"); n < 20 {
		t.Errorf("%d squares of a black box are strange", n)
	}
	if n := count(text + "1 g 40 140 60 30 re f"); n == 0 {
		t.Error("half of a covered line is not strange")
	}
}

// TestTooManyGlyphs wants a page that draws without end to go without its characters,
// within time and memory.
func TestTooManyGlyphs(t *testing.T) {
	began := time.Now()
	many := "BT /F 2 Tf 20 150 Td " + strings.Repeat("("+strings.Repeat("x", 1000)+") Tj ", 1000) + "ET"
	if page := drawnOf(t, wordPage("", many), 72); page.Drawn != nil {
		t.Errorf("%d characters", len(page.Drawn.Characters))
	}
	var fonts strings.Builder
	var content strings.Builder
	for i := range 1500 { // above the bound; ten thousand take MuPDF ten seconds by themselves
		fmt.Fprintf(&fonts, "/F%d<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 0/LastChar 0/Widths[%d]>>", i, i)
		fmt.Fprintf(&content, "BT /F%d 8 Tf 20 %d Td (a) Tj ET\n", i, i%190)
	}
	data := pageOf("/MediaBox[0 0 300 200]/Resources<</Font<<"+fonts.String()+">>>>", content.String())
	if page := drawnOf(t, data, 72); page.Image != nil || page.Width == 0 {
		t.Error("the page of many fonts was not drawn")
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
