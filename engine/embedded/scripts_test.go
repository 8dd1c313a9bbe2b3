package embedded_test

import (
	"errors"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/tesseract/tesseracttest"
)

// scriptPages are pages in scripts that the built-in model does not read.
func scriptPages(t *testing.T) map[string]*document.Page {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "scripts", "*.png"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	pages := map[string]*document.Page{}
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(file)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		pages[strings.TrimSuffix(filepath.Base(name), ".png")] = pageOf(img)
	}
	return pages
}

// engineWith returns an engine with settings of its own.
func engineWith(t *testing.T, set func(*embedded.Config)) *embedded.Engine {
	t.Helper()
	cfg := embedded.DefaultConfig()
	cfg.Dir = modelsDir()
	set(&cfg)
	e, err := embedded.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// readPage finds and reads the whole of a page.
func readPage(t *testing.T, e *embedded.Engine, page *document.Page) document.Recognition {
	t.Helper()
	lines, _, err := e.Find(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	region := wholePage(page)
	region.Lines = lines
	slices.SortStableFunc(region.Lines, func(a, b document.Line) int { return a.BBox[1] + a.BBox[3] - b.BBox[1] - b.BBox[3] })
	got, err := e.Recognize(t.Context(), page, region, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// cer is the character error rate of a reading, white space left out.
func cer(got, want string) float64 {
	plain := func(s string) string { return strings.Join(strings.Fields(s), "") }
	got, want = plain(got), plain(want)
	return float64(levenshtein.ComputeDistance(got, want)) / float64(utf8.RuneCountInString(want))
}

func TestUnknownScriptsAreSaidToBeUnread(t *testing.T) {
	e := engineWith(t, func(c *embedded.Config) { c.Tesseract = "off" })
	for name, page := range scriptPages(t) {
		got := readPage(t, e, page)
		if page.Rotation != 0 {
			t.Errorf("%s: turned by %d", name, page.Rotation)
		}
		if got.Truncated == nil || got.Truncated.Code != document.CodeScriptUnsupported || got.Confidence != nil && *got.Confidence > .5 {
			t.Errorf("%s: read as %q, %v", name, got.Content, got.Truncated)
		}
		if named := name == "Greek" || name == "Vietnamese"; got.Truncated != nil && named && !strings.Contains(got.Truncated.Detail, "tesseract-ocr-") {
			t.Errorf("%s: %q does not say what would help", name, got.Truncated.Detail)
		}
	}
}

func TestTesseractReadsOtherScripts(t *testing.T) {
	program := tesseracttest.Program(t, filepath.Join("..", ".."))
	e := engineWith(t, func(c *embedded.Config) { c.Tesseract = program })
	for name, page := range scriptPages(t) {
		if !slices.Contains(e.Info().Scripts, name) {
			t.Logf("Tesseract has no language for %s", name)
			continue
		}
		want, err := os.ReadFile(filepath.Join("testdata", "scripts", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		got := readPage(t, e, page)
		rate := cer(got.Content, string(want))
		t.Logf("%s: CER %.3f", name, rate)
		if rate > .06 || got.Truncated != nil {
			t.Errorf("%s: CER %.3f, %v:\n%s", name, rate, got.Truncated, got.Content)
		}
		if script := strings.TrimSuffix(name, "Vietnamese"); got.Script != script {
			t.Errorf("%s: script %q", name, got.Script)
		}
	}
}

func TestTesseractIsNotAskedForWhatIsReadSurely(t *testing.T) {
	answers := "case $1 in\n--version) echo 'tesseract 5.3.0'; exit;;\n--list-langs) echo rus; exit;;\nesac\nexit 1\n"
	program := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+answers), 0o755); err != nil {
		t.Fatal(err)
	}
	e := engineWith(t, func(c *embedded.Config) { c.Tesseract = program })
	if got := readPage(t, e, notice(t)); !strings.Contains(got.Content, "Harbour Notice 27") {
		t.Errorf("read %q", got.Content)
	}
	page := scriptPages(t)["Cyrillic"]
	region := wholePage(page)
	_, err := e.Recognize(t.Context(), page, region, document.Options{})
	var p *document.Problem
	if !errors.As(err, &p) || p.Code != document.CodeEngineFailed || !strings.Contains(p.Detail, "Tesseract") {
		t.Errorf("a Tesseract that fails: %v", err)
	}
}

func TestAnotherRecognizer(t *testing.T) {
	model := filepath.Join("..", "..", "build", "recognizer", "ch_PP-OCRv4_rec_infer.onnx")
	if _, err := os.Stat(model); err != nil {
		t.Skip("there is no other recognizer: `make recognizer` fetches one for the tests")
	}
	e := engineWith(t, func(c *embedded.Config) {
		c.Tesseract = "off"
		c.Recognizers = []embedded.Recognizer{{Model: model, Scripts: []string{"Vietnamese"}}}
	})
	if !slices.Contains(e.Info().Scripts, "Vietnamese") {
		t.Fatalf("scripts %v", e.Info().Scripts)
	}
	got := readPage(t, e, scriptPages(t)["Vietnamese"])
	byIt := 0
	for _, l := range got.Lines {
		if l.Script == "Latin" {
			byIt++
		}
	}
	if byIt == 0 {
		t.Errorf("it read none of %d lines: %q", len(got.Lines), got.Content)
	}

	short := filepath.Join(t.TempDir(), "dictionary.txt")
	if err := os.WriteFile(short, []byte("a\nb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg := embedded.DefaultConfig()
	cfg.Dir = modelsDir()
	for want, r := range map[string]embedded.Recognizer{
		"2 characters": {Model: model, Dictionary: short},
		"is missing":   {Model: "nowhere.onnx", SHA256: strings.Repeat("0", 64)},
		"is changed":   {Model: model, SHA256: strings.Repeat("0", 64)},
		"nowhere.onnx": {Model: "nowhere.onnx"},
		"no such file": {Model: model, Dictionary: "nowhere.txt"},
	} {
		r.Scripts = []string{"Greek"}
		cfg.Recognizers = []embedded.Recognizer{r}
		if _, err := embedded.New(cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "recognizers[0]") {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}

// TestBlurredTextIsNoOtherScript blurs a page until nothing can be read.
func TestBlurredTextIsNoOtherScript(t *testing.T) {
	e := engineWith(t, func(c *embedded.Config) { c.Tesseract = "off" })
	for radius := 4; radius <= 16; radius += 4 {
		page := notice(t)
		page.Image = blurred(page.Image, radius)
		got := readPage(t, e, page)
		if got.Truncated != nil && got.Truncated.Code != document.CodeTextIllegible {
			t.Errorf("blurred by %d: %v, read %q", radius, got.Truncated, got.Content)
		}
	}
}

// blurred is an image under a box filter, twice.
func blurred(img image.Image, radius int) image.Image {
	src := pixels.Of(img)
	gray := image.NewGray(image.Rect(0, 0, src.W, src.H))
	for y := range src.H {
		for x := range src.W {
			gray.Pix[y*gray.Stride+x] = src.Pix[y*src.Stride+x*src.BPP]
		}
	}
	for range 4 {
		next := image.NewGray(image.Rect(0, 0, gray.Rect.Dy(), gray.Rect.Dx())) // turned, so that both directions are filtered
		for y := range gray.Rect.Dy() {
			for x := range gray.Rect.Dx() {
				sum, n := 0, 0
				for i := max(0, x-radius/2); i <= min(gray.Rect.Dx()-1, x+radius/2); i++ {
					sum += int(gray.Pix[y*gray.Stride+i])
					n++
				}
				next.Pix[x*next.Stride+y] = uint8(sum / n)
			}
		}
		gray = next
	}
	return gray
}
