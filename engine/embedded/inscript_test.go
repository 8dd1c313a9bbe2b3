package embedded_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/tesseract/tesseracttest"
)

// worded is a page in a script with words that say what is read there without them.
func worded(t *testing.T, e *embedded.Engine, name string) *document.Page {
	t.Helper()
	page := scriptPages(t)[name]
	for _, l := range readPage(t, e, scriptPages(t)[name]).Lines {
		page.Words = append(page.Words, document.Word{Text: strings.ReplaceAll(l.Text, " ", ""), BBox: l.BBox})
	}
	return page
}

// TestWordsOfOtherScripts: lines that read as a PDF says are read once, for the whole page, and tell its script and that
// it stands upright; on a page that is turned the same words tell nothing.
func TestWordsOfOtherScripts(t *testing.T) {
	program := tesseracttest.Program(t, filepath.Join("..", ".."))
	e := engineWith(t, func(c *embedded.Config) { c.Tesseract = program })
	for _, name := range []string{"Hangul", "Cyrillic"} {
		if !slices.Contains(e.Info().Scripts, name) {
			t.Skipf("Tesseract has no language for %s", name)
		}
		page := worded(t, e, name)
		lines, _, err := e.Find(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Script != name || l.Text == "" {
				t.Errorf("%s: %q is read in %q", name, l.Text, l.Script)
			}
		}
		if page.Script != name || page.Rotation != 0 {
			t.Errorf("%s: the page is %q, turned by %d", name, page.Script, page.Rotation)
		}
		turned := worded(t, e, name)
		turned.Image = pixels.Turn(turned.Image, 180)
		if lines, _, err = e.Find(t.Context(), turned); err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Script != "" && turned.Rotation == 0 {
				t.Errorf("%s upside down: %q is read", name, l.Text)
			}
		}
	}
}

// TestLatinIsNoOtherScript: Latin lines are read as such when they are asked for in a script that has the same forms, or one that nobody reads.
func TestLatinIsNoOtherScript(t *testing.T) {
	program := tesseracttest.Program(t, filepath.Join("..", ".."))
	e := engineWith(t, func(c *embedded.Config) { c.Tesseract = program })
	page := notice(t)
	found, err := e.Detect(t.Context(), page.Image)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Cyrillic", "Greek", "Ogham"} {
		lines := slices.Clone(found)
		for i := range lines {
			lines[i].Script = name
		}
		got, err := e.ReadAt(t.Context(), page, lines)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range got {
			if l.Script != "" {
				t.Errorf("read in %s: %q", l.Script, l.Text)
			}
		}
	}
}
