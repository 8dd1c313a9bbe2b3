package embedded_test

import (
	"errors"
	"flag"
	"image"
	_ "image/png"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/engine/embedded/pixels"
)

var update = flag.Bool("update", false, "write the golden files")

// modelsDir is where the models are; tests that need them fail without.
func modelsDir() string {
	if dir := os.Getenv("OCR_MODELS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "models")
}

func newEngine(tb testing.TB) *embedded.Engine {
	tb.Helper()
	return newEngineOf(tb, embedded.PrecisionAuto)
}

func newEngineOf(tb testing.TB, precision string) *embedded.Engine {
	tb.Helper()
	cfg := embedded.DefaultConfig()
	cfg.Dir, cfg.Precision = modelsDir(), precision
	e, err := embedded.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}

// notice is a page set in DejaVu Sans: a title, a paragraph with a word broken
// by a hyphen, a list, white text on black and accents.
func notice(tb testing.TB) *document.Page {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", "notice.png"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		tb.Fatal(err)
	}
	return pageOf(img)
}

func pageOf(img image.Image) *document.Page {
	return &document.Page{Number: 1, Image: img, Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
}

func wholePage(p *document.Page) document.Region {
	return document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, p.Width, p.Height}}
}

func TestRecognizeGolden(t *testing.T) {
	e, page := newEngine(t), notice(t)
	got, err := e.Recognize(t.Context(), page, wholePage(page), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "notice.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.Content+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.Content != strings.TrimSuffix(string(want), "\n") {
		t.Errorf("got\n%s\nwant\n%s", got.Content, want)
	}
	if got.Confidence == nil || *got.Confidence < .9 || *got.Confidence > 1 {
		t.Errorf("confidence %v, want above 0.9", got.Confidence)
	}
}

