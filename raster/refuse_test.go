package raster_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
	"ocr-gateway/raster/rastertest"
)

// pngHeader is a PNG of a size, with nothing in it.
func pngHeader(width, height uint32, depth, color byte) []byte {
	ihdr := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)...)
	ihdr = append(ihdr, depth, color, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
	return append(b, "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"...)
}

// patched replaces bytes in a file of testdata.
func patched(t *testing.T, name string, after string, skip int, with ...byte) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(data, []byte(after))
	if i < 0 {
		t.Fatalf("no %q in %s", after, name)
	}
	copy(data[i+len(after)+skip:], with)
	return data
}

func TestTooManyPixels(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for name, data := range map[string][]byte{
		"74-byte PNG of 65535 x 65535":    pngHeader(65535, 65535, 16, 6),
		"PNG of 30000 x 30000 bits":       pngHeader(30000, 30000, 1, 0),
		"PNG of 16384 x 1":                pngHeader(16384, 1, 8, 0),
		"JPEG of 65535 x 65535":           patched(t, "exif1.jpg", "\xff\xc0\x00\x11\x08", 0, 0xff, 0xff, 0xff, 0xff),
		"TIFF of 65535 x 65535":           rastertest.TIFF(0, [2]uint32{256, 65535}, [2]uint32{257, 65535}),
		"TIFF of 4294967295 x 4294967295": rastertest.TIFF(0, [2]uint32{256, 1<<32 - 1}, [2]uint32{257, 1<<32 - 1}),
		"AVIF of 65535 x 65535":           patched(t, "plain.avif", "ispe", 4, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff),
		"HEIC of 4294967295 x 4294967295": patched(t, "plain.heic", "ispe", 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"GIF of 65535 x 65535":            patched(t, "plain.gif", "GIF87a", 0, 0xff, 0xff, 0xff, 0xff),
		"BMP of 2147483647 x 1":           patched(t, "plain.bmp", "\x28\x00\x00\x00", 0, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Open(t.Context(), document.NewSource("", data), document.Options{})
			problem := wantProblem(t, err, document.CodeTooManyPixels)
			if !strings.Contains(problem.Detail, "50000000") {
				t.Errorf("the limit is not in %q", problem.Detail)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for data, looks := range map[string]string{
		"PK\x03\x04....word/document.xml":              "Office document",
		"PK\x03\x04....[Content_Types].xml":            "Office document",
		"PK\x03\x04....mimetypeapplication/epub+zip":   "EPUB",
		"PK\x03\x04....some.pdf":                       "ZIP",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":             "old Office document",
		"\ufeff <!DOCTYPE html><title>x</title>":       "HTML",
		"<?xml version='1.0'?><svg/>":                  "SVG",
		"<?xml version='1.0'?><a/>":                    "XML",
		"BMW builds cars, and this is a text":          "plain text",
		"Grüße":                                        "plain text",
		"%!PS-Adobe-3.0":                               "PostScript",
		"{\\rtf1 x}":                                   "RTF",
		"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42": "video",
		"II+\x00\x08\x00\x00\x00":                      "BigTIFF",
		"\x00\x01\x02\x03":                             "binary data",
		strings.Repeat("x", 2000) + "%PDF-1.7":         "plain text",
	} {
		t.Run(looks, func(t *testing.T) {
			_, err := r.Open(t.Context(), document.NewSource("scan.pdf", []byte(data)), document.Options{})
			problem := wantProblem(t, err, document.CodeUnsupportedMedia)
			if !strings.Contains(problem.Detail, looks) || !strings.Contains(problem.Detail, "PDF or an image (PNG, JPEG") {
				t.Errorf("%q is said to be: %s", data, problem.Detail)
			}
		})
	}
	_, err := r.Open(t.Context(), document.NewSource("empty.png", nil), document.Options{})
	if problem := wantProblem(t, err, document.CodeUnreadable); !strings.Contains(problem.Detail, "empty") {
		t.Error(problem.Detail)
	}
}

// TestDamagedPictures wants what is there of an image cut off, and a clean end
// otherwise.
func TestDamagedPictures(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	whole := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	cut := func(name string, n int) []byte { return whole(name)[:n] }
	for _, c := range []struct {
		name string
		data []byte
		code document.Code // "" when the upper half must be there
	}{
		{"JPEG without its end", cut("exif1.jpg", 730), ""},
		{"JPEG without scan", cut("exif1.jpg", 300), document.CodeUnreadable},
		{"JPEG start only", []byte("\xff\xd8\xff\xe0"), document.CodeUnreadable},
		{"PNG without pixels", pngHeader(10, 10, 8, 0), document.CodeUnreadable},
		{"PNG without size", pngHeader(0, 0, 8, 0), document.CodeUnreadable},
		{"PNG of 2^31-1 x 2^31-1", pngHeader(1<<31-1, 1<<31-1, 8, 0), document.CodeTooManyPixels},
		{"WebP cut", cut("plain.webp", 40), document.CodeUnreadable},
		{"GIF cut", cut("plain.gif", 12), document.CodeUnreadable},
		{"BMP cut", cut("plain.bmp", 60), document.CodeUnreadable},
		{"HEIC cut", cut("plain.heic", 600), document.CodeUnreadable},
		{"AVIF cut", cut("plain.avif", 250), document.CodeUnreadable},
		{"TIFF without directory", []byte("II*\x00\x00\x00\x00\x00"), document.CodeUnreadable},
		{"TIFF directory outside", []byte("II*\x00\xff\xff\xff\xff"), document.CodeUnreadable},
		{"TIFF of 0 x 0", rastertest.TIFF(0, [2]uint32{256, 0}, [2]uint32{257, 0}), document.CodeUnreadable},
		{"TIFF loop without pixels", rastertest.TIFF(8, [2]uint32{256, 10}, [2]uint32{257, 10}), document.CodePageFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			pages, err := r.Open(t.Context(), document.NewSource("", c.data), document.Options{})
			if err == nil {
				defer pages.Close()
				for page, pageErr := range pages.Seq {
					defer page.Release()
					err = pageErr
					if err == nil && c.code == "" {
						if got := quarters(page.Image); !near([4][3]int{got[0], got[1]}, [4][3]int{red, green}, 6) {
							t.Errorf("quarters %v", got)
						}
					}
				}
			}
			if c.code != "" {
				wantProblem(t, err, c.code)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestHostileChild has children that answer nonsense; see TestMain.
func TestHostileChild(t *testing.T) {
	for _, lie := range lies {
		t.Run(lie, func(t *testing.T) {
			r, _ := newRasterizer(t, func(c *raster.Config) {
				c.Command = []string{"/proc/self/exe", lyingArgument, lie}
			})
			for file, code := range map[string]document.Code{"form.pdf": document.CodePageFailed, "exif1.jpg": document.CodeUnreadable} {
				pages, err := openFile(t, r, file, document.Options{})
				if err != nil {
					wantProblem(t, err, document.CodeUnreadable)
					continue
				}
				for page, err := range pages.Seq {
					wantProblem(t, err, code)
					page.Release()
				}
				pages.Close()
			}
		})
	}
}
