package app

import (
	"html"
	"image"
	_ "image/png"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/layout/geometry"
)

// TestWhatIsSeenIsSaid: a line that the detector sees on a page is in a region, and what
// is read of it is in that region's content; a region of which nothing is read says why.
func TestWhatIsSeenIsSaid(t *testing.T) {
	cfg := embedded.DefaultConfig()
	cfg.Dir = filepath.Join("..", "..", "models")
	engine, err := embedded.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	detector := geometry.New(engine)
	for _, name := range []string{"checks_two_columns", "code_numbers", "contents", "facing", "nested_table", "notices", "pleading", "till_one_line"} {
		t.Run(name, func(t *testing.T) {
			page := pageOf(t, filepath.Join("..", "..", "layout", "geometry", "testdata", "pages", name+".png"))
			seen, _, err := engine.Find(t.Context(), pageOf(t, filepath.Join("..", "..", "layout", "geometry", "testdata", "pages", name+".png")))
			if err != nil {
				t.Fatal(err)
			}
			regions, err := detector.Detect(t.Context(), page, document.Options{Task: document.TaskDocument})
			if err != nil {
				t.Fatal(err)
			}
			var found []document.Line
			for _, region := range regions {
				if len(region.Lines) == 0 {
					continue
				}
				got, err := engine.Recognize(t.Context(), page, region, document.Options{Task: document.TaskDocument})
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, got.Lines...)
				said := letters(html.UnescapeString(tags.ReplaceAllString(got.Content, " ")))
				for _, l := range got.Lines {
					if !strings.Contains(said, letters(l.Text)) {
						t.Errorf("%q was read at %v and is not in %q", l.Text, l.BBox, got.Content)
					}
				}
				if got.Content == "" && got.Skipped == nil && got.Truncated == nil {
					t.Errorf("nothing was read at %v, which nothing says", region.BBox)
				}
			}
			for _, s := range seen {
				if covered(s.BBox, found) < 0.6 {
					t.Errorf("the line at %v is in no region", s.BBox)
				}
			}
		})
	}
}

func pageOf(t *testing.T, path string) *document.Page {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, _, err := image.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(img.Bounds())
	for y := range gray.Rect.Dy() {
		for x := range gray.Rect.Dx() {
			gray.Set(x, y, img.At(x, y))
		}
	}
	return &document.Page{Number: 1, Width: gray.Rect.Dx(), Height: gray.Rect.Dy(), Image: gray}
}

// covered is the share of a box's width that lines have at the height of its middle: lines
// over two columns are cut at the white between them.
func covered(box document.BBox, lines []document.Line) float64 {
	n := 0
	for x := box[0]; x < box[2]; x++ {
		at := image.Pt(x, (box[1]+box[3])/2)
		if slices.ContainsFunc(lines, func(l document.Line) bool { return at.In(l.BBox.Rect()) }) {
			n++
		}
	}
	return float64(n) / float64(max(box[2]-box[0], 1))
}

var tags = regexp.MustCompile(`<[^>]*>`)

// letters are those of a text, and its digits: how it is set is not compared.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, text)
}
