package faults_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
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
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return out.Bytes()
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
