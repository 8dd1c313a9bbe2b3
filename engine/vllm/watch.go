package vllm

import (
	"context"
	"log/slog"
	"time"
)

// confirmLooks is how many looks in a row must agree before a server that was ready
// counts as down because it is slow (a starved server answers its health check late and
// its requests all the same), or as gone because it refuses connections.
const confirmLooks = 3

// watch looks at the endpoint until ctx ends: at each interval, and at once after
// a request failed.
func (e *Engine) watch(ctx context.Context, ep *endpoint) {
	interval := e.cfg.CheckInterval
	slow, absent := 0, 0
	var last status
	changes := changeLog{log: e.log.With("endpoint", ep.Name, "address", ep.address())}
	for {
		ep.key.readAgain(ctx, changes.log)
		s, timedOut := ep.check(ctx, e.cfg.Model, max(interval, 5*time.Second))
		if ctx.Err() != nil {
			return
		}
		slow = inRow(slow, timedOut)
		if timedOut && last.ready() && slow < confirmLooks {
			s = last
		}
		s, changed := e.selector.judge(ep, s)
		if changed {
			changes.log.InfoContext(ctx, "model's profile selected", "profile", s.selection.String(), "setting", e.cfg.Profile, "model", s.id, "root", s.root)
		}
		absent = inRow(absent, s.state == stateUnreachable && !timedOut)
		if absent == confirmLooks {
			e.pool.lost(ep)
		}
		last = s
		e.pool.report(ep, s)
		if e.pool.doubted(ep) && e.probe(ctx, ep) {
			e.pool.proved(ep)
		}
		changes.note(ctx, e.pool.healthOf(ep), s.cause)
		select {
		case <-ctx.Done():
			return
		case <-ep.look:
		case <-time.After(interval):
		}
	}
}

func inRow(n int, again bool) int {
	if again {
		return n + 1
	}
	return 0
}

// changeLog says each change of an endpoint once.
type changeLog struct {
	log           *slog.Logger
	state, detail string // of the last line
}

func (c *changeLog) note(ctx context.Context, h Health, cause error) {
	if h.State == c.state && h.Detail == c.detail {
		return
	}
	c.state, c.detail = h.State, h.Detail
	if h.State == stateReady {
		c.log.InfoContext(ctx, "model server is ready", "version", h.Version)
		return
	}
	log := c.log.With("state", h.State, "reason", h.Detail)
	if cause != nil {
		log = log.With("error", cause)
	}
	log.WarnContext(ctx, "model server is not ready")
}
