package crops

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// textPage is an A4 page at 200 dpi full of text.
func textPage(t testing.TB) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 1652, 2352))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 28, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("The quick brown fox jumps over 13 lazy dogs. ", 3)[:110]
	for y := 150; y < 2250; y += 38 {
		(&font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(120, y)}).DrawString(line)
	}
	return img
}

func grayOf(img image.Image) *image.Gray {
	out := image.NewGray(img.Bounds())
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

// encoders are Go's and, as `make models` fetched it, libjpeg-turbo.
func encoders(t testing.TB) []Encoder {
	turbo := OpenEncoder("../../../models", slog.New(slog.DiscardHandler))
	if turbo.Name != "libjpeg-turbo" {
		t.Fatal("libjpeg-turbo is missing: run `make models`")
	}
	return []Encoder{goEncoder, turbo}
}

// TestJPEG holds the encoders to the same: the picture comes back.
func TestJPEG(t *testing.T) {
	page := textPage(t)
	rect := image.Rect(120, 130, 920, 333)
	all := encoders(t)
	for _, e := range all {
		for name, img := range map[string]image.Image{
			"crop": page.SubImage(rect), "gray crop": grayOf(page).SubImage(rect), "one pixel": page.SubImage(image.Rect(5, 5, 6, 6)),
			"at the end": page.SubImage(image.Rect(1600, 2300, 1652, 2352)),
		} {
			got, err := e.Append([]byte("head"), img, 80)
			if err != nil {
				t.Fatalf("%s, %s: %v", e.Name, name, err)
			}
			if string(got[:4]) != "head" {
				t.Errorf("%s, %s: what was there is gone", e.Name, name)
			}
			back, err := jpeg.Decode(bytes.NewReader(got[4:]))
			if err != nil {
				t.Fatalf("%s, %s: %v", e.Name, name, err)
			}
			if back.Bounds().Size() != img.Bounds().Size() {
				t.Errorf("%s, %s: %v came back as %v", e.Name, name, img.Bounds(), back.Bounds())
			}
			_, wasGray := img.(*image.Gray)
			if _, gray := back.(*image.Gray); gray != wasGray {
				t.Errorf("%s, %s: came back as %T", e.Name, name, back)
			}
			if d := meanDifference(img, back); d > 6 {
				t.Errorf("%s, %s: differs by %.1f levels in the mean", e.Name, name, d)
			}
		}
	}
	if _, err := all[1].Append(nil, image.NewRGBA(image.Rect(0, 0, 0, 5)), 80); err == nil {
		t.Error("an empty image was encoded")
	}
}

func meanDifference(a, b image.Image) float64 {
	var sum float64
	ra, rb := a.Bounds(), b.Bounds()
	for y := range ra.Dy() {
		for x := range ra.Dx() {
			l1, _, _, _ := a.At(ra.Min.X+x, ra.Min.Y+y).RGBA()
			l2, _, _, _ := b.At(rb.Min.X+x, rb.Min.Y+y).RGBA()
			sum += max(float64(l1)-float64(l2), float64(l2)-float64(l1)) / 257
		}
	}
	return sum / float64(ra.Dx()*ra.Dy())
}

func BenchmarkJPEG(b *testing.B) {
	page := textPage(b)
	gray := grayOf(page)
	rect := image.Rect(120, 130, 920, 330)
	for _, e := range encoders(b) {
		for _, c := range []struct {
			name string
			img  image.Image
		}{{"page", page}, {"gray page", gray}, {"crop", page.SubImage(rect)}, {"gray crop", gray.SubImage(rect)}} {
			b.Run(e.Name+"/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				var buf []byte
				var err error
				for b.Loop() {
					if buf, err = e.Append(buf[:0], c.img, 80); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(buf)), "bytes")
			})
		}
	}
}

// TestEncoderChosen shows which encoder is taken, and that a page is never lost
// for want of a library: Go's own stands in, with one warning.
func TestEncoderChosen(t *testing.T) {
	_, systemErr := loadTurbo(turboSystem)
	changed := t.TempDir()
	if err := os.WriteFile(filepath.Join(changed, turboFile), []byte("not the library"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		models string
		turbo  bool
	}{
		"fetched":          {"../../../models", true},
		"neither fetched":  {t.TempDir(), systemErr == nil},
		"not what we pin":  {changed, systemErr == nil},
		"no models at all": {"no such folder", systemErr == nil},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			e := OpenEncoder(c.models, slog.New(slog.NewTextHandler(&log, nil)))
			want, lines := "image/jpeg", 1
			if c.turbo {
				want, lines = "libjpeg-turbo", 0
			}
			if e.Name != want || strings.Count(log.String(), "\n") != lines {
				t.Errorf("got %s and the log %q", e.Name, &log)
			}
			if lines == 1 && (!strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "make models")) {
				t.Errorf("the warning says not what to do: %s", &log)
			}
			if got, err := e.Append(nil, image.NewGray(image.Rect(0, 0, 9, 9)), 80); err != nil || len(got) == 0 {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
}
