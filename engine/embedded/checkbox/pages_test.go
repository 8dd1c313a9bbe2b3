package checkbox_test

import (
	"encoding/json"
	"image"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/checkbox"
	"ocr-gateway/engine/embedded/pixels"
)

// TestPages wants boxes where pages have some, and no letter, cell or picture taken for one.
func TestPages(t *testing.T) {
	want := map[string]int{"form": 4, "checks_two_columns": 8, "questionnaire": 16, "radio_buttons": 6}
	pages, err := filepath.Glob("../../../layout/geometry/testdata/pages/*.png")
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".png")
		var found struct {
			Lines []struct{ BBox document.BBox }
		}
		data, err := os.ReadFile(strings.TrimSuffix(page, ".png") + ".json")
		if err == nil {
			err = json.Unmarshal(data, &found)
		}
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(page)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var lines []document.BBox
		for _, l := range found.Lines {
			lines = append(lines, l.BBox)
		}
		if got := checkbox.Find(pixels.Of(img), lines); len(got) != want[name] {
			t.Errorf("%s: %d boxes %v, want %d", name, len(got), got, want[name])
		}
	}
}
