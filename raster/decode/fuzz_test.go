package decode_test

import (
	"math"
	"path/filepath"
	"testing"

	"ocr-gateway/raster/decode"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/rastertest"
)

func FuzzEXIF(f *testing.F) {
	f.Add(rastertest.TIFF(0, [2]uint32{0x112, 6}))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"))
	rastertest.AddFiles(f, filepath.Join("..", "testdata"), "exif6.*")
	f.Fuzz(func(t *testing.T, data []byte) {
		got := []int{decode.EXIFOrientation(data)}
		for _, k := range []kind.Kind{kind.JPEG, kind.PNG, kind.WebP} {
			got = append(got, decode.FindOrientation(k, data))
		}
		for _, o := range got {
			if o < 1 || o > 8 {
				t.Errorf("orientation %d", o)
			}
		}
	})
}

func FuzzHeader(f *testing.F) {
	rastertest.AddFiles(f, filepath.Join("..", "testdata"), "exif6.*", "plain.*", "palette.png", "progressive.jpg", "lossy.webp", "animated.*")
	f.Add(rastertest.ProgressiveBomb(100, 100, 4, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, _ := kind.Sniff(data)
		picture := decode.NewPicture(k, data, math.MaxInt)
		picture.Faults(0)
		size, err := picture.Size(0)
		if err == nil && (size.Width < 1 || size.Height < 1 || size.Memory < 4 || size.Scans < 1) {
			t.Errorf("%+v", size)
		}
	})
}
