package vllm

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"ocr-gateway/document"
)

// pool shares the endpoints between regions: each goes where the fewest are in
// flight for the weight, by our own counts, because a starved server's metrics come late.
type pool struct {
	down time.Duration // how long nothing usable is waited for

	mu        sync.Mutex
	endpoints []*endpoint
	waiting   []*ticket // first come, first served
	turn      uint64
	downSince time.Time // zero while an endpoint is usable
}

// ticket is a region that waits for an endpoint.
type ticket struct {
	avoid  *endpoint
	result chan grant // buffered
}

// grant is a place at an endpoint with what was known of the server then. gone
// ends when the server does. The zero value means that none is to be expected.
type grant struct {
	*endpoint
	server status
	gone   context.Context
}

func newPool(endpoints []*endpoint, down time.Duration) *pool {
	return &pool{down: down, endpoints: endpoints, downSince: time.Now()}
}

// acquire takes a place at an endpoint, at another one than avoid where there is
// one. The caller must give it back with release. The error is a *document.Problem when no
// endpoint is usable, or that of ctx.
func (p *pool) acquire(ctx context.Context, avoid *endpoint) (grant, error) {
	p.mu.Lock()
	t := &ticket{avoid, make(chan grant, 1)}
	p.waiting = append(p.waiting, t)
	p.dispatch()
	p.mu.Unlock()
	select {
	case g := <-t.result:
		if g.endpoint == nil {
			return grant{}, p.downProblem()
		}
		return g, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, t); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	} else if g := <-t.result; g.endpoint != nil { // granted at the same moment
		g.inFlight--
		g.breaker.withdrawn()
		p.dispatch()
	}
	return grant{}, ctx.Err()
}

// outcome is what a finished request says about its server.
type outcome int

const (
	succeeded outcome = iota // it answered, be it that it is busy or refuses
	failed
	withdrawn // nothing: the client left
)

// release gives a place back. rest is how long the server asked to be left alone:
// it gets nothing new until then, whoever waits.
func (p *pool) release(e *endpoint, o outcome, rest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.inFlight--
	if to := time.Now().Add(rest); rest > 0 && to.After(e.restsTo) {
		e.restsTo = to
		if e.wake != nil {
			e.wake.Stop()
		}
		e.wake = time.AfterFunc(rest, p.wake)
	}
	switch o {
	case succeeded:
		e.breaker.succeeded()
	case failed:
		e.breaker.failed(time.Now())
	case withdrawn:
		e.breaker.withdrawn()
	}
	p.dispatch()
}

// wake hands out the places of an endpoint that has rested.
func (p *pool) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dispatch()
}

// another reports whether an endpoint beside e takes work, now or when it has room.
func (p *pool) another(e *endpoint) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return slices.ContainsFunc(p.endpoints, func(o *endpoint) bool { return o != e && o.usable(now) && !o.rests(now) })
}

// report takes the result of a look at an endpoint.
func (p *pool) report(e *endpoint, s status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.ready() && !e.status.ready() {
		e.breaker.returned(time.Now())
	}
	e.status = s
	p.dispatch()
}

// lost ends the requests that are with an endpoint. After SIGTERM vLLM leaves its
// clients hanging with the listener closed; without this they would wait for the
// whole first-byte timeout.
func (p *pool) lost(e *endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.gone != nil {
		e.giveUp()
		e.gone = nil
	}
}

// dispatch hands out places until none is free or none waits. It holds mu.
func (p *pool) dispatch() {
	now := time.Now()
	p.watch(now)
	for len(p.waiting) > 0 {
		t := p.waiting[0]
		e := p.pick(now, t.avoid)
		if e == nil && (p.downSince.IsZero() || now.Sub(p.downSince) < p.down) {
			return
		}
		var g grant
		if e != nil {
			e.inFlight++
			e.breaker.sent()
			p.turn++
			e.lastTurn = p.turn
			if e.gone == nil {
				e.gone, e.giveUp = context.WithCancel(context.Background())
			}
			g = grant{e, e.status, e.gone}
		}
		t.result <- g
		p.waiting = slices.Delete(p.waiting, 0, 1)
	}
}

// watch notes since when no endpoint has been usable.
func (p *pool) watch(now time.Time) {
	if slices.ContainsFunc(p.endpoints, func(e *endpoint) bool { return e.usable(now) }) {
		p.downSince = time.Time{}
	} else if p.downSince.IsZero() {
		p.downSince = now
	}
}

// pick is the endpoint with the least load that has room, nil when none has.
func (p *pool) pick(now time.Time, avoid *endpoint) *endpoint {
	var best *endpoint
	for _, e := range p.endpoints {
		if !e.status.ready() || !e.breaker.allows(now) || e.inFlight >= e.MaxInFlight || e.rests(now) {
			continue
		}
		if best == nil || best == avoid || e != avoid && e.before(best) {
			best = e
		}
	}
	return best
}

// before compares by load, then by who had its turn longer ago.
func (e *endpoint) before(other *endpoint) bool {
	mine, its := (e.inFlight+1)*other.Weight, (other.inFlight+1)*e.Weight
	if mine != its {
		return mine < its
	}
	return e.lastTurn < other.lastTurn
}

func (e *endpoint) usable(now time.Time) bool { return e.status.ready() && e.breaker.usable(now) }

func (e *endpoint) rests(now time.Time) bool { return now.Before(e.restsTo) }

// downProblem says why no endpoint is usable.
func (p *pool) downProblem() *document.Problem {
	var why []string
	for _, h := range p.health() {
		reason := h.Detail
		if reason == "" {
			reason = "it answers its health check, but requests fail"
		}
		why = append(why, h.Name+": "+reason)
	}
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
		"no model server is ready (%s)", strings.Join(why, "; ")).Retry()
}

// Health is how one endpoint is.
type Health struct {
	Name     string `json:"name"`
	State    string `json:"state"`            // ready, checking, unreachable, loading, unauthorized or wrong_model
	Detail   string `json:"detail,omitempty"` // why it is not ready, for people
	InFlight int    `json:"in_flight"`
	Limit    int    `json:"limit"`
	Breaker  string `json:"breaker"`           // closed, open or half-open
	Version  string `json:"version,omitempty"` // of the server, when it tells
}

func (p *pool) health() []Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	var all []Health
	for _, e := range p.endpoints {
		all = append(all, Health{e.Name, e.status.state, e.status.detail, e.inFlight, e.MaxInFlight, e.breaker.state(now), e.status.version})
	}
	return all
}

// ready reports whether any endpoint is usable.
func (p *pool) ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return slices.ContainsFunc(p.endpoints, func(e *endpoint) bool { return e.usable(now) })
}
