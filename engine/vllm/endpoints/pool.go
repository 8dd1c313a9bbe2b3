package endpoints

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/share"
)

// Pool distributes regions over the endpoints: each goes where the fewest are in flight for the weight, by
// our own counts, because the metrics of an overloaded server come late. It is safe for concurrent use.
type Pool struct {
	cfg      Watch
	stop     context.CancelFunc // of the watchers; nil before Start
	watchers sync.WaitGroup

	mu        sync.Mutex
	servers   []*Server
	waiting   []*ticket // first come, first served
	turn      uint64
	downSince time.Time // zero while any endpoint is usable
}

// avoidTime is how long a region waits for room elsewhere before it returns to the endpoint that it comes
// from. Otherwise regions that a failing server sends away quickly would soon be back there, as it always has
// room.
const avoidTime = 5 * time.Second

// ticket is a region that waits for an endpoint.
type ticket struct {
	avoid  *Server
	since  time.Time
	result chan Place // buffered
}

// Place is a place at an endpoint, with the endpoint's status at that time. Gone ends when the server is
// gone. The zero value means that none is to be expected.
type Place struct {
	Server *Server
	Status Status
	Gone   context.Context
	use    share.Use
}

// New makes a pool of endpoints whose state is not known yet.
func New(endpoints []Config, cfg Watch) *Pool {
	p := &Pool{cfg: cfg, downSince: time.Now()}
	for _, e := range endpoints {
		p.servers = append(p.servers, newServer(e))
	}
	return p
}

// Start watches the endpoints until Close.
func (p *Pool) Start(hooks Hooks, log *slog.Logger) {
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	for _, s := range p.servers {
		p.watchers.Go(func() { p.watch(ctx, s, hooks, log) })
	}
}

// Close stops watching. No place may be acquired afterwards.
func (p *Pool) Close() {
	if p.stop != nil {
		p.stop()
	}
	p.watchers.Wait()
	for _, s := range p.servers {
		s.close()
	}
}

// Acquire takes a place at an endpoint, at another one than avoid if there is one. The caller must return it
// by Release. The error is a *document.Problem if no endpoint is usable, or that of ctx.
func (p *Pool) Acquire(ctx context.Context, avoid *Server) (Place, error) {
	p.mu.Lock()
	t := &ticket{avoid, time.Now(), make(chan Place, 1)}
	p.waiting = append(p.waiting, t)
	p.dispatch()
	p.mu.Unlock()
	select {
	case g := <-t.result:
		if g.Server == nil {
			return Place{}, p.downProblem()
		}
		return g, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, t); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	} else if g := <-t.result; g.Server != nil { // granted at the same moment
		g.Server.inFlight--
		g.Server.time.End(g.use)
		g.Server.breaker.withdrawn()
		p.dispatch()
	}
	return Place{}, ctx.Err()
}

// Outcome is what a finished request says about its server.
type Outcome int

// The outcomes.
const (
	Succeeded Outcome = iota // it answered, even if only that it is busy or refuses
	Failed
	Withdrawn // nothing: the client left
)

// Ending is how a request ended, as far as the pool is concerned.
type Ending struct {
	Outcome Outcome
	Input   uint64        // of the request: hash of its picture and prompt
	Rest    time.Duration // how long the server asked to be left alone
}

// Release returns a place, and reports the request's share of the server's time, in seconds. A server that
// asked to be left alone gets nothing new until then, whoever is waiting.
func (p *Pool) Release(place Place, end Ending) (had float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := place.Server
	e.inFlight--
	had = e.time.End(place.use)
	rest := end.Rest
	if to := time.Now().Add(rest); rest > 0 && to.After(e.restsTo) {
		e.restsTo = to
		if e.wake != nil {
			e.wake.Stop()
		}
		e.wake = time.AfterFunc(rest, p.wake)
	}
	switch end.Outcome {
	case Succeeded:
		e.breaker.succeeded()
	case Failed:
		if e.breaker.failed(time.Now(), end.Input) {
			e.LookSoon()
		}
	case Withdrawn:
		e.breaker.withdrawn()
	}
	p.dispatch()
	return had
}

