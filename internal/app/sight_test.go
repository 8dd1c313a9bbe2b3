package app_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/engine/vllm/endpoints"
	"ocr-gateway/internal/app"
	"ocr-gateway/internal/config"
	"ocr-gateway/layout/doclayout/doclayouttest"
	"ocr-gateway/model/glmocr"
	"ocr-gateway/pipeline"
	"ocr-gateway/raster"
	"ocr-gateway/textlayer/attack"
)

const (
	pointsToPixels = 150.0 / 72
	models         = "../../models"
)

var quiet = slog.New(slog.DiscardHandler)

// sight is a model that sees what there is to be seen on pages that it was shown before: it knows
// their crops by hash.
type sight struct {
	engine *vllm.Engine // cuts crops out of pages and sends them to be learned

	mu   sync.Mutex
	next crop // that comes
	on   map[string]crop
}

// crop is a part of a page.
type crop struct {
	page int
	text string
}

func newSight(t testing.TB) *sight {
	s := &sight{on: map[string]crop{}}
	learning := httptest.NewServer(enginetest.NewFake(enginetest.Config{Answer: func(q enginetest.Request) enginetest.Answer {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.on[q.Sum] = s.next
		return enginetest.Answer{Text: s.next.text}
	}}))
	t.Cleanup(learning.Close)
	var err error
	if s.engine, err = vllm.New(modelAt(learning.URL), []vllm.Profile{glmocr.Profile{}}, models, quiet); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.engine.Close)
	return s
}

func modelAt(url string) vllm.Config {
	cfg := vllm.DefaultConfig()
	cfg.Endpoints = []endpoints.Config{{URL: url, MaxInFlight: 64}}
	return cfg
}

// answer is what the model says of a crop.
func (s *sight) answer(q enginetest.Request) enginetest.Answer {
	return enginetest.Answer{Text: s.of(q).text}
}

// of is the crop that a request shows.
func (s *sight) of(q enginetest.Request) crop {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on[q.Sum]
}

// show shows what is in boxes of a document's pages, and tells what is on each.
func (s *sight) show(t testing.TB, pdf []byte, find func(*document.Page) []doclayouttest.Box, see func(page *document.Page, box document.BBox) string) {
	t.Helper()
	cfg := raster.DefaultConfig()
	cfg.Command, cfg.PageTimeout = []string{"/proc/self/exe", childArgument}, 10*time.Minute // whatever else the machine does
	r, err := raster.New(cfg, pipeline.NewBudget(256<<20), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close(context.Background())
	pages, err := r.Open(t.Context(), document.NewSource("", pdf), document.Options{TextLayer: document.TextLayerVerified})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		for _, box := range find(page) {
			s.mu.Lock()
			s.next = crop{page.Number, see(page, box.BBox)}
			s.mu.Unlock()
			region := document.Region{Type: document.RegionText, BBox: box.BBox}
			if _, err := s.engine.Recognize(t.Context(), page, region, document.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		page.Release()
	}
}

// inRows finds what the layout of program does.
func inRows(page *document.Page) []doclayouttest.Box {
	return doclayouttest.Rows(doclayouttest.PageOf(page.Image))
}

// truth sees what a document of package attack says that is to be seen.
func truth(doc attack.Document) func(*document.Page, document.BBox) string {
	return func(page *document.Page, box document.BBox) string {
		return strings.Join(doc.Pages[page.Number-1].In(float64(box[0]), float64(box[1]), float64(box[2]), float64(box[3]), pointsToPixels), "\n")
	}
}

// program is the program with a model server and a layout of rows.
func program(t testing.TB, fake *enginetest.Fake, change func(*config.Config)) *app.App {
	t.Helper()
	server, sidecar := httptest.NewServer(fake), httptest.NewServer(doclayouttest.Seeing(doclayouttest.Rows))
	t.Cleanup(server.Close)
	t.Cleanup(sidecar.Close)
	cfg := config.Default()
	cfg.Engine.Kind, cfg.VLLM.Config = config.EngineVLLM, modelAt(server.URL)
	cfg.Engine.Embedded.Dir = filepath.Clean(models)
	cfg.Layout.URL = sidecar.URL
	cfg.Raster.Command, cfg.Raster.PageTimeout = []string{"/proc/self/exe", childArgument}, 10*time.Minute
	if change != nil {
		change(&cfg)
	}
	a, err := app.New(cfg, "test", quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}
