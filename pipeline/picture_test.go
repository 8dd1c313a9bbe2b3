package pipeline_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

var (
	drawing = document.BBox{20, 20, 80, 60}
	photo   = document.BBox{20, 100, 80, 140}
	outside = document.BBox{500, 500, 600, 600}
)

// pictureDetector puts a page with a drawing, a photograph and text in place of
// whatever was rendered.
type pictureDetector struct {
	gray    bool
	regions []document.Region
}

func (d pictureDetector) Detect(_ context.Context, page *document.Page, _ document.Options) ([]document.Region, error) {
	rgba, gray := image.NewRGBA(image.Rect(0, 0, 100, 200)), image.NewGray(image.Rect(0, 0, 100, 200))
	noise := rand.New(rand.NewPCG(1, 2))
	for y := range 200 {
		for x := range 100 {
			c := color.RGBA{R: uint8(y / 10), G: 200, B: 100, A: 255}
			if y >= 100 {
				c = color.RGBA{R: uint8(noise.IntN(256)), G: uint8(noise.IntN(256)), B: uint8(noise.IntN(256)), A: 255}
			}
			rgba.SetRGBA(x, y, c)
			gray.Set(x, y, c)
		}
	}
	page.Image = rgba
	if d.gray {
		page.Image = gray
	}
	return append([]document.Region{{Type: document.RegionText}}, d.regions...), nil
}

func (pictureDetector) Info() document.Info { return document.Info{Name: "pictures"} }

func pictureAt(box document.BBox) document.Region {
	return document.Region{Type: document.RegionImage, BBox: box}
}

func cutPictures(t *testing.T, pages int, d pictureDetector, opts document.Options, change func(*pipeline.Config)) map[int]*document.PageResult {
	t.Helper()
	cfg := pipeline.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	p := pipeline.New(cfg, pipeline.Parts{
		Raster: &fakeRaster{total: pages}, Main: pipeline.Backend{Detector: d, Recognizer: &fakeEngine{slots: 4}}, Text: joined, Markdown: joined,
	}, slog.New(slog.DiscardHandler))
	result, found, err := collect(t.Context(), p, opts)
	if err != nil || result.Status != document.StatusOK {
		t.Fatalf("images change how a document ends: %+v, %v", result, err)
	}
	return found
}

func TestPicturesAreCutOut(t *testing.T) {
	two := []document.Region{pictureAt(drawing), pictureAt(photo)}
	names := []string{"page-1-region-2.png", "page-1-region-3.jpg"}
	for _, gray := range []bool{false, true} {
		d := pictureDetector{gray: gray, regions: two}
		page := cutPictures(t, 1, d, document.Options{Images: document.ImagesRef, ImagePrefix: "a-"}, nil)[1]
		for i, name := range names {
			region := page.Regions[i+1]
			if region.Image != "a-"+name || region.Status != document.StatusSkipped || region.Error != nil {
				t.Errorf("gray %v: %q, %s, %v", gray, region.Image, region.Status, region.Error)
			}
			img, kind, err := image.Decode(bytes.NewReader(page.Images["a-"+name]))
			if err != nil || img.Bounds().Size() != region.BBox.Rect().Size() || kind != []string{"png", "jpeg"}[i] {
				t.Fatalf("gray %v, %s: %s, %v", gray, name, kind, err)
			}
			if i == 0 { // the drawing keeps every pixel: its top row is that of the page's row 20
				want := color.Color(color.RGBA{R: 2, G: 200, B: 100, A: 255})
				if gray {
					want = color.GrayModel.Convert(want)
				}
				r, g, b, _ := img.At(img.Bounds().Min.X, img.Bounds().Min.Y).RGBA()
				wr, wg, wb, _ := want.RGBA()
				if r != wr || g != wg || b != wb {
					t.Errorf("gray %v: the corner is %d %d %d, want %d %d %d", gray, r, g, b, wr, wg, wb)
				}
			}
		}
		if len(page.Images) != 2 {
			t.Errorf("%d images", len(page.Images))
		}

		page = cutPictures(t, 1, d, document.Options{Images: document.ImagesInline}, nil)[1]
		for i, prefix := range []string{"data:image/png;base64,", "data:image/jpeg;base64,"} {
			data, ok := strings.CutPrefix(page.Regions[i+1].Image, prefix)
			raw, err := base64.StdEncoding.DecodeString(data)
			if _, _, derr := image.Decode(bytes.NewReader(raw)); !ok || err != nil || derr != nil {
				t.Errorf("gray %v: %.40q, %v, %v", gray, page.Regions[i+1].Image, err, derr)
			}
		}
		if page.Images != nil {
			t.Error("inline images are there twice")
		}
	}
	for _, images := range []document.Images{"", document.ImagesNone} {
		page := cutPictures(t, 1, pictureDetector{regions: two}, document.Options{Images: images}, nil)[1]
		if page.Images != nil || page.Regions[1].Image != "" || page.Regions[1].Error != nil {
			t.Errorf("%q: %+v", images, page.Regions[1])
		}
	}
}

