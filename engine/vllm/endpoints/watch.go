package endpoints

import (
	"context"
	"log/slog"
	"time"
)

// confirmLooks is how many consecutive checks must agree before a server that was ready counts as down
// because it is slow (an overloaded server answers its health check late, but does answer its requests), or
// as gone because it refuses connections.
const confirmLooks = 3

// Watch says how endpoints are watched.
type Watch struct {
	Model         string        // the model that they must serve
	CheckInterval time.Duration // between two checks of a server
	DownTimeout   time.Duration // how long a usable server is waited for
}

// Hooks let others judge servers.
type Hooks struct {
	// Judge gets the result of a check; it may reject a server that is ready.
	Judge func(context.Context, *Server, Status) Status
	// Probe reports whether a server that fails its requests can still read an image of ours.
	Probe func(context.Context, *Server) bool
}

// watch checks the server until ctx ends: at each interval, and at once after a request failed.
func (p *Pool) watch(ctx context.Context, server *Server, hooks Hooks, log *slog.Logger) {
	interval := p.cfg.CheckInterval
	slow, absent := 0, 0
	var last Status
	changes := changeLog{log: log.With("endpoint", server.Name, "address", server.Address())}
	for {
		server.key.readAgain(ctx, changes.log)
		s, timedOut := server.check(ctx, p.cfg.Model, max(interval, 5*time.Second))
		if ctx.Err() != nil {
			return
		}
		slow = inRow(slow, timedOut)
		if timedOut && last.Ready() && slow < confirmLooks {
			s = last
		}
		s = hooks.Judge(ctx, server, s)
		absent = inRow(absent, s.State == stateUnreachable && !timedOut)
		if absent == confirmLooks {
			p.lost(server)
		}
		last = s
		p.report(server, s)
		if p.doubted(server) && hooks.Probe(ctx, server) {
			p.proved(server)
		}
		changes.note(ctx, p.healthOf(server), s.cause)
		select {
		case <-ctx.Done():
			return
		case <-server.look:
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

// changeLog logs each change of an endpoint once.
type changeLog struct {
	log           *slog.Logger
	state, detail string // of the last line logged
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