func TestFindTurnsThePageUpright(t *testing.T) {
	e := newEngine(t)
	for turned, want := range map[int]int{0: 0, 90: 270, 180: 180, 270: 90} {
		page := pageOf(pixels.Turn(notice(t).Image, turned))
		lines, _, err := e.Find(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		if page.Rotation != want || page.Width != 900 || page.Height != 560 || page.Image.Bounds().Dx() != 900 {
			t.Errorf("turned by %d: rotation %d, size %d x %d, want %d, 900 x 560", turned, page.Rotation, page.Width, page.Height, want)
		}
		region := wholePage(page)
		region.Lines = lines
		got, err := e.Recognize(t.Context(), page, region, document.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got.Content, "Harbour Notice 27") || !strings.Contains(got.Content, "White on black") {
			t.Errorf("turned by %d: read %q", turned, got.Content)
		}
	}
}

func TestRecognizeFindsLinesInATurnedPart(t *testing.T) {
	e := newEngine(t)
	page := pageOf(pixels.Turn(notice(t).Image, 180))
	part := document.Region{Type: document.RegionText, BBox: document.BBox{0, 180, 900, 560}}
	got, err := e.Recognize(t.Context(), page, part, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.Content, "Harbour Notice 27\nAll vessels") {
		t.Errorf("read %q", got.Content)
	}
	for _, l := range got.Lines {
		if !l.BBox.Rect().In(part.BBox.Rect()) {
			t.Errorf("line %q at %v is outside the part", l.Text, l.BBox)
		}
	}
	if title := got.Lines[0].BBox; title[1] < 450 {
		t.Errorf("the title is at %v, want it at the bottom of the turned page", title)
	}
}

func TestOddShapes(t *testing.T) {
	e := newEngine(t)
	for _, size := range []image.Point{{1, 1}, {3, 2000}, {3000, 40}, {5, 5}, {700, 1}} {
		img := image.NewGray(image.Rect(0, 0, size.X, size.Y))
		for i := range img.Pix {
			img.Pix[i] = 255
		}
		page := pageOf(img)
		if lines, _, err := e.Find(t.Context(), page); err != nil || len(lines) != 0 {
			t.Errorf("%v: %d lines, %v", size, len(lines), err)
		}
		if r, err := e.Recognize(t.Context(), page, wholePage(page), document.Options{}); err != nil || r.Content != "" || r.Confidence != nil {
			t.Errorf("%v: %+v, %v", size, r, err)
		}
	}
}

func TestSingleLineCrop(t *testing.T) {
	e, page := newEngine(t), notice(t)
	crop := page.Image.(*image.Gray).SubImage(image.Rect(58, 262, 440, 290))
	p := pageOf(crop)
	got, err := e.Recognize(t.Context(), p, wholePage(p), document.Options{Task: document.TaskText})
	if err != nil || got.Content != "1. Show the papers of the ship." {
		t.Errorf("read %q, %v", got.Content, err)
	}
}

func TestEmptyLinesAreNotSearchedFor(t *testing.T) {
	e, page := newEngine(t), notice(t)
	region := wholePage(page)
	region.Lines = []document.Line{}
	if got, err := e.Recognize(t.Context(), page, region, document.Options{}); err != nil || got.Content != "" {
		t.Errorf("read %q, %v", got.Content, err)
	}
}

func TestFormulaIsRefused(t *testing.T) {
	e, page := newEngine(t), notice(t)
	_, err := e.Recognize(t.Context(), page, wholePage(page), document.Options{Task: document.TaskFormula})
	var p *document.Problem
	if !errors.As(err, &p) || p.Code != document.CodeTaskUnsupported || !strings.Contains(p.Detail, "vllm") {
		t.Errorf("got %v", err)
	}
}

func TestConcurrentUseGivesTheSameText(t *testing.T) {
	e := newEngine(t)
	texts := make([]string, 4)
	var wg sync.WaitGroup
	for i := range texts {
		wg.Go(func() {
			page := notice(t)
			got, err := e.Recognize(t.Context(), page, wholePage(page), document.Options{})
			if err != nil {
				t.Error(err)
			}
			texts[i] = got.Content
		})
	}
	wg.Wait()
	for _, text := range texts[1:] {
		if text != texts[0] {
			t.Errorf("read %q and %q", texts[0], text)
		}
	}
}

func TestConfigNamesEveryBadKey(t *testing.T) {
	err := embedded.Config{MaxSide: 1000}.Validate()
	for _, key := range []string{"dir", "threads", "concurrency", "max_side", "precision"} {
		if err == nil || !strings.Contains(err.Error(), key+" is ") {
			t.Errorf("%v does not name %s", err, key)
		}
	}
	if err := embedded.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

func BenchmarkFind(b *testing.B) {
	e, page := newEngine(b), notice(b)
	measure(b, func() error { _, _, err := e.Find(b.Context(), page); return err })
}

func BenchmarkDetect(b *testing.B) {
	e, page := newEngine(b), notice(b)
	measure(b, func() error { _, err := e.Detect(b.Context(), page.Image); return err })
}

func BenchmarkReadLines(b *testing.B) {
	e, page := newEngine(b), notice(b)
	lines, err := e.Detect(b.Context(), page.Image)
	if err != nil {
		b.Fatal(err)
	}
	measure(b, func() error { _, err := e.ReadLines(b.Context(), page.Image, lines); return err })
}

func BenchmarkPage(b *testing.B) {
	e, page := newEngine(b), notice(b)
	measure(b, func() error {
		lines, _, err := e.Find(b.Context(), page)
		if err != nil {
			return err
		}
		region := wholePage(page)
		region.Lines = lines
		_, err = e.Recognize(b.Context(), page, region, document.Options{})
		return err
	})
}

// measure reports CPU time beside wall time: the networks use several threads.
func measure(b *testing.B, work func() error) {
	b.ReportAllocs()
	runtime.GC()
	start := cpuSeconds(b)
	for b.Loop() {
		if err := work(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpuSeconds(b)-start)/float64(b.N), "cpu-s/op")
}

// TestTallLinesRunDownOrUp reads lines on a page turned either way without turning it.
func TestTallLinesRunDownOrUp(t *testing.T) {
	e, page := newEngine(t), notice(t)
	for _, degrees := range []int{90, 270} {
		img := pixels.Turn(page.Image, degrees)
		lines, err := e.Detect(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		if lines, err = e.ReadLines(t.Context(), img, lines); err != nil {
			t.Fatal(err)
		}
		sure := 0
		for _, l := range lines {
			if l.Confidence != nil && *l.Confidence > .9 {
				sure++
			}
		}
		if 4*sure < 3*len(lines) || len(lines) == 0 {
			t.Errorf("turned by %d: %d of %d lines are read for sure", degrees, sure, len(lines))
		}
	}
}

// TestThreadsChangeNoAnswer reads a page with the threads divided in different ways.
func TestThreadsChangeNoAnswer(t *testing.T) {
	var want document.Recognition
	for i, share := range [][2]int{{1, 1}, {2, 1}, {2, 2}, {5, 3}} {
		cfg := embedded.DefaultConfig()
		cfg.Dir, cfg.Threads, cfg.Concurrency = modelsDir(), share[0], share[1]
		e, err := embedded.New(cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		page := notice(t)
		lines, _, err := e.Find(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		region := wholePage(page)
		region.Lines = lines
		got, err := e.Recognize(t.Context(), page, region, document.Options{})
		if err = errors.Join(err, e.Close()); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = got
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%d threads, %d inferences at once:\n%+v\nwant\n%+v", share[0], share[1], got, want)
		}
	}
}

// TestPrecisionChangesNoText reads a well printed page in full precision alone and not.
func TestPrecisionChangesNoText(t *testing.T) {
	texts := map[string]string{}
	for _, precision := range []string{embedded.PrecisionAuto, embedded.PrecisionFull} {
		page := notice(t)
		got, err := newEngineOf(t, precision).Recognize(t.Context(), page, wholePage(page), document.Options{})
		if err != nil {
			t.Fatal(err)
		}
		texts[precision] = got.Content
	}
	if texts[embedded.PrecisionAuto] != texts[embedded.PrecisionFull] || texts[embedded.PrecisionFull] == "" {
		t.Errorf("read %q", texts)
	}
}

// TestLinesAreReadOnce sees that Find keeps what it read to tell which way up a page is.
func TestLinesAreReadOnce(t *testing.T) {
	e := newEngine(t)
	for _, degrees := range []int{0, 90, 180, 270} {
		page := notice(t)
		page.Image = pixels.Turn(page.Image, degrees)
		page.Width, page.Height = page.Image.Bounds().Dx(), page.Image.Bounds().Dy()
		lines, _, err := e.Find(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		region := wholePage(page)
		region.Lines = lines
		got, err := e.Recognize(t.Context(), page, region, document.Options{})
		if err != nil {
			t.Fatal(err)
		}
		kept := 0
		for i, l := range lines {
			if l.Confidence == nil {
				continue
			}
			if kept++; got.Lines[i].Text != l.Text || l.Text == "" {
				t.Errorf("turned by %d: Find read %q, Recognize has %q", degrees, l.Text, got.Lines[i].Text)
			}
		}
		if kept == 0 || kept == len(lines) {
			t.Errorf("turned by %d: Find read %d of %d lines", degrees, kept, len(lines))
		}
	}
}
