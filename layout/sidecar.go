package layout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"ocr-gateway/document"
)

// Names of detectors in results.
const (
	sidecarName = "pp-doclayout-v3"
	// Disabled is the name in results of pages that were read in one piece because
	// the sidecar could not be asked.
	Disabled = "disabled"
)

// wholeLabel is the label of a region that is the whole page for want of others.
const wholeLabel = "whole_page"

// Sidecar is the detector that asks PP-DocLayoutV3, in a Python program that it
// starts and watches or that runs elsewhere. While that is out of order, each
// page is one region: a page never fails for want of layout. Close it when done.
// It is safe for concurrent use.
type Sidecar struct {
	cfg  Config
	args []string // for the program, beyond those from cfg
	dir  string   // private; holds the program and its sockets
	log  *slog.Logger

	cancel context.CancelFunc
	ended  chan struct{} // closed when the watcher is gone

	mu       sync.Mutex
	peer     *peer // nil while out of order
	state    SidecarState
	settled  chan struct{} // closed when it is known whether the first start went well
	starting bool          // until then
}

// SidecarState is how the sidecar is, for people.
type SidecarState struct {
	Status   string // loading, ready, failed or stopped
	Reason   string // why it is not ready; shows no path
	Model    string // of the last time that it was ready
	Device   string
	Restarts int // since the start
}

// NewSidecar starts to start the sidecar; its first pages wait until it is ready.
// An error means that the program cannot be written out. With cfg.Sidecar "off",
// use WholePage instead.
func NewSidecar(cfg Config, log *slog.Logger) (*Sidecar, error) {
	return newSidecar(cfg, log)
}

func newSidecar(cfg Config, log *slog.Logger, args ...string) (*Sidecar, error) {
	s := &Sidecar{
		cfg: cfg, args: args, log: log.With("component", "layout"),
		ended: make(chan struct{}), settled: make(chan struct{}), starting: true,
		state: SidecarState{Status: "loading"},
	}
	if cfg.URL == "" {
		dir, err := writeProgram()
		if err != nil {
			return nil, fmt.Errorf("write layout program: %w", err)
		}
		s.dir = dir
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.keep(ctx)
	return s, nil
}

// Close stops the program and waits for it. Pages on their way fall back to one
// region.
func (s *Sidecar) Close(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.ended:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// State says how the sidecar is.
func (s *Sidecar) State() SidecarState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Info names the detector as it is now: Disabled while it is out of order.
func (s *Sidecar) Info() document.Info {
	state := s.State()
	info := document.Info{Name: sidecarName, Model: state.Model}
	if state.Status == "failed" || state.Status == "stopped" {
		info.Name = Disabled
	}
	return info
}

// Detect finds the regions of a page in reading order. A page on which nothing
// is found, or for which the sidecar has no answer, is one region. The only
// errors are those of ctx.
func (s *Sidecar) Detect(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, error) {
	found, _, err := s.DetectNamed(ctx, page, opts)
	return found, err
}

// DetectNamed is Detect that also names the detector whose regions they are:
// Disabled for a page that the sidecar should have seen and did not.
func (s *Sidecar) DetectNamed(ctx context.Context, page *document.Page, opts document.Options) ([]document.Region, string, error) {
	if !opts.Layout || opts.Task == document.TaskTable || opts.Task == document.TaskFormula {
		whole, err := WholePage{}.Detect(ctx, page, opts)
		return whole, WholePage{}.Info().Name, err
	}
	found, err := s.ask(ctx, page)
	if ctx.Err() != nil {
		return nil, "", fmt.Errorf("layout of page %d: %w", page.Number, context.Cause(ctx))
	}
	if err != nil {
		s.log.WarnContext(ctx, "page is read without layout", "page", page.Number, "error", err)
		return wholePage(page, opts), Disabled, nil
	}
	kept, empty := refine(found, page.Image.Bounds().Size(), s.cfg.minScore)
	if empty > 0 {
		s.log.InfoContext(ctx, "layout boxes without area dropped", "page", page.Number, "boxes", empty)
	}
	if len(kept) == 0 {
		return wholePage(page, opts), sidecarName, nil
	}
	return regionsOf(kept), sidecarName, nil
}

func wholePage(page *document.Page, opts document.Options) []document.Region {
	return []document.Region{{
		Type:  wholeType(opts.Task),
		Label: wholeLabel,
		BBox:  document.BBox{0, 0, page.Width, page.Height},
	}}
}

// ask sends the page to the sidecar.
func (s *Sidecar) ask(ctx context.Context, page *document.Page) ([]detection, error) {
	trying, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	p, err := s.connected(trying)
	if err != nil {
		return nil, err
	}
	found, err := p.detect(trying, page)
	if ctx.Err() == nil {
		p.judge(err)
	}
	return found, err
}

// connected gives the peer to ask. Only at the first start is it waited for.
func (s *Sidecar) connected(ctx context.Context) (*peer, error) {
	select {
	case <-s.settled:
	case <-ctx.Done():
		return nil, outage("the layout program is still loading")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peer == nil {
		return nil, outage(s.state.Reason)
	}
	if s.peer.doubted.Load() {
		return nil, reasonSilent
	}
	return s.peer, nil
}

// judge learns from how a page went. A page that the program refused by rule, or
// had no place for, says nothing against it.
func (p *peer) judge(err error) {
	var status statusError
	switch {
	case err == nil:
		p.failures.Store(0)
		return
	case errors.As(err, &status) && status.code != 500:
		return
	}
	p.failures.Add(1)
	p.doubted.Store(true)
	select {
	case p.look <- struct{}{}:
	default:
	}
}

// outage is why the sidecar cannot be asked, in words for people.
type outage string

func (o outage) Error() string { return string(o) }

// The reasons. What the program itself said is for the log.
const (
	reasonNoStart  outage = "the layout program cannot be started"
	reasonSlow     outage = "the layout program took too long to load its model"
	reasonNoModel  outage = "the layout program cannot load its model"
	reasonDied     outage = "the layout program ended"
	reasonSilent   outage = "the layout program does not answer"
	reasonFailing  outage = "the layout program fails page after page"
	reasonStopping outage = "the service stops"
)

// setReady takes the peer into use.
func (s *Sidecar) setReady(p *peer, h health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peer = p
	s.state.Status, s.state.Reason = "ready", ""
	s.state.Model, s.state.Device = clipped(h.Model), clipped(h.Device)
	s.settle()
}

// setDown takes it out of use; why is an outage somewhere in err.
func (s *Sidecar) setDown(status string, err error) {
	why := reasonSilent
	errors.As(err, &why)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peer = nil
	s.state.Status, s.state.Reason = status, string(why)
	s.settle()
}

func (s *Sidecar) countRestart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Restarts++
}

// settle lets the first pages go on. s.mu is held.
func (s *Sidecar) settle() {
	if s.starting {
		s.starting = false
		close(s.settled)
	}
}

// clipped keeps what a sidecar says of itself short.
func clipped(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}
