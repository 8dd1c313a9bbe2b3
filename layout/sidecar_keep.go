package layout

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// maxRestartDelay bounds the wait between restarts, each of which loads the model.
	maxRestartDelay = 5 * time.Minute
	// steady is how long a sidecar must have been ready for its next restart to be
	// a first one.
	steady = time.Minute
	// patience is how many looks at its health, or pages, may fail in a row.
	patience = 3
	// readyPoll is the time between questions whether the model is loaded.
	readyPoll = 50 * time.Millisecond
)

// keep has a sidecar running until ctx is done.
func (s *Sidecar) keep(ctx context.Context) {
	defer close(s.ended)
	delay, longest := s.cfg.RestartDelay, maxRestartDelay
	if s.cfg.URL != "" { // asking costs nothing
		longest = max(s.cfg.RestartDelay, s.cfg.HealthInterval)
	}
	for n := 0; ; n++ {
		begin := time.Now()
		err := s.live(ctx, n)
		if ctx.Err() != nil {
			s.setDown("stopped", reasonStopping)
			return
		}
		s.setDown("failed", err)
		if time.Since(begin) > steady {
			delay = s.cfg.RestartDelay
		}
		s.log.WarnContext(ctx, "layout sidecar is out of order", "error", err, "again_in", delay)
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			s.setDown("stopped", reasonStopping)
			return
		}
		delay = min(2*delay, longest)
		s.countRestart()
	}
}

// live is the n-th sidecar's life: start, ready, and why it ended.
func (s *Sidecar) live(ctx context.Context, n int) error {
	address := s.cfg.URL
	var exited <-chan struct{} // nil, which never ends, for a sidecar elsewhere
	if address == "" {
		socket := filepath.Join(s.dir, strconv.Itoa(n)+".sock")
		prog, err := startProgram(s.cfg, s.dir, socket, s.args, s.log)
		if err != nil {
			return fmt.Errorf("%w: %w", reasonNoStart, err)
		}
		defer prog.stop(s.cfg.StopGrace)
		address, exited = "unix:"+socket, prog.exited
	}
	p, err := newPeer(address)
	if err != nil {
		return fmt.Errorf("%w: %w", reasonNoStart, err)
	}
	defer p.close()
	h, err := s.awaitReady(ctx, p, exited)
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "layout sidecar is ready", "model", h.Model, "device", h.Device)
	s.setReady(p, h)
	return s.watch(ctx, p, exited)
}

// awaitReady waits for the model to be loaded.
func (s *Sidecar) awaitReady(ctx context.Context, p *peer, exited <-chan struct{}) (health, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StartTimeout)
	defer cancel()
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		h, err := s.look(ctx, p)
		switch {
		case err != nil && s.cfg.URL != "":
			return h, fmt.Errorf("%w: %w", reasonSilent, err)
		case err != nil: // it does not listen yet
		case h.Status == "ready":
			return h, nil
		case h.Status == "failed":
			return h, fmt.Errorf("%w: %s", reasonNoModel, h.Reason)
		}
		select {
		case <-poll.C:
		case <-exited:
			return h, reasonDied
		case <-ctx.Done():
			return h, fmt.Errorf("%w: %w", reasonSlow, ctx.Err())
		}
	}
}

// watch looks at the sidecar's health until it is lost.
func (s *Sidecar) watch(ctx context.Context, p *peer, exited <-chan struct{}) error {
	tick := time.NewTicker(s.cfg.HealthInterval)
	defer tick.Stop()
	for missed := 0; ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-exited:
			return reasonDied
		case <-p.look:
		case <-tick.C:
		}
		if p.failures.Load() >= patience {
			return reasonFailing
		}
		h, err := s.look(ctx, p)
		switch {
		case err == nil && h.Status == "ready":
			missed = 0
			p.doubted.Store(false)
			continue
		case err == nil:
			return fmt.Errorf("%w: it is %q", reasonSilent, h.Status)
		}
		p.doubted.Store(true)
		missed++
		if missed == patience || !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%w: %w", reasonSilent, err)
		}
	}
}

// look asks for the sidecar's health, and waits for the answer no longer than
// until the next look.
func (s *Sidecar) look(ctx context.Context, p *peer) (health, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HealthInterval)
	defer cancel()
	return p.health(ctx)
}
