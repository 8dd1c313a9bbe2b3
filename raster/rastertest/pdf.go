package rastertest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// PDF is a file in the making. Objects count from 1; the first is the catalog, the second the
// list of pages.
type PDF struct {
	objects []string
	pages   []int
}

// NewPDF is a file without pages.
func NewPDF() *PDF { return &PDF{objects: make([]string, 2)} }

// Add adds an object.
func (p *PDF) Add(format string, args ...any) int {
	p.objects = append(p.objects, fmt.Sprintf(format, args...))
	return len(p.objects)
}

// Stream adds a compressed stream; keys stand in its dictionary.
func (p *PDF) Stream(keys string, data []byte) int {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(data) // to memory: it cannot fail
	w.Close()
	return p.Raw(keys+"/Filter/FlateDecode", packed.Bytes())
}

// Raw adds a stream as it is.
func (p *PDF) Raw(keys string, data []byte) int {
	return p.Add("%s", StreamObject(keys, string(data)))
}

// Page adds a page with the standard fonts F1 (Helvetica), F2 (Times), F3 (Courier) and F4
// (Chinese, in UTF-16). keys stand in its dictionary, resources in that of its resources,
// beside the fonts.
func (p *PDF) Page(keys, resources, content string) {
	stream := p.Stream("", []byte(content))
	fonts := "/F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>" +
		"/F2<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>" +
		"/F3<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>" +
		"/F4<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4" +
		"/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 90>>>>]>>"
	p.AddPage(fmt.Sprintf("%s/Resources<</Font<<%s>>%s>>/Contents %d 0 R", keys, fonts, resources, stream))
}

// AddPage adds a page with nothing but keys in its dictionary.
func (p *PDF) AddPage(keys string) {
	p.pages = append(p.pages, p.Add("<</Type/Page/Parent 2 0 R%s>>", keys))
}

// Bytes is the whole file; catalog stands in the dictionary of the catalog.
func (p *PDF) Bytes(catalog string) []byte {
	var kids strings.Builder
	for _, n := range p.pages {
		fmt.Fprintf(&kids, "%d 0 R ", n)
	}
	p.objects[0] = fmt.Sprintf("<</Type/Catalog/Pages 2 0 R%s>>", catalog)
	p.objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(p.pages))
	return Objects(p.objects...)
}

// Objects is a PDF of objects 1, 2, …, of which the first is the catalog.
func Objects(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

// StreamObject is an object with a stream as it is; keys stand in its dictionary.
func StreamObject(keys, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", keys, len(content), content)
}
