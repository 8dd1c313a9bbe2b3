package pipeline_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"image"
	"log/slog"
	"maps"
	"reflect"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// TestCachedPagesAreTheSame compares pages from the cache with those that are read, with
// every wish that does not change what is read. Nothing is asked for again.
func TestCachedPagesAreTheSame(t *testing.T) {
	for _, opts := range []document.Options{
		{Layout: true},
		{Layout: true, IncludeHeaders: true},
		{Layout: true, TableFormat: document.TableMarkdown, JoinTables: true},
		{Layout: true, Batch: true, DPI: 300, Password: "x", Pages: second(t)},
		{Layout: true, Images: document.ImagesRef, ImagePrefix: "a-"},
		{Layout: true, Images: document.ImagesInline},
	} {
		raster := sheets{3, noisy}
		plain := newReader()
		_, want := readPages(t, withCache(nil, "", raster, plain), opts)

		r := newReader()
		p := withCache(&memoryCache{}, "", raster, r)
		readPages(t, p, document.Options{Layout: true}) // all three pages are one
		if n := r.calls.Load(); n != 3 {
			t.Fatalf("%d regions read of one page with 3", n)
		}
		result, got := readPages(t, p, opts)
		if n := r.calls.Load(); n != 3 {
			t.Errorf("%+v: read again: %d", opts, n)
		}
		for number, page := range got {
			if !page.Cached || !maps.Equal(page.Timings, map[string]int{"raster": 7}) {
				t.Errorf("page %d: cached %v, timings %v", number, page.Cached, page.Timings)
			}
			if a, b := free(*want[number]), free(*page); !reflect.DeepEqual(a.Regions[1].Grid, b.Regions[1].Grid) || asJSON(t, a) != asJSON(t, b) || a.Text != b.Text {
				t.Errorf("%+v: page %d\n%s\nis not\n%s", opts, number, asJSON(t, b), asJSON(t, a))
			}
		}
		result.Usage.CPUSeconds = 0 // whatever the machine takes
		if want := (document.Usage{Pages: len(got)}); result.Usage != want || len(got) != result.Summary.OK {
			t.Errorf("usage %+v", result.Usage)
		}
		if hits, misses := p.CacheCounts(); misses != 1 || hits != int64(2+len(got)) {
			t.Errorf("%d hits, %d misses", hits, misses)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func second(t *testing.T) document.PageRange {
	t.Helper()
	r, err := document.ParsePageRange("2")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestIncompletePagesAreNotKept has pages fail in part in every way.
func TestIncompletePagesAreNotKept(t *testing.T) {
	problem := document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "no")
	for name, change := range map[string]func(*reader){
		"failed": func(r *reader) {
			r.read = func(context.Context, document.Region) (document.Recognition, error) {
				return document.Recognition{}, problem
			}
		},
		"partial": func(r *reader) {
			r.read = func(_ context.Context, region document.Region) (document.Recognition, error) {
				if region.Type == document.RegionTable {
					return document.Recognition{}, problem
				}
				return document.Recognition{Content: "x"}, nil
			}
		},
		"truncated": func(r *reader) {
			r.read = func(context.Context, document.Region) (document.Recognition, error) {
				return document.Recognition{Content: "x", Truncated: problem}, nil
			}
		},
		"panic": func(r *reader) {
			r.read = func(context.Context, document.Region) (document.Recognition, error) { panic("a defect") }
		},
		"without layout": func(r *reader) { r.found = "disabled" },
		"answer failed": func(r *reader) {
			r.answer = func() (document.Recognition, error) { return document.Recognition{}, problem }
		},
		"answer cut": func(r *reader) {
			r.answer = func() (document.Recognition, error) {
				return document.Recognition{Content: "x", Truncated: problem}, nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, bad, good := &memoryCache{}, newReader(), newReader()
			change(bad)
			opts := document.Options{Task: document.TaskText, Layout: true, Question: &document.Question{Example: "a"}}
			for _, r := range []*reader{bad, good} {
				_, pages := readPages(t, withCache(store, "", sheets{1, noisy}, r), opts)
				if pages[1].Cached {
					t.Error("answered from the cache")
				}
				if r == bad && len(store.values) != 0 {
					t.Error("kept")
				}
			}
			if len(store.values) != 1 || good.calls.Load() != 3 {
				t.Errorf("%d kept, %d calls", len(store.values), good.calls.Load())
			}
		})
	}
}

// TestEntriesOfEarlierVersionsAreNotFound: an empty page could be kept then for an answer
// without text.
func TestEntriesOfEarlierVersionsAreNotFound(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	opts := document.Options{Layout: true}
	page := noisy()
	pixels, _ := pipeline.HashPixels(page.Image)
	former, err := json.Marshal(struct { // as version 1 wrote it, which had no Version
		Settings             string
		Detector, Recognizer document.Info
		Task                 document.Task
		Layout               bool
		Prompt               string
		Question             *document.Question
		Words                []document.Word
		Width, Height        int
		Pixels               [sha256.Size]byte
	}{"", r.detector, r.engine, document.TaskDocument, true, "", nil, nil, page.Width, page.Height, pixels})
	if err != nil {
		t.Fatal(err)
	}
	store.Put(sha256.Sum256(former), []byte(`{"Width":100,"Height":200,"Rotation":0,"Layout":"eye","Regions":null,"Answer":null}`))
	_, pages := readPages(t, withCache(store, "", sheets{1, noisy}, r), opts)
	if pages[1].Cached || len(pages[1].Regions) == 0 || len(store.values) != 2 {
		t.Errorf("cached %v with %d regions, %d entries", pages[1].Cached, len(pages[1].Regions), len(store.values))
	}
}

// TestPagesReadWithoutLayoutOnPurposeAreKept, whatever the detector calls itself then.
func TestPagesReadWithoutLayoutOnPurposeAreKept(t *testing.T) {
	for _, opts := range []document.Options{{Layout: false}, {Layout: true, Task: document.TaskTable}} {
		store, r := &memoryCache{}, newReader()
		r.found = "disabled"
		for range 2 {
			readPages(t, withCache(store, "", sheets{1, noisy}, r), opts)
		}
		if n := r.calls.Load(); n != 3 {
			t.Errorf("%+v: %d calls", opts, n)
		}
	}
}

// TestAnswersAreKept with the question that they answer.
func TestAnswersAreKept(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	p := withCache(store, "", sheets{1, noisy}, r)
	for _, prompt := range []string{"one", "two", "one", "two"} {
		_, pages := readPages(t, p, document.Options{Question: &document.Question{Example: prompt}})
		if a := pages[1].Answer; a == nil || a.Text != "answer to "+prompt || a.Error != nil {
			t.Errorf("%s: %+v", prompt, a)
		}
	}
	if n := r.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	if _, pages := readPages(t, p, document.Options{}); pages[1].Answer != nil {
		t.Error("an answer that nobody asked for")
	}
}

// TestPicturesOfTurnedPages: the page at hand is not turned, so they cannot be cut.
func TestPicturesOfTurnedPages(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	r.turn = 90
	p := withCache(store, "", sheets{1, noisy}, r)
	for i, tc := range []struct {
		images document.Images
		cached bool
	}{{"", false}, {"", true}, {document.ImagesRef, false}, {document.ImagesInline, false}, {document.ImagesNone, true}} {
		_, pages := readPages(t, p, document.Options{Layout: true, Images: tc.images})
		page := pages[1]
		if page.Cached != tc.cached || page.Rotation != 90 || page.Width != 200 {
			t.Errorf("%d: cached %v, %d degrees, %d wide", i, page.Cached, page.Rotation, page.Width)
		}
		if has := page.Regions[2].Image != ""; has != (tc.images == document.ImagesRef || tc.images == document.ImagesInline) {
			t.Errorf("%d: image %q", i, page.Regions[2].Image)
		}
	}
}

func TestPicturesFromTheCacheAreBounded(t *testing.T) {
	store, r := &memoryCache{}, newReader()
	readPages(t, withCache(store, "", sheets{1, noisy}, r), document.Options{})
	cfg := pipeline.DefaultConfig()
	cfg.MaxImages = 2
	p := pipeline.New(cfg, pipeline.Parts{
		Raster: sheets{5, noisy}, Main: pipeline.Backend{Detector: eye{r}, Recognizer: mind{r}, Assemble: merge}, Text: joined, Markdown: joined, Cache: store,
	}, slog.New(slog.DiscardHandler))
	kept, left := 0, 0
	_, pages := readPages(t, p, document.Options{Images: document.ImagesRef})
	for _, page := range pages {
		kept += len(page.Images)
		if e := page.Regions[2].Error; e != nil && e.Code == document.CodeImageLeftOut {
			left++
		}
	}
	if kept != 2 || left != 3 {
		t.Errorf("%d kept, %d left out", kept, left)
	}
}

// brokenCache gives what is no page.
type brokenCache struct{ memoryCache }

func (*brokenCache) Get([sha256.Size]byte) ([]byte, bool) { return []byte(`{"Regions": 7`), true }

func TestDamagedValuesAreMisses(t *testing.T) {
	r := newReader()
	_, pages := readPages(t, withCache(&brokenCache{}, "", sheets{1, noisy}, r), document.Options{})
	if pages[1].Cached || r.calls.Load() != 3 {
		t.Errorf("cached %v, %d calls", pages[1].Cached, r.calls.Load())
	}
}

func BenchmarkCachedPage(b *testing.B) {
	for name, img := range map[string]image.Image{
		"gray A4 at 150 dpi":  image.NewGray(image.Rect(0, 0, 1240, 1754)),
		"color A4 at 150 dpi": image.NewRGBA(image.Rect(0, 0, 1240, 1754)),
	} {
		page := func() document.Page {
			return document.Page{Width: img.Bounds().Dx(), Height: img.Bounds().Dy(), Image: img}
		}
		b.Run("hash of "+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pipeline.HashPixels(img)
			}
		})
		b.Run("hit of "+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			r := newReader()
			p := withCache(&memoryCache{}, "", sheets{1, page}, r)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Run(b.Context(), source(), document.Options{}, func(document.Event) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
