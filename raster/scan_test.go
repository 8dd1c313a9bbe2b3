package raster_test

import (
	"encoding/binary"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// TestScanOnATinyPage draws a page that is too small for the image on it by the image.
func TestScanOnATinyPage(t *testing.T) {
	image := func(scale string) []byte {
		return pageOf("/MediaBox[0 0 60 80]/Resources<</XObject<</I 5 0 R>>>>", "q "+scale+" 0 0 cm /I Do Q",
			stream("/Type/XObject/Subtype/Image/Width 600/Height 800/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/ASCIIHexDecode", "00>"))
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

// TestUnequalResolutions makes the pixels of a fax square.
func TestUnequalResolutions(t *testing.T) {
	rational := func(tag uint16, at uint32) []byte {
		entry := binary.LittleEndian.AppendUint16(nil, tag)
		entry = binary.LittleEndian.AppendUint16(entry, 5)
		entry = binary.LittleEndian.AppendUint32(entry, 1)
		return binary.LittleEndian.AppendUint32(entry, at)
	}
	for _, c := range []struct {
		x, y          uint32
		width, height float64
	}{{204, 98, 1728, 2290}, {204, 196, 1728, 1100}, {100, 200, 3456, 1100}, {200, 200, 1728, 1100}, {9000, 1, 1728, 1100}, {0, 98, 1728, 1100}} {
		data := tiffOf(0, [2]uint32{0x100, 1728}, [2]uint32{0x101, 1100})
		entries := binary.LittleEndian.Uint16(data[8:])
		end := 10 + 12*int(entries)
		binary.LittleEndian.PutUint16(data[8:], entries+2)
		rest := append([]byte{}, data[end:]...)
		at := uint32(end + 24 + len(rest))
		data = append(append(append(data[:end], rational(0x11a, at)...), rational(0x11b, at+8)...), rest...)
		for _, n := range []uint32{c.x, 1, c.y, 1} {
			data = binary.LittleEndian.AppendUint32(data, n)
		}
		if w, h := raster.Square(data); w != c.width || h != c.height {
			t.Errorf("%d x %d dpi: %v x %v, want %v x %v", c.x, c.y, w, h, c.width, c.height)
		}
	}
}
