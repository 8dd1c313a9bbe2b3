package raster

import "sync"

// State is how the rendering children are.
type State struct {
	// Failing is why no child can be started at present, nil when they can.
	Failing error
	// Isolated and Shared count the running children: those with a network namespace
	// of their own, and those in the gateway's because the kernel permits no other.
	Isolated, Shared int
	// Failures counts the children that could not be started, since the start.
	Failures int64
}

// State tells how the rendering children are.
func (r *Rasterizer) State() State { return r.pool.state.now() }

// startState counts children as they come and go.
type startState struct {
	mu sync.Mutex
	State
}

func (s *startState) now() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.State
}

func (s *startState) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Failing = err
	s.Failures++
}

// came counts a child that is ready: more can be started.
func (s *startState) came(c *child) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Failing = nil
	*s.counter(c)++
}

func (s *startState) left(c *child) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.counter(c)--
}

func (s *startState) counter(c *child) *int {
	if c.isolated {
		return &s.Isolated
	}
	return &s.Shared
}
