package doclayout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"ocr-gateway/internal/backoff"
)

// supervisor keeps a sidecar running, or watches one that runs elsewhere.
type supervisor struct {
	cfg    Config
	args   []string // for the program, beyond those from cfg
	folder *folder  // holds the program and its sockets; nil for a sidecar elsewhere
	log    *slog.Logger

	cancel context.CancelFunc
	ended  chan struct{} // closed when the watching goroutine has ended

	mu       sync.Mutex
	client   *client // nil while the sidecar is not ready
	state    SidecarState
	settled  chan struct{} // closed when the first start has succeeded or failed
	starting bool          // until then
}

// SidecarState is the sidecar's condition, for people.
type SidecarState struct {
	Status   string // loading, ready, failed or stopped
	Reason   string // why it is not ready; shows no path
	Model    string // of the last time that it was ready
	Device   string
	Restarts int // since the start
}

// outage is why the sidecar cannot be asked, in words for people.
type outage string

func (o outage) Error() string { return string(o) }

// The reasons. What the program itself said is in the log.
const (
	reasonLoading  outage = "the layout program is still loading"
	reasonNoStart  outage = "the layout program cannot be started"
	reasonSlow     outage = "the layout program took too long to load its model"
	reasonNoModel  outage = "the layout program cannot load its model"
	reasonEnded    outage = "the layout program ended"
	reasonSilent   outage = "the layout program does not answer"
	reasonFailing  outage = "the layout program fails page after page"
	reasonStopping outage = "the service stops"
)

const (
	// maxRestartDelay bounds the wait between restarts, each of which loads the model.
	maxRestartDelay = 5 * time.Minute
	// stableAfter is how long a sidecar must have run for the wait before its next
	// restart to be short again.
	stableAfter = time.Minute
	// maxFailures is how many health checks, or pages, may fail in a row.
	maxFailures = 3
	// readyPoll is the time between questions whether the model is loaded.
	readyPoll = 50 * time.Millisecond
)

// supervise writes the program out and begins to run it. close ends it.
func supervise(cfg Config, log *slog.Logger, args []string) (*supervisor, error) {
	s := &supervisor{
		cfg: cfg, args: args, log: log,
		ended: make(chan struct{}), settled: make(chan struct{}), starting: true,
		state: SidecarState{Status: "loading"},
	}
	if cfg.URL == "" {
		f, err := writeProgram(log)
		if err != nil {
			return nil, fmt.Errorf("write layout program: %w", err)
		}
		s.folder = f
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.run(ctx)
	return s, nil
}

// close stops the program and waits for it.
func (s *supervisor) close(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.ended:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.folder == nil {
		return nil
	}
	return s.folder.remove()
}

func (s *supervisor) currentState() SidecarState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// connected returns the client to ask. Only the first start is waited for.
func (s *supervisor) connected(ctx context.Context) (*client, error) {
	select {
	case <-s.settled:
	case <-ctx.Done():
		return nil, reasonLoading
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return nil, outage(s.state.Reason)
	}
	if s.client.suspect.Load() {
		return nil, reasonSilent
	}
	return s.client, nil
}

// run starts the sidecar again whenever it fails, until ctx is done.
func (s *supervisor) run(ctx context.Context) {
	defer close(s.ended)
	wait := backoff.Exponential{First: s.cfg.RestartDelay, Max: max(s.cfg.RestartDelay, maxRestartDelay)}
	if s.cfg.URL != "" { // asking costs nothing
		wait.Max = max(s.cfg.RestartDelay, s.cfg.HealthInterval)
	}
	failures := 0 // in a row
	for n := 0; ; n++ {
		begin := time.Now()
		err := s.runOnce(ctx, n)
		if ctx.Err() != nil {
			s.setDown("stopped", reasonStopping)
			return
		}
		s.setDown("failed", err)
		if failures++; time.Since(begin) > stableAfter {
			failures = 1
		}
		delay := wait.After(failures)
		s.log.WarnContext(ctx, "layout sidecar failed; restarting", "error", err, "delay", delay)
		if backoff.Sleep(ctx, delay) != nil {
			s.setDown("stopped", reasonStopping)
			return
		}
		s.countRestart()
	}
}

// runOnce starts the n-th sidecar, waits until it is ready and watches it. The
// error is why it ended.
func (s *supervisor) runOnce(ctx context.Context, n int) error {
	address := s.cfg.URL
	var exited <-chan struct{} // nil, which never ends, for a sidecar elsewhere
	if address == "" {
		socket := filepath.Join(s.folder.path, strconv.Itoa(n)+".sock")
		prog, err := startProgram(s.cfg, s.folder.path, socket, s.args, s.log)
		if err != nil {
			return fmt.Errorf("%w: %w", reasonNoStart, err)
		}
		defer prog.stop(s.cfg.StopGrace, s.log)
		address, exited = "unix:"+socket, prog.Done()
	}
	c, err := newClient(address)
	if err != nil {
		return fmt.Errorf("%w: %w", reasonNoStart, err)
	}
	defer c.close()
	h, err := s.awaitReady(ctx, c, exited)
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "layout sidecar is ready", "model", h.Model, "device", h.Device)
	s.setReady(c, h)
	return s.watch(ctx, c, exited)
}

// awaitReady waits for the model to be loaded.
func (s *supervisor) awaitReady(ctx context.Context, c *client, exited <-chan struct{}) (health, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StartTimeout)
	defer cancel()
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		h, err := s.checkHealth(ctx, c)
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
			return h, reasonEnded
		case <-ctx.Done():
			return h, fmt.Errorf("%w: %w", reasonSlow, ctx.Err())
		}
	}
}

// watch checks the sidecar's health until it ends or fails.
func (s *supervisor) watch(ctx context.Context, c *client, exited <-chan struct{}) error {
	tick := time.NewTicker(s.cfg.HealthInterval)
	defer tick.Stop()
	for missed := 0; ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-exited:
			return reasonEnded
		case <-c.check:
		case <-tick.C:
		}
		if c.failures.Load() >= maxFailures {
			return reasonFailing
		}
		h, err := s.checkHealth(ctx, c)
		switch {
		case err == nil && h.Status == "ready":
			missed = 0
			c.suspect.Store(false)
			continue
		case err == nil:
			return fmt.Errorf("%w: it is %q", reasonSilent, h.Status)
		}
		c.suspect.Store(true)
		missed++
		if missed == maxFailures || !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%w: %w", reasonSilent, err)
		}
	}
}

// checkHealth asks for the sidecar's health. It waits no longer than until the
// next check.
func (s *supervisor) checkHealth(ctx context.Context, c *client) (health, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HealthInterval)
	defer cancel()
	return c.health(ctx)
}

// setReady lets pages go to the sidecar.
func (s *supervisor) setReady(c *client, h health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client = c
	s.state.Status, s.state.Reason = "ready", ""
	s.state.Model, s.state.Device = clipped(h.Model), clipped(h.Device)
	s.settle()
}

// setDown keeps pages from it. The reason is an outage somewhere in err.
func (s *supervisor) setDown(status string, err error) {
	why := reasonSilent
	errors.As(err, &why)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client = nil
	s.state.Status, s.state.Reason = status, string(why)
	s.settle()
}

func (s *supervisor) countRestart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Restarts++
}

// settle lets the first pages go on. The caller holds s.mu.
func (s *supervisor) settle() {
	if s.starting {
		s.starting = false
		close(s.settled)
	}
}

// clipped bounds the length of a text that a sidecar sent.
func clipped(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}
