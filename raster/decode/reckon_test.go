package decode_test

import (
	"bytes"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"ocr-gateway/raster/decode"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/rastertest"
)

// TestReckonedCoversDecoding compares what a decoder allocates with what was reckoned.
func TestReckonedCoversDecoding(t *testing.T) {
	const width, height = 1600, 1200
	rect := image.Rect(0, 0, width, height)
	encode := func(img image.Image, how func(*bytes.Buffer, image.Image) error) []byte {
		var buf bytes.Buffer
		if err := how(&buf, img); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	asPNG := func(b *bytes.Buffer, img image.Image) error { return png.Encode(b, img) }
	asJPEG := func(b *bytes.Buffer, img image.Image) error { return jpeg.Encode(b, img, nil) }
	asGIF := func(b *bytes.Buffer, img image.Image) error { return gif.Encode(b, img, nil) }
	transparent := image.NewNRGBA(rect)
	transparent.Set(1, 1, color.NRGBA{1, 2, 3, 4})
	for name, data := range map[string][]byte{
		"progressive gray": rastertest.ProgressiveBomb(width, height, 1, 1),
		"progressive RGB":  rastertest.ProgressiveBomb(width, height, 3, 1),
		"progressive CMYK": rastertest.ProgressiveBomb(width, height, 4, 1),
		"baseline":         encode(image.NewRGBA(rect), asJPEG),
		"baseline gray":    encode(image.NewGray(rect), asJPEG),
		"PNG":              encode(image.NewRGBA(rect), asPNG),
		"PNG with alpha":   encode(transparent, asPNG),
		"PNG of 16 bits":   encode(image.NewNRGBA64(rect), asPNG),
		"GIF":              encode(image.NewPaletted(rect, palette.Plan9), asGIF),
	} {
		t.Run(name, func(t *testing.T) {
			k, _ := kind.Sniff(data)
			size, err := decode.NewPicture(k, data, width*height).Size(0)
			if err != nil || size.Width != width || size.Height != height {
				t.Fatalf("%+v, %v", size, err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := decode.WithGo(k, data); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			const turned = 2 * 4 * width * height // RGBA, and the same upright
			const besides = 1 << 20               // buffers and tables
			if took := int64(after.TotalAlloc - before.TotalAlloc); took+turned > size.Memory+besides {
				t.Errorf("decoding allocates %d bytes, %d are reckoned", took+turned, size.Memory)
			}
		})
	}
}

// TestReckonReadsEveryHeader compares the sizes with those of the decoded images.
func TestReckonReadsEveryHeader(t *testing.T) {
	for _, pattern := range []string{"*.jpg", "*.png", "*.gif", "*.bmp", "*.webp", "*.heic", "*.avif"} {
		files, err := filepath.Glob(filepath.Join("..", "testdata", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			k, _ := kind.Sniff(data)
			picture := decode.NewPicture(k, data, 1_000_000)
			size, err := picture.Size(0)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			pix := make([]byte, 4*int(size.Width*size.Height))
			got, err := picture.Render(0, 0, 0, pix)
			if err != nil { // HEIC and AVIF
				got, err = picture.RenderLenient(pix)
			}
			if err != nil || got.Width*got.Height != int(size.Width*size.Height) {
				t.Errorf("%s: %v x %v reckoned, is %d x %d, %v", file, size.Width, size.Height, got.Width, got.Height, err)
			}
		}
	}
}
