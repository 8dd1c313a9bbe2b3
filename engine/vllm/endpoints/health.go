package endpoints

import "time"

// Health is the state of one endpoint.
type Health struct {
	Name     string
	State    string // see the constants
	Detail   string // why it is not ready, for people; empty if it is
	InFlight int
	Limit    int
	Breaker  string // closed, open or half-open
	Version  string // of the server, if it tells
	// ModelLength is how many tokens of prompt and answer the model takes; 0 if the server does not tell.
	ModelLength int
}

// The states of an endpoint. Only one that is ready takes work.
const (
	stateReady        = "ready"
	stateChecking     = "checking"     // nothing is known yet
	stateUnreachable  = "unreachable"  // no connection, or no answer
	stateLoading      = "loading"      // it reports that it is not ready
	stateUnauthorized = "unauthorized" // it rejects the key
	stateWrongURL     = "wrong_url"    // something answers there, but not a model server
	stateWrongModel   = "wrong_model"  // it serves another model
	stateFailing      = "failing"      // its checks are good, and requests fail
)

// failingDetail goes with stateFailing.
const failingDetail = "it answers its health check, but requests fail"

// Health returns the state of the endpoints, in the order of the configuration.
func (p *Pool) Health() []Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Health
	for _, e := range p.servers {
		all = append(all, e.health())
	}
	return all
}

// healthOf returns the state of one endpoint.
func (p *Pool) healthOf(e *Server) Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.health()
}

// health is called under the pool's mutex.
func (e *Server) health() Health {
	h := Health{
		Name: e.Name, State: e.status.State, Detail: e.status.Detail, InFlight: e.inFlight, Limit: e.MaxInFlight,
		Breaker: e.breaker.state(time.Now()), Version: e.status.version, ModelLength: e.status.ModelLength,
	}
	if e.status.Ready() && e.breaker.open() {
		h.State, h.Detail = stateFailing, failingDetail
	}
	return h
}
