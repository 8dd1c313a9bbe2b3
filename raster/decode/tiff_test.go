package decode_test

import (
	"encoding/binary"
	"testing"

	"ocr-gateway/raster/decode"
	"ocr-gateway/raster/rastertest"
)

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
		data := rastertest.TIFF(0, [2]uint32{0x100, 1728}, [2]uint32{0x101, 1100})
		entries := binary.LittleEndian.Uint16(data[8:])
		end := 10 + 12*int(entries)
		binary.LittleEndian.PutUint16(data[8:], entries+2)
		rest := append([]byte{}, data[end:]...)
		at := uint32(end + 24 + len(rest))
		data = append(append(append(data[:end], rational(0x11a, at)...), rational(0x11b, at+8)...), rest...)
		for _, n := range []uint32{c.x, 1, c.y, 1} {
			data = binary.LittleEndian.AppendUint32(data, n)
		}
		tiff, err := decode.OpenTIFF(data, 10_000_000)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tiff.Size(0); err != nil || got.Width != c.width || got.Height != c.height {
			t.Errorf("%d x %d dpi: %v x %v, want %v x %v (%v)", c.x, c.y, got.Width, got.Height, c.width, c.height, err)
		}
	}
}
