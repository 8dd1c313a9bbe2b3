package page_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/layout/doclayout/doclayouttest"
	"ocr-gateway/raster/rastertest"
)

// Classes of PP-DocLayoutV3.
const (
	classImage   = 3
	classFormula = 5
	classTitle   = 6
	classTable   = 21
)

// parts finds a title, text, a table, a formula and a picture, one under the other.
func parts(width, height int) (boxes []doclayouttest.Box) {
	classes := []int{classTitle, doclayouttest.Text, classTable, classFormula, classImage}
	for i, class := range classes {
		top := height * (2*i + 1) / (2*len(classes) + 1)
		boxes = append(boxes, doclayouttest.Box{Class: class, BBox: [4]int{width / 10, top, width * 9 / 10, top + height/(2*len(classes)+1)}})
	}
	return boxes
}

// said is what a scripted model answers: a text for each kind of region.
type said struct{ text, table, formula string }

func (s said) answer(q enginetest.Request) enginetest.Answer {
	switch {
	case strings.HasPrefix(q.Prompt, "Text"):
		return enginetest.Answer{Text: s.text}
	case strings.HasPrefix(q.Prompt, "Table"):
		return enginetest.Answer{Text: s.table}
	case strings.HasPrefix(q.Prompt, "Formula"):
		return enginetest.Answer{Text: s.formula}
	}
	return enginetest.Script(q)
}

// serve starts the program with a scripted model; find says where regions are.
func serve(t *testing.T, model enginetest.Config, find func(width, height int) []doclayouttest.Box, env ...string) *program.Server {
	t.Helper()
	vllm := httptest.NewServer(enginetest.NewFake(model))
	t.Cleanup(vllm.Close)
	layout := httptest.NewServer(doclayouttest.Sidecar(find))
	t.Cleanup(layout.Close)
	return program.Serve(t, append([]string{
		"OCR_VLLM_ENDPOINTS=" + vllm.URL, "OCR_VLLM_CHECK_INTERVAL=100ms", "OCR_LAYOUT_SIDECAR=auto", "OCR_LAYOUT_URL=" + layout.URL,
		"OCR_JOBS_DIR=" + t.TempDir(),
	}, env...)...)
}

// document writes a PDF of so many small pages, each with its number on it; pages that are named
// cannot be drawn.
func document(t *testing.T, pages int, broken ...int) string {
	t.Helper()
	pdf := rastertest.NewPDF()
	// More pixels than a rendering process may hold.
	huge := pdf.Raw("/Type/XObject/Subtype/Image/Width 2000000000/Height 2000000000/BitsPerComponent 8/ColorSpace/DeviceRGB", []byte("x"))
	for n := 1; n <= pages; n++ {
		content := fmt.Sprintf("BT /F1 14 Tf 20 250 Td (Page %d) Tj 0 -40 Td (in a line) Tj ET 20 60 100 40 re f", n)
		resources := ""
		for _, b := range broken {
			if b == n {
				content, resources = "/X Do", fmt.Sprintf("/XObject<</X %d 0 R>>", huge)
			}
		}
		pdf.Page("/MediaBox[0 0 200 280]", resources, content)
	}
	return file(t, fmt.Sprintf("of %d pages.pdf", pages), pdf.Bytes(""))
}

func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sample is one of the documents that come with the sources.
func sample(name string) string { return filepath.Join(program.Root(), "testdata", name) }
