// Package ppocr runs the networks of the embedded engine on ONNX Runtime: PP-OCR
// finds and reads text lines, a small detector trained on CDLA finds coarse page areas.
package ppocr

import (
	"context"
	"errors"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/network"
	"ocr-gateway/engine/embedded/pixels"
)

// Config says where the models are and how much of the machine they may use.
type Config struct {
	Dir         string // holds the models and the ONNX Runtime library
	Threads     int    // of all inferences together
	Concurrency int    // inferences at once, which share the threads; each costs memory
	MaxSide     int    // longer side, in pixels, of the image that the detector sees; a multiple of SideStep
	Full        bool   // every line is read in full precision
}

// share is how many threads an inference has while others run.
func (c Config) share() int { return max(1, c.Threads/c.Concurrency) }

// Models are the loaded networks. They are safe for concurrent use; at most
// Config.Concurrency inferences run at once, the others wait.
type Models struct {
	cfg         Config
	detector    *model // with all threads
	beside      *later // the detector with its share of the threads, for when other inferences run; nil if that is all of them
	layout      *model
	recognizers []*Recognizer // the built-in one first
	free        chan *workspace
	pages       chan *workspace // for inferences over a whole page, in addition to the right to run
}

// workspace is the memory of one inference. Holding one from Models.free is the right to run.
type workspace struct{ in, out buffer }

func (ws *workspace) close() {
	ws.in.free()
	ws.out.free()
}

// Load verifies and loads the files of cfg.Dir. The error says which file is
// missing or changed and what to do.
func Load(cfg Config) (*Models, error) {
	if err := verifyModels(cfg.Dir, cfg.Full); err != nil {
		return nil, err
	}
	if err := startRuntime(cfg.Dir); err != nil {
		return nil, err
	}
	m := &Models{cfg: cfg, free: make(chan *workspace, cfg.Concurrency), pages: make(chan *workspace, max(1, cfg.Concurrency/2))}
	if err := m.load(); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	trimMemory()
	for range cfg.Concurrency {
		m.free <- &workspace{}
	}
	for range cap(m.pages) {
		m.pages <- &workspace{}
	}
	return m, nil
}

// load loads the networks side by side.
func (m *Models) load() error {
	share := m.cfg.share()
	var loading errgroup.Group
	loading.Go(func() (err error) {
		m.detector, err = m.openDetector(m.cfg.Threads)
		return err
	})
	if share < m.cfg.Threads {
		m.beside = &later{open: func() (*model, error) {
			if err := verifyModel(m.cfg.Dir, fileDetector); err != nil { // the file may have been replaced since the start
				return nil, err
			}
			return m.openDetector(share)
		}}
	}
	loading.Go(func() error { return m.add(m.builtIn()...) })
	loading.Go(func() error {
		file, err := rewritten(filepath.Join(m.cfg.Dir, fileLayout), (*network.Model).FuseHardSwish)
		if err != nil {
			return err
		}
		m.layout, err = loadBytes(fileLayout, file, share, "image", layoutOutputs...)
		return err
	})
	return loading.Wait()
}

func (m *Models) openDetector(threads int) (*model, error) {
	return loadModel(filepath.Join(m.cfg.Dir, fileDetector), threads, "x", "fetch_name_0")
}

// widestDetector is the detector for an inference about to run: with all threads if nothing else runs,
// otherwise with its share. Threads that share one inference cost a quarter more than each with its own, so
// that pays only where they would be idle. The second copy is loaded when two inferences first coincide; if
// that fails, the one with all threads is used.
func (m *Models) widestDetector() *model {
	if m.beside != nil && len(m.free) < m.cfg.Concurrency-1 {
		if beside := m.beside.get(); beside != nil {
			return beside
		}
	}
	return m.detector
}

// Close frees the models. They must not be in use.
func (m *Models) Close() error {
	var errs []error
	loaded := []*model{m.detector, m.layout}
	if m.beside != nil {
		loaded = append(loaded, m.beside.model)
	}
	for _, r := range m.recognizers {
		for _, reader := range r.readers {
			loaded = append(loaded, reader.model)
		}
	}
	for _, model := range loaded {
		if model != nil {
			errs = append(errs, model.close())
		}
	}
	m.detector, m.beside, m.layout, m.recognizers = nil, nil, nil, nil
	for len(m.free) > 0 {
		(<-m.free).close()
	}
	for len(m.pages) > 0 {
		(<-m.pages).close()
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

func (m *Models) release(ws *workspace) {
	ws.out.keep(keptOut)
	m.free <- ws
}

// pageWorkspace waits for the right to run an inference over a whole page, and for its memory; release gives
// both back. At most half of all inferences are of this kind: each takes some 190 MB, and they are a third of
// a page's work.
func (m *Models) pageWorkspace(ctx context.Context) (ws *workspace, release func(), err error) {
	select {
	case ws = <-m.pages:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	right, err := m.workspace(ctx)
	if err != nil {
		m.pages <- ws
		return nil, nil, err
	}
	return ws, func() {
		m.release(right)
		m.pages <- ws
	}, nil
}

// Read reads lines by the built-in recognizer; see [Recognizer.Read].
func (m *Models) Read(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	return m.recognizers[0].Read(ctx, src, lines)
}

// ReadSample is Read for a sample of lines; see [Recognizer.ReadSample].
func (m *Models) ReadSample(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, bool, error) {
	return m.recognizers[0].ReadSample(ctx, src, lines)
}

// ReadKnowing is Read for lines of a text that has letters unknown to its quickest network, or that this
// reads badly.
func (m *Models) ReadKnowing(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	r := m.recognizers[0]
	return r.readBy(ctx, r.last(), src, lines)
}

// OtherLetters reports whether a text has letters for which ReadKnowing is needed.
func (m *Models) OtherLetters(text string) bool { return m.recognizers[0].unknownToFirst(text) }

// Skim reads lines by the built-in recognizer's quickest network alone; nil if it has only one.
func (m *Models) Skim(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	r := m.recognizers[0]
	if len(r.readers) == 1 || len(lines) == 0 {
		return nil, nil
	}
	return r.readBy(ctx, r.readers[0], src, lines)
}

// Knows reports whether the built-in recognizer can write r.
func (m *Models) Knows(r rune) bool { return m.recognizers[0].Knows(r) }

func failed(detail string, err error) error {
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "%s; the server's log has the reason", detail).Because(err)
}
