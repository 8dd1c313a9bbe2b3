package pipeline

import (
	"math"
	"sync"
	"time"
)

// pace is how fast a backend works, as moving averages of measured times, 0 before there are any.
// Waiting for a turn is not included: more pages would make it longer.
type pace struct {
	mu      sync.Mutex
	render  float64 // seconds from the start of a page to its image
	layout  float64 // seconds from its image to its regions
	regions float64 // to read on a page
	read    float64 // seconds that the engine takes for a region
}

// rendered records how long the image of a page took.
func (p *pace) rendered(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	average(&p.render, took.Seconds())
}

// looked records how long it took to find the regions of a page.
func (p *pace) looked(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	average(&p.layout, took.Seconds())
}

// found records how many of them are to be read.
func (p *pace) found(regions int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	average(&p.regions, max(float64(regions), 0.1))
}

// took records the time for one region.
func (p *pace) took(t time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	average(&p.read, t.Seconds())
}

// average moves an average by an eighth towards a new value.
func average(mean *float64, v float64) {
	if *mean == 0 {
		*mean = v
	}
	*mean += (v - *mean) / 8
}

// pages is how many pages should be in preparation so that an engine with so many slots always
// finds regions to read: one round of its slots, because its answers can all come at once, and
// what it reads while a page is prepared. The latter is a round at most: where preparing takes
// longer, preparing is the limit, and more pages would only wait.
func (p *pace) pages(slots int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.regions == 0 {
		return minAhead
	}
	rounds := 2.0
	if p.read > 0 {
		rounds = 1 + min(1, (p.render+p.layout)/p.read)
	}
	return max(minAhead, int(math.Ceil(rounds*float64(slots)/p.regions)))
}

// minAhead keeps rendering, layout and reading busy side by side.
const minAhead = 3