// wake hands out the places of an endpoint whose rest is over.
func (p *Pool) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dispatch()
}

// Another reports whether an endpoint other than e takes work, now or when it has room.
func (p *Pool) Another(e *Server) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return slices.ContainsFunc(p.servers, func(o *Server) bool { return o != e && o.usable(now) && !o.rests(now) })
}

// report adopts the result of checking an endpoint.
func (p *Pool) report(e *Server, s Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.Ready() && !e.status.Ready() {
		e.breaker.returned(time.Now())
	}
	if e.status.State == stateChecking {
		close(e.looked)
	}
	e.status = s
	p.dispatch()
}

// AwaitLook waits until each endpoint was checked once, or ctx ends.
func (p *Pool) AwaitLook(ctx context.Context) {
	for _, e := range p.servers {
		select {
		case <-e.looked:
		case <-ctx.Done():
		}
	}
}

// doubted reports whether a server that is up has failed requests until its breaker opened.
func (p *Pool) doubted(e *Server) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.status.Ready() && e.breaker.open()
}

// proved records that the server has answered a probe.
func (p *Pool) proved(e *Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.breaker.proved(time.Now())
	p.dispatch()
}

// lost ends the requests at an endpoint. After SIGTERM vLLM closes its listener and leaves its clients
// hanging; without this they would wait for the whole first-byte timeout.
func (p *Pool) lost(e *Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.gone != nil {
		e.giveUp()
		e.gone = nil
	}
}

// dispatch hands out places until none is free or nobody waits. It is called under mu.
func (p *Pool) dispatch() {
	now := time.Now()
	p.noteDown(now)
	for i := 0; i < len(p.waiting); {
		t := p.waiting[i]
		e := p.pick(now, t)
		switch {
		case e != nil:
			t.result <- p.grant(e)
		case !p.downSince.IsZero() && now.Sub(p.downSince) >= p.cfg.DownTimeout:
			t.result <- Place{}
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
func (p *Pool) grant(e *Server) Place {
	e.inFlight++
	e.breaker.sent()
	p.turn++
	e.lastTurn = p.turn
	if e.gone == nil {
		e.gone, e.giveUp = context.WithCancel(context.Background())
	}
	return Place{e, e.status, e.gone, e.time.Begin()}
}

// noteDown records since when no endpoint has been usable.
func (p *Pool) noteDown(now time.Time) {
	if slices.ContainsFunc(p.servers, func(e *Server) bool { return e.usable(now) }) {
		p.downSince = time.Time{}
	} else if p.downSince.IsZero() {
		p.downSince = now
	}
}

// pick returns the least loaded endpoint that has room for t, nil if none has.
func (p *Pool) pick(now time.Time, t *ticket) *Server {
	var best *Server
	elsewhere := false // there is one other than the one to avoid, with room or without
	for _, e := range p.servers {
		if !e.status.Ready() || !e.breaker.allows(now) || e.rests(now) {
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

// before orders by load, then by who had its turn longer ago.
func (e *Server) before(other *Server) bool {
	mine, its := (e.inFlight+1)*other.Weight, (other.inFlight+1)*e.Weight
	if mine != its {
		return mine < its
	}
	return e.lastTurn < other.lastTurn
}

func (e *Server) usable(now time.Time) bool { return e.status.Ready() && e.breaker.usable(now) }

func (e *Server) rests(now time.Time) bool { return now.Before(e.restsTo) }

// downProblem says why no endpoint is usable.
func (p *Pool) downProblem() *document.Problem {
	var why []string
	for _, h := range p.Health() {
		why = append(why, h.Name+": "+h.Detail)
	}
	return document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
		"no model server is ready (%s)", strings.Join(why, "; ")).Retry()
}

// Ready reports whether any endpoint would take a region now or soon.
func (p *Pool) Ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return slices.ContainsFunc(p.servers, func(e *Server) bool { return e.usable(now) })
}
