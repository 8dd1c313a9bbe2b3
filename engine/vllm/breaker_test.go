package vllm_test

import (
	"image"
	"image/draw"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
)

// marked is a page with a dot that tells it from others, of which there are 49.
func marked(n int) *document.Page {
	p := page(56, 56)
	left, top := 8*(n%7), 8*(n/7%7)
	draw.Draw(p.Image.(*image.RGBA), image.Rect(left, top, left+8, top+8), image.Black, image.Point{}, draw.Src)
	return p
}

// poisoned fails requests for whose picture isPoison says so. The picture is what engines
// send, so the same page gives the same.
func poisoned(isPoison func(image string) bool) enginetest.Config {
	return enginetest.Config{KeepImages: true, Fault: func(q enginetest.Request) enginetest.Fault {
		if isPoison(q.Image) {
			return enginetest.Fault{Status: 500}
		}
		return enginetest.Fault{}
	}}
}

// loopOver has clients read pages again and again until the end of the test.
func loopOver(t *testing.T, e *vllm.Engine, clients int, next func(client, turn int) *document.Page) {
	t.Helper()
	var loops sync.WaitGroup
	for client := range clients {
		loops.Go(func() {
			for turn := 0; t.Context().Err() == nil; turn++ { // ends before the cleanups
				_, _ = read(t.Context(), e, next(client, turn), document.RegionText)
			}
		})
	}
	t.Cleanup(loops.Wait)
}

// TestOnePoisonedPictureClosesNothing: six clients send a picture on which the server
// fails, as often as they can. The breaker stays closed and nobody else's region fails.
func TestOnePoisonedPictureClosesNothing(t *testing.T) {
	poison := imageOf(t, marked(0))
	fake, endpoint := serve(t, poisoned(func(image string) bool { return image == poison }))
	cfg := quick()
	cfg.CheckInterval = time.Hour // no probe comes to help
	e := start(t, cfg, endpoint)
	eventually(t, "the server", e.Ready)
	loopOver(t, e, 6, func(int, int) *document.Page { return marked(0) })
	eventually(t, "poison", func() bool { return fake.Counts().Failed >= 24 })
	for n := range 20 {
		got, err := read(t.Context(), e, marked(1+n), document.RegionText)
		if err != nil || got.Usage.Attempts != 1 {
			t.Fatalf("region %d: %+v, %v", n, got, err)
		}
		if h := e.Health()[0]; h.Breaker != "closed" || h.State != "ready" {
			t.Fatalf("health %+v", h)
		}
	}
}

// TestManyPoisonedPicturesCloseNothingForLong: each picture is another, so the breaker
// opens; the server reads one of ours, so it closes again at once.
func TestManyPoisonedPicturesCloseNothingForLong(t *testing.T) {
	good := imageOf(t, marked(48))
	var probes atomic.Int64
	fake, endpoint := serve(t, poisoned(func(image string) bool { return image != good && !isProbe(image, &probes) }))
	cfg := quick()
	cfg.CheckInterval = time.Hour
	e := start(t, cfg, endpoint)
	eventually(t, "the server", e.Ready)
	loopOver(t, e, 6, func(client, turn int) *document.Page { return marked((client*8 + turn) % 48) })
	eventually(t, "a probe", func() bool { return probes.Load() > 0 })
	for n := range 20 {
		if _, err := read(t.Context(), e, marked(48), document.RegionText); err != nil {
			t.Fatalf("region %d: %v", n, err)
		}
	}
	if n := fake.Counts().Failed; n < 5 {
		t.Errorf("%d requests failed", n)
	}
}

// TestAFailingServerIsLeftAlone until a probe says that it reads again, although the
// breaker's pause is not over.
func TestAFailingServerIsLeftAlone(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{})
	fake.Drain(true)
	cfg := quick()
	cfg.Attempts = 1
	e := start(t, cfg, endpoint)
	eventually(t, "the server", e.Ready)
	for n := range 5 {
		if _, err := read(t.Context(), e, marked(n), document.RegionText); err == nil {
			t.Fatal("read by a server that fails")
		}
	}
	if h := e.Health()[0]; h.State != "failing" || h.Breaker == "closed" || !strings.Contains(h.Detail, "requests fail") {
		t.Errorf("health %+v", h)
	}
	fake.Drain(false)
	eventually(t, "a probe to succeed", func() bool { return e.Health()[0].State == "ready" })
	if _, err := read(t.Context(), e, marked(0), document.RegionText); err != nil {
		t.Error(err)
	}
}

// imageOf is the picture that a server gets of a page.
func imageOf(t *testing.T, p *document.Page) string {
	t.Helper()
	var sent string
	_, endpoint := serve(t, enginetest.Config{KeepImages: true, Answer: func(q enginetest.Request) enginetest.Answer {
		sent = q.Image
		return enginetest.Script(q)
	}})
	if _, err := read(t.Context(), start(t, quick(), endpoint), p, document.RegionText); err != nil {
		t.Fatal(err)
	}
	return sent
}

// isProbe counts the pictures that are the engine's own.
func isProbe(image string, probes *atomic.Int64) bool {
	if a := enginetest.SeesBlanks(enginetest.Script)(enginetest.Request{Image: image}); a.Text != "" {
		return false
	}
	probes.Add(1)
	return true
}
