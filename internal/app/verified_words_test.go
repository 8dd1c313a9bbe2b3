package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/config"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

// TestWordsOfOwnText wants regions of a PDF's own text to have their words from it: each of them, where
// the PDF draws it, although there is nobody who could see words.
func TestWordsOfOwnText(t *testing.T) {
	doc, s := honest(t)
	drawn := map[int][]document.Word{}
	s.show(t, doc.PDF, func(p *document.Page) []doclayouttest.Box {
		drawn[p.Number] = p.Words
		return nil
	}, nil)
	blind := t.TempDir() // an encoder as in the recording, and no models
	const encoder = "libturbojpeg.so.0.3.0"
	path, err := filepath.Abs(filepath.Join(models, encoder))
	if err == nil {
		err = os.Symlink(path, filepath.Join(blind, encoder))
	}
	if err != nil {
		t.Fatal(err)
	}
	a := program(t, enginetest.NewFake(enginetest.Config{Answer: s.answer}), func(cfg *config.Config) { cfg.Engine.Embedded.Dir = blind })
	words, placed := 0, 0
	for _, page := range read(t, a, doc.PDF, map[string]string{"text_layer": "verified", "boxes": "word"}).Pages {
		for _, r := range page.Regions {
			if r.Source != document.SourcePDF {
				continue
			}
			var want, got []string
			for _, l := range r.Lines {
				want = append(want, strings.Fields(l.Text)...)
			}
			for _, w := range r.Words {
				got = append(got, w.Text)
				if slices.ContainsFunc(drawn[page.Number], func(d document.Word) bool { return d.Text == w.Text && overlaps(d.BBox, w.BBox) }) {
					placed++
				}
			}
			if words += len(want); !slices.Equal(got, want) {
				t.Errorf("page %d: the words %q of the lines %q", page.Number, got, want)
			}
		}
	}
	if words == 0 || placed < words {
		t.Errorf("%d of %d words are where they are drawn", placed, words)
	}
}

// overlaps reports whether two boxes have more than half of what both cover in common.
func overlaps(a, b document.BBox) bool {
	in := a.Rect().Intersect(b.Rect())
	common := in.Dx() * in.Dy()
	return 2*common > a.Rect().Dx()*a.Rect().Dy()+b.Rect().Dx()*b.Rect().Dy()-common
}
