package pipeline

import (
	"math"
	"sync"
	"time"
)

// pace is how fast a backend works, as moving averages of what was measured, 0
// before anything was.
type pace struct {
	mu      sync.Mutex
	regions float64 // to read on a page
	prepare float64 // seconds from the begin of a page until its regions are known
	read    float64 // seconds that a region is with the engine
}

// prepared notes that a page took so long to have so many regions to read.
func (p *pace) prepared(took time.Duration, regions int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	average(&p.prepare, took.Seconds())
	average(&p.regions, max(float64(regions), 0.1))
}

// took notes the time for one region.
func (p *pace) took(t time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	average(&p.read, t.Seconds())
}

// average moves an average by an eighth of the way to a new value.
func average(mean *float64, v float64) {
	if *mean == 0 {
		*mean = v
	}
	*mean += (v - *mean) / 8
}

// pages is how many pages should be in preparation so that an engine with so many
// slots finds regions to read: one round of it, because its answers can all come at
// once, and what it reads while a page is prepared.
func (p *pace) pages(slots int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.regions == 0 {
		return minAhead
	}
	rounds := 2.0
	if p.read > 0 {
		rounds = 1 + p.prepare/p.read
	}
	return max(minAhead, int(math.Ceil(rounds*float64(slots)/p.regions)))
}

// minAhead keeps rendering, layout and reading busy side by side.
const minAhead = 3
