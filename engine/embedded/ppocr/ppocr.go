// Package ppocr runs the networks of the embedded engine on ONNX Runtime: PP-OCR
// finds and reads text lines, a small detector trained on CDLA finds coarse page areas.
package ppocr

import (
	"context"
	"errors"
	"path/filepath"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// Config says where the models are and how much of the machine they may use.
type Config struct {
	Dir         string // holds the models and the ONNX Runtime library
	Threads     int    // of one inference
	Concurrency int    // inferences at once; each costs memory
	MaxSide     int    // longer side, in pixels, of the image that the detector sees; a multiple of SideStep
}

// Models are the loaded networks. They are safe for concurrent use; at most
// Config.Concurrency inferences run at once, the others wait.
type Models struct {
	cfg      Config
	detector *model
	layout   *model
	readers  []*Recognizer // the built-in one first
	free     chan *workspace
}

// workspace is the memory of one inference. Holding one is the right to run.
type workspace struct{ in, out buffer }

// Load verifies and loads the files of cfg.Dir. The error says which file is
// missing or changed and what to do.
func Load(cfg Config) (*Models, error) {
	if err := verifyModels(cfg.Dir); err != nil {
		return nil, err
	}
	if err := startRuntime(cfg.Dir); err != nil {
		return nil, err
	}
	m := &Models{cfg: cfg, free: make(chan *workspace, cfg.Concurrency)}
	if err := m.load(); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	for range cfg.Concurrency {
		m.free <- &workspace{}
	}
	return m, nil
}

func (m *Models) load() (err error) {
	path := func(name string) string { return filepath.Join(m.cfg.Dir, name) }
	if m.detector, err = loadModel(path(fileDetector), m.cfg.Threads, "x", "fetch_name_0"); err != nil {
		return err
	}
	if m.layout, err = loadModel(path(fileLayout), m.cfg.Threads, "image", layoutOutputs...); err != nil {
		return err
	}
	return m.add(path(fileReader), "", "x", "fetch_name_0")
}

// Close frees the models. They must not be in use.
func (m *Models) Close() error {
	var errs []error
	loaded := []*model{m.detector, m.layout}
	for _, r := range m.readers {
		loaded = append(loaded, r.model)
	}
	for _, model := range loaded {
		if model != nil {
			errs = append(errs, model.close())
		}
	}
	m.detector, m.layout, m.readers = nil, nil, nil
	for len(m.free) > 0 {
		ws := <-m.free
		ws.in.free()
		ws.out.free()
	}
	return errors.Join(errs...)
}

// workspace waits for the right to run one inference; give it back by release.
func (m *Models) workspace(ctx context.Context) (*workspace, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case ws := <-m.free:
		return ws, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *Models) release(ws *workspace) { m.free <- ws }

// Read reads lines by the built-in recognizer; see [Recognizer.Read].
func (m *Models) Read(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	return m.readers[0].Read(ctx, src, lines)
}

// Knows reports whether the built-in recognizer can write r.
func (m *Models) Knows(r rune) bool { return m.readers[0].Knows(r) }

func failed(detail string, err error) error {
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "%s; the server's log has the reason", detail).Because(err)
}
