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

// avoidTime is how long a region waits for room elsewhere before it goes back to the
// endpoint that it comes from. Else those that a failing server sends away soon would soon
// be there again, as it always has room.
const avoidTime = 5 * time.Second

// ticket is a region that waits for an endpoint.
type ticket struct {
	avoid  *endpoint
	since  time.Time
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
	t := &ticket{avoid, time.Now(), make(chan grant, 1)}
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

// ending is how a request ended for the pool.
type ending struct {
	outcome outcome
	input   uint64        // of the request: its picture and prompt, hashed
	rest    time.Duration // how long the server asked to be left alone
}

// release gives a place back. A server that asked to be left alone gets nothing new until
// then, whoever waits.
func (p *pool) release(e *endpoint, end ending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.inFlight--
	rest := end.rest
	if to := time.Now().Add(rest); rest > 0 && to.After(e.restsTo) {
		e.restsTo = to
		if e.wake != nil {
			e.wake.Stop()
		}
		e.wake = time.AfterFunc(rest, p.wake)
	}
	switch end.outcome {
	case succeeded:
		e.breaker.succeeded()
	case failed:
		if e.breaker.failed(time.Now(), end.input) {
			e.lookSoon()
		}
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

// doubted reports whether a server that is up has failed requests until its breaker opened.
func (p *pool) doubted(e *endpoint) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.status.ready() && e.breaker.open()
}

// proved takes it that the server has answered a probe.
func (p *pool) proved(e *endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.breaker.proved(time.Now())
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
	for i := 0; i < len(p.waiting); {
		t := p.waiting[i]
		e := p.pick(now, t)
		switch {
		case e != nil:
			t.result <- p.grant(e)
		case !p.downSince.IsZero() && now.Sub(p.downSince) >= p.down:
			t.result <- grant{}
		case t.avoid == nil: // then there is nothing for those behind it either
			return
		default:
			i++
			continue
		}
		p.waiting = slices.Delete(p.waiting, i, i+1)
	}
}

// grant takes a place at e. It is called under mu.
func (p *pool) grant(e *endpoint) grant {
	e.inFlight++
	e.breaker.sent()
	p.turn++
	e.lastTurn = p.turn
	if e.gone == nil {
		e.gone, e.giveUp = context.WithCancel(context.Background())
	}
	return grant{e, e.status, e.gone}
}

// watch notes since when no endpoint has been usable.
func (p *pool) watch(now time.Time) {
	if slices.ContainsFunc(p.endpoints, func(e *endpoint) bool { return e.usable(now) }) {
		p.downSince = time.Time{}
	} else if p.downSince.IsZero() {
		p.downSince = now
	}
}

// pick is the endpoint with the least load that has room for t, nil when none has.
func (p *pool) pick(now time.Time, t *ticket) *endpoint {
	var best *endpoint
	elsewhere := false // there is another than the one to avoid, with room or without
	for _, e := range p.endpoints {
		if !e.status.ready() || !e.breaker.allows(now) || e.rests(now) {
			continue
		}
		elsewhere = elsewhere || e != t.avoid
		if e.inFlight >= e.MaxInFlight {
			continue
		}
		if best == nil || best == t.avoid || e != t.avoid && e.before(best) {
			best = e
		}
	}
	if best != nil && best == t.avoid && elsewhere && now.Sub(t.since) < avoidTime {
		return nil
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
		why = append(why, h.Name+": "+h.Detail)
	}
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
		"no model server is ready (%s)", strings.Join(why, "; ")).Retry()
}

// ready reports whether any endpoint is usable.
func (p *pool) ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return slices.ContainsFunc(p.endpoints, func(e *endpoint) bool { return e.usable(now) })
}
