// Package doclayout finds the regions of a page with PP-DocLayoutV3. The model
// runs in a Python program, the sidecar, which this package starts and watches.
// While the sidecar cannot be asked, each page is one region.
package doclayout

import (
	"context"
	"fmt"
	"log/slog"

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
// starts and watches or that runs elsewhere. While that fails, each page is one
// region: a page never fails for want of layout. Close it when done. It is safe
// for concurrent use.
type Sidecar struct {
	cfg        Config
	supervisor *supervisor
	log        *slog.Logger
}

// NewSidecar begins to start the sidecar; the first pages wait until it is ready.
// An error means that the program cannot be written out. With cfg.Sidecar "off",
// use WholePage instead.
func NewSidecar(cfg Config, log *slog.Logger) (*Sidecar, error) {
	return newSidecar(cfg, log)
}

// newSidecar takes further arguments for the program.
func newSidecar(cfg Config, log *slog.Logger, args ...string) (*Sidecar, error) {
	log = log.With("component", "layout")
	s, err := supervise(cfg, log, args)
	if err != nil {
		return nil, err
	}
	return &Sidecar{cfg: cfg, supervisor: s, log: log}, nil
}

// Close stops the program and waits for it. Pages in progress fall back to one
// region.
func (s *Sidecar) Close(ctx context.Context) error { return s.supervisor.close(ctx) }

// State returns the sidecar's condition.
func (s *Sidecar) State() SidecarState { return s.supervisor.currentState() }

// Info returns the name of the detector as it is now: Disabled while it fails.
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
	c, err := s.supervisor.connected(trying)
	if err != nil {
		return nil, err
	}
	found, err := c.detect(trying, page)
	if ctx.Err() == nil {
		c.recordOutcome(err)
	}
	return found, err
}