func TestPicturesThatAreLeftOutSaySo(t *testing.T) {
	two := []document.Region{pictureAt(drawing), pictureAt(photo)}
	for name, tc := range map[string]struct {
		regions []document.Region
		change  func(*pipeline.Config)
		kept    int // of 20 pages
		says    string
	}{
		"count":    {two, func(c *pipeline.Config) { c.MaxImages = 7 }, 7, "at most 7 images"},
		"none":     {two, func(c *pipeline.Config) { c.MaxImages = 0 }, 0, "at most 0 images"},
		"bytes":    {two, func(c *pipeline.Config) { c.MaxImageBytes = 50 }, 0, "50 bytes"},
		"off page": {[]document.Region{pictureAt(outside), pictureAt(drawing)}, nil, 20, "could not be cut out"},
		"no area":  {[]document.Region{pictureAt(document.BBox{5, 5, 5, 90}), pictureAt(drawing)}, nil, 20, "could not be cut out"},
	} {
		t.Run(name, func(t *testing.T) {
			kept, left := 0, 0
			for _, page := range cutPictures(t, 20, pictureDetector{regions: tc.regions}, document.Options{Images: document.ImagesRef}, tc.change) {
				kept += len(page.Images)
				if page.Text == "" || page.Status != document.StatusOK {
					t.Errorf("page %d suffers: %s %q", page.Number, page.Status, page.Text)
				}
				for _, r := range page.Regions[1:] {
					if r.Image != "" {
						continue
					}
					left++
					if r.Status != document.StatusSkipped || r.Error == nil || r.Error.Code != document.CodeImageLeftOut || !strings.Contains(r.Error.Detail, tc.says) {
						t.Errorf("%s: %s, %v", r.ID, r.Status, r.Error)
					}
				}
			}
			if kept != tc.kept || kept+left != 40 {
				t.Errorf("%d kept and %d left out, want %d kept of 40", kept, left, tc.kept)
			}
		})
	}
}

func TestPicturesFitWhereTheirBytesDo(t *testing.T) {
	all := cutPictures(t, 1, pictureDetector{regions: []document.Region{pictureAt(photo)}}, document.Options{Images: document.ImagesRef}, nil)[1]
	size := int64(len(all.Images["page-1-region-2.jpg"]))
	kept := 0
	for _, page := range cutPictures(t, 9, pictureDetector{regions: []document.Region{pictureAt(photo)}}, document.Options{Images: document.ImagesRef},
		func(c *pipeline.Config) { c.MaxImageBytes = 4*size + size/2 }) {
		kept += len(page.Images)
	}
	if kept != 4 {
		t.Errorf("%d images kept in room for 4", kept)
	}
}

func TestJoinWritesChangedPagesAnew(t *testing.T) {
	join := func(pages []document.PageResult) []int {
		pages[0].Regions[0].Content += "+" + pages[1].Regions[0].Content
		pages[1].Regions[0].Content = ""
		return []int{0, 1}
	}
	write := func(page *document.PageResult, opts document.Options) string {
		return fmt.Sprintf("%s for %s", page.Regions[0].Content, opts.Task)
	}
	p := pipeline.New(pipeline.DefaultConfig(), pipeline.Parts{
		Raster: &fakeRaster{}, Main: pipeline.Backend{Detector: fakeDetector{}, Recognizer: &fakeEngine{}}, Text: write, Markdown: write, JoinTables: join,
	}, slog.New(slog.DiscardHandler))
	for _, asked := range []bool{false, true} {
		pages := []document.PageResult{
			{Text: "old", Markdown: "old", Regions: []document.Region{{Content: "a"}}},
			{Text: "old", Markdown: "old", Regions: []document.Region{{Content: "b"}}},
			{Text: "old", Markdown: "old", Regions: []document.Region{{Content: "c"}}},
		}
		want := []string{"old", "old", "old"}
		if asked {
			want = []string{"a+b for document", " for document", "old"}
		}
		p.Join(pages, document.Options{JoinTables: asked})
		for i := range pages {
			if pages[i].Text != want[i] || pages[i].Markdown != want[i] {
				t.Errorf("asked %v: page %d says %q and %q, want %q", asked, i+1, pages[i].Text, pages[i].Markdown, want[i])
			}
		}
	}
}
