package ppocr

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// modelsDir is where the models are; tests that need them fail without.
func modelsDir() string {
	if dir := os.Getenv("OCR_MODELS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "models")
}

func loadModels(t *testing.T) *Models {
	t.Helper()
	m, err := Load(Config{Dir: modelsDir(), Threads: 1, Concurrency: 1, MaxSide: 960})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// block is a gray page with a dark block, which is no text.
func block() pixels.Raster {
	img := image.NewGray(image.Rect(0, 0, 200, 100))
	for i := range img.Pix {
		img.Pix[i] = 220
		if x, y := i%200, i/200; x > 40 && x < 160 && y > 40 && y < 60 {
			img.Pix[i] = 20
		}
	}
	return pixels.Of(img)
}

func TestCancelWhileWaiting(t *testing.T) {
	m := loadModels(t)
	ws, err := m.workspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]func(ctx context.Context) error{
		"Detect": func(ctx context.Context) error { _, err := m.Detect(ctx, block()); return err },
		"Areas":  func(ctx context.Context) error { _, err := m.Areas(ctx, block()); return err },
		"Read": func(ctx context.Context) error {
			line := document.Line{Quad: [4]document.Point{{X: 40, Y: 40}, {X: 160, Y: 40}, {X: 160, Y: 60}, {X: 40, Y: 60}}}
			_, err := m.Read(ctx, block(), []document.Line{line})
			return err
		},
	}
	for name, call := range calls {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- call(ctx) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("a canceled %s returned %v", name, err)
		}
	}
	m.release(ws)
	for name, call := range calls {
		if err := call(t.Context()); err != nil {
			t.Errorf("after a canceled one, %s returned %v", name, err)
		}
	}
}

// TestNoLineOfAFullPageIsLost has a page of numbers, more than are printed on any.
func TestNoLineOfAFullPageIsLost(t *testing.T) {
	const across, down, width, height = 62, 50, 100, 60
	img := image.NewGray(image.Rect(0, 0, across*width, down*height))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for i := range across * down { // an 8 of two rings
		x, y := 20+i%across*width, 10+i/across*height
		for _, ring := range []image.Rectangle{image.Rect(0, 0, 12, 10), image.Rect(0, 8, 12, 20)} {
			for dx := range ring.Dx() {
				for dy := range ring.Dy() {
					if min(dx, dy, ring.Dx()-1-dx, ring.Dy()-1-dy) < 2 {
						img.Pix[(y+ring.Min.Y+dy)*img.Stride+x+dx] = 0
						img.Pix[(y+ring.Min.Y+dy)*img.Stride+x+dx+16] = 0
					}
				}
			}
		}
	}
	lines, err := loadModels(t).Detect(t.Context(), pixels.Of(img))
	if err != nil || len(lines) != across*down {
		t.Errorf("%d lines and %v, want %d", len(lines), err, across*down)
	}
}

// linkModels makes a folder with links to the models but some.
func linkModels(t *testing.T, but ...string) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(modelsDir(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Base(f)
		if slices.Contains(but, name) {
			continue
		}
		if f, err = filepath.Abs(f); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(f, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestFullPrecisionNeedsNoQuickReader: nobody copies a file that is not read.
func TestFullPrecisionNeedsNoQuickReader(t *testing.T) {
	full := Config{Dir: linkModels(t, fileTiny, fileTinyCharacters), Threads: 1, Concurrency: 1, MaxSide: 960, Full: true}
	m, err := Load(full)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	full.Full = false
	if _, err := Load(full); err == nil || !strings.Contains(err.Error(), fileTiny+" is missing") {
		t.Errorf("without the quick reader: %v", err)
	}
}

// TestDetectorBesideOthers: the second copy of the detector is loaded when an inference first
// runs beside another one. It finds the same lines, and where its file is gone by then the
// first copy does.
func TestDetectorBesideOthers(t *testing.T) {
	for name, gone := range map[string]bool{"its file is there": false, "its file is gone": true} {
		t.Run(name, func(t *testing.T) {
			dir := linkModels(t)
			m, err := Load(Config{Dir: dir, Threads: 2, Concurrency: 2, MaxSide: 960})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = m.Close() }()
			want, err := m.Detect(t.Context(), block())
			if err != nil || len(want) == 0 {
				t.Fatalf("%d lines and %v", len(want), err)
			}
			if m.beside.model != nil {
				t.Error("it was loaded for an inference that ran alone")
			}
			if gone {
				if err := os.Remove(filepath.Join(dir, fileDetector)); err != nil {
					t.Fatal(err)
				}
			}
			other, err := m.workspace(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer m.release(other)
			got, err := m.Detect(t.Context(), block())
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("beside another inference %+v and %v, alone %+v", got, err, want)
			}
			if loaded := m.beside.model != nil; loaded == gone {
				t.Errorf("loaded: %v", loaded)
			}
		})
	}
}

func TestMissingAndChangedFilesAreNamed(t *testing.T) {
	dir := t.TempDir()
	name := modelFiles[1].name
	if err := os.WriteFile(filepath.Join(dir, name), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Load(Config{Dir: dir, Threads: 1, Concurrency: 1, MaxSide: 960})
	if err == nil {
		t.Fatal("an empty folder was accepted")
	}
	for _, want := range []string{name + " is changed", modelFiles[0].name + " is missing", "make models", "engine.embedded.dir"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}
