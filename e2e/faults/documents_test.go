package faults_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"

	"ocr-gateway/raster/rastertest"
)

// textPDF writes a PDF of so many A4 pages of text, with ballast bytes that nobody draws.
func textPDF(pages, ballast int) []byte {
	var lines strings.Builder
	for i := range 40 {
		fmt.Fprintf(&lines, "(Line %d of a page that somebody wants to have read.) Tj T*\n", i+1)
	}
	content := "BT /F 11 Tf 15 TL 60 780 Td\n" + lines.String() + "ET"
	const firstPage = 6 // its object number
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+i)
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", pages, kids.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", ballast, strings.Repeat("x", ballast)),
	}
	for range pages {
		objects = append(objects, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents 4 0 R >>")
	}
	return rastertest.Objects(objects...)
}

// onePagePDF writes a PDF of a page in points. Objects from 5 on are more, as content names them.
func onePagePDF(width, height int, resources, content string, more ...string) []byte {
	return rastertest.Objects(append([]string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << %s >> /Contents 4 0 R >>", width, height, resources),
		rastertest.StreamObject("", content),
	}, more...)...)
}

// hugePDF is small, and becomes as many pixels as may be.
func hugePDF() []byte {
	return onePagePDF(1_000_000, 1_000_000, "", "1 0 0 rg 0 0 100000 100000 re f")
}

// brokenPDF has a line of text and a picture that cannot be decoded.
func brokenPDF() []byte {
	return onePagePDF(300, 300, "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> /XObject << /I 5 0 R >>",
		"BT /F 20 Tf 20 250 Td (Hello) Tj ET q 200 0 0 200 10 10 cm /I Do Q",
		rastertest.StreamObject("/Type /XObject /Subtype /Image /Width 200 /Height 200 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /DCTDecode", strings.Repeat("\x00", 1000)))
}

// endlessPDF has pages whose forms paint each other 8^20 times.
func endlessPDF(pages int) []byte {
	const first, depth = 5, 20
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", pages, strings.Repeat("3 0 R ", pages)),
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Resources << /XObject << /X %d 0 R >> >> /Contents 4 0 R >>", first),
		rastertest.StreamObject("", "/X Do"),
	}
	const form = "/Type /XObject /Subtype /Form /BBox [0 0 100 100]"
	for i := range depth {
		objects = append(objects, rastertest.StreamObject(fmt.Sprintf("%s /Resources << /XObject << /X %d 0 R >> >>", form, first+i+1), strings.Repeat("/X Do ", 8)))
	}
	return rastertest.Objects(append(objects, rastertest.StreamObject(form, "0 0 10 10 re f"))...)
}

// bandsPNG is a picture with dark bands, as lines of text would be.
func bandsPNG(width, height int) []byte {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = 255
		if y := i / img.Stride; y%50 < 12 && y > 50 && y < height-50 {
			img.Pix[i] = 30
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // it goes to memory
	}
	return out.Bytes()
}

// aboveMemory is more than an upload may have to be kept in memory.
const aboveMemory = 1<<20 + 1<<18

// The documents of the load. The second one is spooled.
var (
	shortPDF   = textPDF(5, 0)
	spooledPDF = textPDF(3, aboveMemory)
	longPDF    = textPDF(50, 0)
	picture    = bandsPNG(800, 1000)
)
