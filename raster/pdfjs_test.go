package raster_test

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// found is what pdf.js finds: a text, and where its baseline begins, in points.
type found struct {
	Page int
	X, Y float64
	Text string
}

// pdfjs reads a PDF with pdf.js, which Firefox and most viewers in browsers are made of.
func pdfjs(t *testing.T, pdf []byte) (all []found) {
	t.Helper()
	modules, err := filepath.Abs("../build/pdfjs/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "pdfjs-dist")); err != nil {
		t.Skip("there is no pdf.js: run `make format-tools` where npm and Node.js are")
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/pdfjs.mjs", modules, path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		var f found
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, f)
	}
	return all
}

// TestPDFJSFindsTheWords at their places, within 3 points, on pages that are turned and cropped.
func TestPDFJSFindsTheWords(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for name, pdf := range ownDocuments() {
		if strings.Contains(string(pdf), "/UserUnit") {
			continue // pdf.js knows no unit but points
		}
		t.Run(name, func(t *testing.T) {
			pages := drawAll(t, r, pdf, document.Options{DPI: 72})
			var read []document.PageResult
			for _, page := range pages {
				read = append(read, readAs(page))
			}
			all := pdfjs(t, searchablePDF(t, r, pdf, document.Options{}, read))
			for i, page := range read {
				for _, w := range page.Regions[0].Words {
					if w.Text != "harbour" && w.Text != "pounds" && w.Text != "港口" && w.Text != "гавань" {
						continue // others are joined with what is beside them, or run to the left
					}
					if !finds(all, i+1, w) {
						t.Errorf("page %d: %s at %v is not found there in %v", i+1, w.Text, w.BBox, all)
					}
				}
			}
		})
	}
}

// finds reports whether a text with the word in it begins on the left of the word's box, between
// its top and its bottom.
func finds(all []found, page int, w document.WordBox) bool {
	for _, f := range all {
		if f.Page == page && strings.Contains(f.Text, w.Text) && math.Abs(f.X-float64(w.BBox[0])) <= 3 &&
			f.Y >= float64(w.BBox[1])-3 && f.Y <= float64(w.BBox[3])+3 {
			return true
		}
	}
	return false
}
