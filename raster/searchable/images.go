package searchable

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
)

// Images writes a PDF of which each page is one image.
type Images struct {
	w       io.Writer
	at      int64
	offsets []int64 // of objects 3 and up; 1 is the catalog, 2 the list of pages
	pages   []int   // objects
	err     error   // of w
}

// NewImages begins a PDF.
func NewImages(w io.Writer) *Images {
	i := &Images{w: w}
	i.printf("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	return i
}

func (i *Images) printf(format string, args ...any) {
	i.write(strings.NewReader(fmt.Sprintf(format, args...)))
}

func (i *Images) write(r io.Reader) {
	if i.err == nil {
		var n int64
		n, i.err = io.Copy(i.w, r)
		i.at += n
	}
}

// begin begins the next object.
func (i *Images) begin() int {
	i.offsets = append(i.offsets, i.at)
	n := len(i.offsets) + 2
	i.printf("%d 0 obj\n", n)
	return n
}

func (i *Images) stream(keys string, size int64, data io.Reader) int {
	n := i.begin()
	i.printf("<<%s/Length %d>>stream\n", keys, size)
	i.write(data)
	i.printf("\nendstream\nendobj\n")
	return n
}

// JPEG adds a page of a JPEG as it is: of so many bytes, pixels and components, 1 or 3. The page
// is turned clockwise by a quarter turn or more.
func (i *Images) JPEG(data io.Reader, size int64, width, height, components, turn int) {
	space := map[int]string{1: "/DeviceGray", 3: "/DeviceRGB"}[components]
	keys := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8/Filter/DCTDecode", width, height, space)
	i.page(i.stream(keys, size, data), width, height, 0, turn)
}

// Add adds a page of pixels, which are opaque. A resolution of 0 is none.
func (i *Images) Add(img image.Image, dpi float64) error {
	space, colors, bits := "/DeviceRGB", 3, 8
	if gray, ok := img.(*image.Gray); ok {
		space, colors = "/DeviceGray", 1
		if two := blackAndWhite(gray); two != nil {
			img, bits = two, 1
		}
	}
	packed, err := packPixels(img)
	if err != nil {
		return err
	}
	size := img.Bounds().Size()
	keys := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent %d/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>",
		size.X, size.Y, space, bits, colors, bits, size.X)
	i.page(i.stream(keys, int64(len(packed)), bytes.NewReader(packed)), size.X, size.Y, dpi, 0)
	return i.err
}

// Missing adds a page that says why there is no image, in letters of ASCII.
func (i *Images) Missing(why string) {
	const width, height = 595, 842 // A4
	content := "BT /F 12 Tf 72 770 Td (" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(why) + ") Tj ET"
	stream := i.stream("", int64(len(content)), strings.NewReader(content))
	i.pages = append(i.pages, i.begin())
	i.printf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents %d 0 R>>\nendobj\n", width, height, stream)
}

// a4 is the longer side, in points, of a page of which the resolution is not known.
const a4 = 842

// page adds a page that an image fills.
func (i *Images) page(img, width, height int, dpi float64, turn int) {
	scale := 72 / dpi
	if dpi <= 0 {
		scale = a4 / float64(max(width, height))
	}
	const largest, least = 14_400, 3 // what readers take
	w, h := min(max(float64(width)*scale, least), largest), min(max(float64(height)*scale, least), largest)
	content := fmt.Sprintf("q %.3f 0 0 %.3f 0 0 cm /Im Do Q", w, h)
	stream := i.stream("", int64(len(content)), strings.NewReader(content))
	i.pages = append(i.pages, i.begin())
	i.printf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.3f %.3f]/Rotate %d/Resources<</XObject<</Im %d 0 R>>>>/Contents %d 0 R>>\nendobj\n", w, h, turn, img, stream)
}

// Close ends the PDF.
func (i *Images) Close() error {
	catalog := i.at
	i.printf("1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n")
	list := i.at
	i.printf("2 0 obj\n<</Type/Pages/Count %d/Kids[", len(i.pages))
	for _, n := range i.pages {
		i.printf("%d 0 R ", n)
	}
	i.printf("]>>\nendobj\n")
	xref := i.at
	i.printf("xref\n0 %d\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n", len(i.offsets)+3, catalog, list)
	for _, at := range i.offsets {
		i.printf("%010d 00000 n \n", at)
	}
	i.printf("trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(i.offsets)+3, xref)
	return i.err
}

// blackAndWhite is an image in two colors, nil where it has more.
func blackAndWhite(img *image.Gray) *image.Paletted {
	b := img.Bounds()
	two := image.NewPaletted(b, color.Palette{color.Black, color.White})
	for y := b.Min.Y; y < b.Max.Y; y++ {
		out := two.Pix[two.PixOffset(b.Min.X, y):]
		for x, v := range img.Pix[img.PixOffset(b.Min.X, y):][:b.Dx()] {
			if v != 0 && v != 255 {
				return nil
			}
			out[x] = v & 1
		}
	}
	return two
}

// packPixels packs an image by the predictors of PNG, which PDF knows too: it is what a PNG
// file has in its IDAT chunks.
func packPixels(img image.Image) ([]byte, error) {
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, img); err != nil {
		return nil, fmt.Errorf("pack an image: %w", err)
	}
	var packed []byte
	const signature, around = 8, 12 // around: length, type and checksum of a chunk
	for rest := file.Bytes()[signature:]; len(rest) >= around; {
		n := int(binary.BigEndian.Uint32(rest))
		if string(rest[4:8]) == "IDAT" {
			packed = append(packed, rest[8:8+n]...)
		}
		rest = rest[around+n:]
	}
	if len(packed) == 0 {
		return nil, errors.New("pack an image: nothing came of it")
	}
	return packed, nil
}
