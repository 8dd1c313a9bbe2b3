package raster_test

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster/rastertest"
)

// TestScanOnATinyPage draws a page that is too small for the image on it by the image.
func TestScanOnATinyPage(t *testing.T) {
	image := func(scale string) []byte {
		return pageOf("/MediaBox[0 0 60 80]/Resources<</XObject<</I 5 0 R>>>>", "q "+scale+" 0 0 cm /I Do Q",
			rastertest.StreamObject("/Type/XObject/Subtype/Image/Width 600/Height 800/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/ASCIIHexDecode", "00>"))
	}
	r, _ := newRasterizer(t, nil)
	for name, c := range map[string]struct {
		data          []byte
		dpi           int
		width, height int
	}{
		"by the image":      {image("60 0 0 80"), 0, 600, 800},
		"turned":            {image("0 80 -60 0"), 0, 450, 600},
		"as asked for":      {image("60 0 0 80"), 72, 60, 80},
		"a logo":            {image("20 0 0 20"), 0, 125, 166},
		"a page of letters": {pageOf("/MediaBox[0 0 60 80]", "0 0 9 9 re f"), 0, 125, 166},
	} {
		pages, err := r.Open(t.Context(), document.NewSource("", c.data), document.Options{DPI: c.dpi})
		page := allPages(t, pages, err)[0]
		if page.Width != c.width || page.Height != c.height {
			t.Errorf("%s: %d x %d pixels, want %d x %d", name, page.Width, page.Height, c.width, c.height)
		}
	}
}
