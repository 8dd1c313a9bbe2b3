package embedded_test

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// TestLettersOfAPageAreReadInEachLine reads Romanian lines one by one, as headings are read: the quick network, which
// does not know ș and ț, is sure of some of them.
func TestLettersOfAPageAreReadInEachLine(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "romanian.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, _, err := image.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("testdata", "romanian.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(text)), "\n")
	e, page := newEngine(t), pageOf(img)
	lines, _, err := e.Find(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	if !page.Careful {
		t.Error("the page is read by the quick network")
	}
	slices.SortFunc(lines, func(a, b document.Line) int { return a.BBox[1] - b.BBox[1] })
	if len(lines) != len(want) {
		t.Fatalf("%d lines were found, want %d", len(lines), len(want))
	}
	marks := func(s string) string {
		return strings.Map(func(r rune) rune {
			switch r {
			case 'ș', 'ş': // a cedilla will do
				return 'ș'
			case 'ț', 'ţ':
				return 'ț'
			}
			return -1
		}, s)
	}
	for i, l := range lines {
		region := document.Region{Type: document.RegionTitle, BBox: l.BBox, Lines: []document.Line{l}}
		got, err := e.Recognize(t.Context(), page, region, document.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if marks(got.Content) != marks(want[i]) {
			t.Errorf("%q was read as %q", want[i], got.Content)
		}
	}
}
