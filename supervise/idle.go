package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"
)

// idler stops the host when nobody has used it for a while.
type idler struct {
	after  time.Duration
	timing Timing
	log    *slog.Logger
	look   func(context.Context) (worked bool, err error) // since the last look
	halt   func(context.Context) error                    // stops the host
	early  func() bool                                    // whether a program is in its first start
	background
}

// watchIdle starts to watch, if there is a plan for that.
func watchIdle(p *idlePlan, opts Options, b *board) *idler {
	if p == nil {
		return nil
	}
	key, _, _ := strings.Cut(p.secrets["OCR_SERVER_API_KEYS"], ",")
	gateway := gatewayWork{metrics: p.Metrics, key: strings.TrimSpace(key), timeout: opts.Timing.LookTimeout}
	w := &idler{
		after: time.Duration(p.After), timing: opts.Timing, log: opts.Log.With("component", "idle"),
		look: gateway.look, halt: podOf(os.Getenv, p.secrets).halt, early: b.early,
	}
	w.start(w.run)
	return w
}

// close ends watching; w may be nil.
func (w *idler) close() {
	if w != nil {
		w.stop()
	}
}

// run tells the host to stop when it had no work for so long, and again from
// time to time while it goes on.
func (w *idler) run(ctx context.Context) {
	worked := time.Now() // the start is work
	var told time.Time
	for pause(ctx, w.timing.IdleLook) {
		if w.working(ctx) {
			worked, told = time.Now(), time.Time{}
			continue
		}
		idle := time.Since(worked)
		if idle < w.after || !told.IsZero() && time.Since(told) < w.timing.IdleRetry {
			continue
		}
		told = time.Now()
		w.log.Warn("no work: stopping this host", "idle", idle.Round(time.Second).String())
		if err := w.halt(ctx); err != nil {
			w.log.Error("this host goes on, and bills", "error", err, "again_in", w.timing.IdleRetry.String())
		}
	}
}

// working takes what cannot be seen for work: a busy gateway may answer late. Only
// where nobody listens there is surely none. A first start is work too, or a host
// that loads its model for longer than it may be idle would never serve; one that
// failed is not, or a broken host would bill for ever.
func (w *idler) working(ctx context.Context) bool {
	if w.early() {
		return true
	}
	worked, err := w.look(ctx)
	switch {
	case err == nil:
		return worked
	case errors.Is(err, syscall.ECONNREFUSED):
		return false
	case ctx.Err() == nil:
		w.log.Warn("cannot see whether there is work, taken for yes", "error", err)
	}
	return true
}

// The variables of API keys.
const (
	envAccountKey = "RUNPOD_KEY"     // in an env_file
	envPodKey     = "RUNPOD_API_KEY" // set by the cloud in each pod, for that pod
)

// podOf is the rented pod that this process runs in, by its environment.
func podOf(getenv func(string) string, secrets map[string]string) pod {
	p := pod{api: getenv("RUNPOD_API_URL"), id: getenv("RUNPOD_POD_ID")}
	if p.api == "" {
		p.api = "https://api.runpod.io/v2"
	}
	// The pod's own key is not always allowed to stop it, so the account's goes first.
	for _, key := range []apiKey{{envAccountKey, secrets[envAccountKey]}, {envPodKey, getenv(envPodKey)}} {
		if key.value != "" {
			p.keys = append(p.keys, key)
		}
	}
	return p
}

// halt asks the cloud to stop the pod, with one key after another.
func (p pod) halt(ctx context.Context) error {
	if p.id == "" {
		return errors.New("RUNPOD_POD_ID is not set: this is no pod that can be stopped")
	}
	if len(p.keys) == 0 {
		return fmt.Errorf("there is no %s in idle.env_file, and no %s", envAccountKey, envPodKey)
	}
	var errs []error
	for _, key := range p.keys {
		err := p.stop(ctx, key.value)
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("with %s: %w", key.name, err))
	}
	return fmt.Errorf("stop pod: %w", errors.Join(errs...))
}
