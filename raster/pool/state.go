package pool

import (
	"errors"
	"sync"
)

// State is how the rendering children are.
type State struct {
	// Failing is why no child can be started at present, nil when they can.
	Failing error
	// Isolated and Shared count the running children: those with a network namespace
	// of their own, and those in the gateway's because the kernel permits no other.
	Isolated, Shared int
	// Failures counts the children that could not be started, since the start.
	Failures int64
	// Died and Overran count the children that ended in the middle of a request, and those that
	// were ended because one took too long.
	Died, Overran int64
}

// State tells how the rendering children are.
func (p *Pool) State() State { return p.state.now() }

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
func (s *startState) came(c *Child) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Failing = nil
	*s.counter(c)++
}

// lost counts a child that a request was the end of.
func (s *startState) lost(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(err, ErrTimeout):
		s.Overran++
	case errors.Is(err, ErrGone):
		s.Died++
	}
}

func (s *startState) left(c *Child) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.counter(c)--
}

func (s *startState) counter(c *Child) *int {
	if c.isolated {
		return &s.Isolated
	}
	return &s.Shared
}

// Snapshot is what the children are doing at one moment, by process id.
type Snapshot struct {
	Leased   []int // hold a document with pages
	Late     []int // hold one too, without a place
	Decoding []int // hold an image
	Idle     []int // wait for another image
	Parked   int   // how many of the leased have no work
}

// Snapshot returns what the children are doing.
func (p *Pool) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.Decoders
	d.mu.Lock()
	defer d.mu.Unlock()
	s := Snapshot{Parked: len(p.parked)}
	for c := range p.leased {
		s.Leased = append(s.Leased, c.process.PID())
	}
	for c := range p.late {
		s.Late = append(s.Late, c.process.PID())
	}
	for c := range d.inUse {
		s.Decoding = append(s.Decoding, c.process.PID())
	}
	for _, c := range d.idle {
		s.Idle = append(s.Idle, c.process.PID())
	}
	return s
}
