package doclayout_test

import (
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/layout/doclayout"
)

// TestSidecarRealModel takes pages through the real model class with random
// weights. OCR_LAYOUT_PYTHON names a Python that has what the program needs.
func TestSidecarRealModel(t *testing.T) {
	python := os.Getenv("OCR_LAYOUT_PYTHON")
	if python == "" {
		t.Skip("OCR_LAYOUT_PYTHON is not set: run make test in layout/doclayout/sidecar")
	}
	checkpoint := filepath.Join(t.TempDir(), "checkpoint")
	if out, err := exec.CommandContext(t.Context(), python, "sidecar/tests/make_checkpoint.py", checkpoint).CombinedOutput(); err != nil {
		t.Fatalf("make checkpoint: %v\n%s", err, out)
	}
	cfg := doclayout.DefaultConfig()
	cfg.Python, cfg.Model, cfg.Device = python, checkpoint, "cpu"
	cfg.Threshold = 0.1 // random weights are never sure
	cfg.Timeout, cfg.StartTimeout, cfg.HealthInterval = 5*time.Minute, 5*time.Minute, time.Minute
	begin := time.Now()
	s := startSidecar(t, cfg)
	eventuallyWithin(t, 5*time.Minute, "it is ready", func() bool { return s.State().Status == "ready" })
	t.Logf("ready after %.1f s", time.Since(begin).Seconds())
	if state := s.State(); state.Model != "PP-DocLayoutV3" || state.Device != "cpu" {
		t.Errorf("state %+v", state)
	}
	for name, page := range map[string]*document.Page{"color": noisePage(false), "gray": noisePage(true)} {
		begin := time.Now()
		regions, by := askSidecar(t, s, page)
		t.Logf("%s page: %d regions in %.2f s", name, len(regions), time.Since(begin).Seconds())
		if by != "pp-doclayout-v3" || regions[0].Label == "whole_page" {
			t.Fatalf("%s page: %s found %+v", name, by, regions)
		}
		for _, r := range regions {
			if !r.BBox.Rect().In(page.Image.Bounds()) || r.BBox.Rect().Empty() || r.Score == nil || *r.Score < 0.1 {
				t.Errorf("region %+v", r)
			}
		}
	}
}

// noisePage is an A4 page at 200 dpi.
func noisePage(gray bool) *document.Page {
	page := image.NewRGBA(image.Rect(0, 0, 1654, 2339))
	gr := image.NewGray(page.Bounds())
	state := uint32(1)
	for y := range 2339 {
		for x := range 1654 {
			state = state*1664525 + 1013904223
			page.SetRGBA(x, y, color.RGBA{uint8(state >> 24), uint8(state >> 16), uint8(state >> 8), 255})
			gr.SetGray(x, y, color.Gray{uint8(state >> 24)})
		}
	}
	p := &document.Page{Number: 1, Width: 1654, Height: 2339, Image: page}
	if gray {
		p.Image = gr
	}
	return p
}
