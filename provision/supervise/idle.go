package supervise

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"time"

	"ocr-gateway/internal/backoff"
)

// idleWatch stops the host when nobody has used it for a while.
type idleWatch struct {
	after    time.Duration
	timing   Timing
	log      *slog.Logger
	look     func(context.Context) (worked bool, err error) // since the last look
	stopHost func(context.Context) error
	starting func() bool // whether a program is in its first start
	background
}

// watchIdle starts to watch; nil where the config does not ask for it.
func watchIdle(p *idlePlan, opts Options, b *board) *idleWatch {
	if p == nil {
		return nil
	}
	key, _, _ := strings.Cut(p.secrets["OCR_SERVER_API_KEYS"], ",")
	gateway := gatewayWork{metrics: p.Metrics, key: strings.TrimSpace(key), timeout: opts.Timing.ProbeTimeout}
	w := &idleWatch{
		after: time.Duration(p.After), timing: opts.Timing, log: opts.Log.With("component", "idle"),
		look:     gateway.look,
		stopHost: func(ctx context.Context) error { return opts.StopHost(ctx, p.secrets) },
		starting: b.starting,
	}
	w.start(w.run)
	return w
}

// close ends watching; w may be nil.
func (w *idleWatch) close() {
	if w != nil {
		w.stop()
	}
}

// run stops the host when it has had no work for so long, and asks again from time
// to time while it is still there.
func (w *idleWatch) run(ctx context.Context) {
	worked := time.Now() // the start is work
	var asked time.Time
	for backoff.Sleep(ctx, w.timing.IdleCheck) == nil {
		if w.working(ctx) {
			worked, asked = time.Now(), time.Time{}
			continue
		}
		idle := time.Since(worked)
		if idle < w.after || !asked.IsZero() && time.Since(asked) < w.timing.IdleRetry {
			continue
		}
		asked = time.Now()
		w.log.Warn("no work: stopping this host", "idle", idle.Round(time.Second).String())
		if err := w.stopHost(ctx); err != nil {
			w.log.Error("stopping the host failed; it is still billed", "error", err, "retry_in", w.timing.IdleRetry.String())
		}
	}
}

// working counts what cannot be seen as work: a busy gateway may answer late. Only
// where nobody listens there is surely none. A first start is work too, or a host
// that loads its model for longer than it may be idle would never serve; one that
// failed is not, or a broken host would be billed for ever.
func (w *idleWatch) working(ctx context.Context) bool {
	if w.starting() {
		return true
	}
	worked, err := w.look(ctx)
	switch {
	case err == nil:
		return worked
	case errors.Is(err, syscall.ECONNREFUSED):
		return false
	case ctx.Err() == nil:
		w.log.Warn("cannot tell whether there is work; assuming there is", "error", err)
	}
	return true
}
