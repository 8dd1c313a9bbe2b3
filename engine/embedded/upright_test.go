package embedded

import (
	"image"
	_ "image/png"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// picture is a file of testdata.
func picture(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// coarse has the mean of each square of side pixels in place of them.
func coarse(img image.Image, side int) image.Image {
	src := pixels.Of(img)
	out := image.NewGray(image.Rect(0, 0, src.W/side*side, src.H/side*side))
	for i := range out.Pix {
		x, y := i%out.Stride/side*side, i/out.Stride/side*side
		sum := 0
		for v := range side {
			for u := range side {
				sum += int(src.Pix[(y+v)*src.Stride+(x+u)*src.BPP])
			}
		}
		out.Pix[i] = uint8(sum / (side * side))
	}
	return out
}

// TestUnsureSampleIsReadCarefully: where the quick network is sure of nothing that is read to tell which way up a page
// is, the page is not read by it, unless there are words that say what is there.
func TestUnsureSampleIsReadCarefully(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Dir = os.Getenv("OCR_MODELS")
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join("..", "..", "models")
	}
	e, err := New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	sharp := picture(t, "notice.png")
	words := []document.Word{{Text: "Prices", BBox: document.BBox{10, 10, 60, 30}}}
	for name, c := range map[string]struct {
		img   image.Image
		words []document.Word
		want  bool
	}{
		"sharp":              {sharp, nil, false},
		"upside down":        {pixels.Turn(sharp, 180), nil, false},
		"coarse":             {coarse(sharp, 7), nil, true},
		"coarse, with words": {coarse(sharp, 7), words, false},
		"Japanese":           {picture(t, "market.png"), nil, true},
		"nothing":            {image.NewGray(image.Rect(0, 0, 200, 200)), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			page := &document.Page{Image: c.img, Width: c.img.Bounds().Dx(), Height: c.img.Bounds().Dy(), Words: c.words}
			if _, _, err := e.Find(t.Context(), page); err != nil {
				t.Fatal(err)
			}
			if page.Careful != c.want {
				t.Errorf("read carefully: %v", page.Careful)
			}
		})
	}
}

func TestTurnWords(t *testing.T) {
	word := []document.Word{{BBox: document.BBox{10, 20, 40, 30}}}
	for degrees, want := range map[int]document.BBox{90: {170, 10, 180, 40}, 180: {60, 170, 90, 180}, 270: {20, 60, 30, 90}} {
		if got := turnWords(word, 100, 200, degrees)[0].BBox; got != want {
			t.Errorf("%d degrees: %v, want %v", degrees, got, want)
		}
	}
}
