// Package kind tells the type of a document by its first bytes.
package kind

import (
	"bytes"
	"unicode/utf8"
)

// Kind is a type of document, told by its content and never by its name.
type Kind uint32

// The types that can be read.
const (
	Unknown Kind = iota
	PDF
	TIFF
	PNG
	JPEG
	GIF
	BMP
	WebP
	HEIC
	AVIF
)

var names = map[Kind]string{
	PDF: "PDF", TIFF: "TIFF", PNG: "PNG", JPEG: "JPEG", GIF: "GIF",
	BMP: "BMP", WebP: "WebP", HEIC: "HEIC", AVIF: "AVIF",
}

func (k Kind) String() string { return names[k] }

// HeadLen is how much of a document decides its type. PDF readers look for the
// header in the first 1024 bytes; ZIP members of office files need a little more.
const HeadLen = 4096

// Sniff tells the type of a document by its first HeadLen bytes. offset is where
// a PDF starts, after what mail programs and web servers leave in front.
func Sniff(head []byte) (k Kind, offset int) {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, 0
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG, 0
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return TIFF, 0
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF, 0
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP, 0
	case isBMP(head):
		return BMP, 0
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return sniffHEIF(head), 0
	}
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 {
		return PDF, i
	}
	return Unknown, 0
}

// isBMP asks for a known header size too: "BM" alone starts many a text.
func isBMP(head []byte) bool {
	if len(head) < 18 || string(head[:2]) != "BM" {
		return false
	}
	size := head[14]
	return head[15] == 0 && head[16] == 0 && head[17] == 0 &&
		(size == 12 || size == 40 || size == 52 || size == 56 || size == 64 || size == 108 || size == 124)
}

// sniffHEIF reads the brands of an ISO media file.
func sniffHEIF(head []byte) Kind {
	size := min(int(head[3])|int(head[2])<<8, len(head))
	if head[0] != 0 || head[1] != 0 {
		return Unknown
	}
	k := Unknown
	for i := 8; i+4 <= size; i += 4 {
		switch string(head[i : i+4]) {
		case "avif", "avis":
			return AVIF
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			k = HEIC
		}
	}
	return k
}

// foreign lists types people send by mistake, by the bytes at their start.
var foreign = []struct{ magic, name string }{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (export it as PDF)"},
	{"{\\rtf", "an RTF document (export it as PDF)"},
	{"%!PS", "a PostScript file (convert it to PDF)"},
	{"\x1f\x8b", "a gzip archive"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
	{"Rar!", "a RAR archive"},
	{"8BPS", "a Photoshop file (export it as PNG)"},
	{"\x00\x00\x00\x0cJXL ", "a JPEG XL image (convert it to JPEG or PNG)"},
	{"\xff\x0a", "a JPEG XL image (convert it to JPEG or PNG)"},
	{"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image (convert it to JPEG or PNG)"},
	{"AT&TFORM", "a DjVu document (convert it to PDF)"},
	{"II+\x00", "a BigTIFF image (save it as plain TIFF)"},
	{"MM\x00+", "a BigTIFF image (save it as plain TIFF)"},
}

// LooksLike says what a document of unknown type looks like, by its first HeadLen bytes.
func LooksLike(head []byte) string {
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.name
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return looksLikeZIP(head)
	}
	if len(head) >= 8 && string(head[4:8]) == "ftyp" {
		return "a video or an unknown HEIF image"
	}
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))))
	switch {
	case bytes.HasPrefix(text, []byte("<!doctype html")), bytes.HasPrefix(text, []byte("<html")):
		return "an HTML page"
	case bytes.Contains(text, []byte("<svg")):
		return "an SVG drawing (export it as PNG or PDF)"
	case bytes.HasPrefix(text, []byte("<?xml")):
		return "an XML file"
	case isText(head):
		return "plain text"
	}
	return "binary data of an unknown type"
}

func looksLikeZIP(head []byte) string {
	for _, office := range []string{"word/", "xl/", "ppt/", "[Content_Types].xml", "application/vnd.oasis"} {
		if bytes.Contains(head, []byte(office)) {
			return "an Office document (export it as PDF)"
		}
	}
	if bytes.Contains(head, []byte("application/epub+zip")) {
		return "an EPUB book"
	}
	return "a ZIP archive (send the files in it)"
}

func isText(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 && len(head) >= utf8.UTFMax {
			return false
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		head = head[n:]
	}
	return true
}
