package raster

import (
	"bytes"
	"unicode/utf8"

	"ocr-gateway/document"
)

// kind is a type of document, told by its content and never by its name.
type kind uint32

const (
	kindUnknown kind = iota
	kindPDF
	kindTIFF
	kindPNG
	kindJPEG
	kindGIF
	kindBMP
	kindWebP
	kindHEIC
	kindAVIF
)

var kindNames = map[kind]string{
	kindPDF: "PDF", kindTIFF: "TIFF", kindPNG: "PNG", kindJPEG: "JPEG", kindGIF: "GIF",
	kindBMP: "BMP", kindWebP: "WebP", kindHEIC: "HEIC", kindAVIF: "AVIF",
}

func (k kind) String() string { return kindNames[k] }

const accepted = "send a PDF or an image (PNG, JPEG, TIFF, WebP, GIF, BMP, HEIC, AVIF)"

// sniffLen is how much of a document decides its type. PDF readers look for the
// header in the first 1024 bytes; ZIP members of office files need a little more.
const sniffLen = 4096

// sniff tells the type of a document by its first sniffLen bytes. offset is where
// a PDF starts, after what mail programs and web servers leave in front.
func sniff(head []byte) (k kind, offset int) {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return kindPNG, 0
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return kindJPEG, 0
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return kindTIFF, 0
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return kindGIF, 0
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return kindWebP, 0
	case isBMP(head):
		return kindBMP, 0
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return sniffHEIF(head), 0
	}
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 {
		return kindPDF, i
	}
	return kindUnknown, 0
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
func sniffHEIF(head []byte) kind {
	size := min(int(head[3])|int(head[2])<<8, len(head))
	if head[0] != 0 || head[1] != 0 {
		return kindUnknown
	}
	k := kindUnknown
	for i := 8; i+4 <= size; i += 4 {
		switch string(head[i : i+4]) {
		case "avif", "avis":
			return kindAVIF
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			k = kindHEIC
		}
	}
	return k
}

// unsupported says what a document that cannot be read looks like.
func unsupported(head []byte) *document.Problem {
	return document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
		"the file is no image or PDF: it looks like %s; %s", looksLike(head), accepted)
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

func looksLike(head []byte) string {
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
