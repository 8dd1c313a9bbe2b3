package faults_test

import (
	"testing"
	"time"
)

const (
	// soakLook is the time between two looks at memory.
	soakLook = 10 * time.Second
	// maxSlope is by how many MiB a minute memory may grow after the warm-up.
	maxSlope = 1
)

// TestSoak has the mixed load and all faults of the table go on, one after the other, for
// the time that -soak says, and looks at the memory of the gateway and its children.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("it takes -soak, as `make soak` gives it")
	}
	s := newScene(t, nil)
	s.use(t)
	var a account
	begin := time.Now()
	probe := s.gateway.probe()
	end := meanwhile(evenly(soakLook), func() {
		rss, pss := treeMemory(s.gateway.PID())
		a.mu.Lock()
		t.Logf("%4.0f s: RSS %.0f MiB, PSS %.0f MiB; %d requests, %d pages, %d lost", time.Since(begin).Seconds(), rss, pss, a.requests, a.pages, len(a.lost))
		a.mu.Unlock()
	})
	var resting series // memory moves by a hundred MiB with what happens: it is compared when nothing does
	for n := 0; time.Since(begin) < *soak; n++ {
		f := table[n%len(table)]
		over := f.begin(t, s)
		s.gateway.load(&a, append(mixed, longStream), soakFault, f.patience)
		over()
		s.gateway.load(&a, append(mixed, longStream), soakFault, 0)
		s.cancel(t, &a)
		rss, pss := treeMemory(s.gateway.PID())
		resting = append(resting, sample{time.Since(begin), rss, pss})
	}
	end()
	p99 := probe.stop(t)
	s.warm(t)
	after, leaked := s.settle(s.before)
	report(t, "soak", &a, leaked, idleTimes{}, p99, s.before.rss, after.rss)
	if leaked != "" || len(a.lost) > 0 {
		t.Errorf("left behind: %s; lost: %v", leaked, a.lost)
	}
	for _, p := range resting {
		t.Logf("at rest after %4.0f s: RSS %.0f MiB, PSS %.0f MiB", p.at.Seconds(), p.rss, p.pss)
	}
	rss, pss := resting.slopes(*soak / 4)
	t.Logf("slope at rest after a warm-up of %s: RSS %.2f, PSS %.2f MiB a minute", *soak/4, rss, pss)
	if pss > maxSlope && *soak >= 10*time.Minute { // shorter, and noise decides
		t.Errorf("memory grows by %.2f MiB a minute", pss)
	}
}

// soakFault is how long a fault lasts, and the time without one after it.
const soakFault = 4 * time.Second

// sample is the memory of the process tree at a time, in MiB.
type sample struct {
	at       time.Duration
	rss, pss float64
}

type series []sample

// slopes are those of the lines with the least squares through what came after the
// warm-up, in MiB a minute.
func (s series) slopes(warmUp time.Duration) (rss, pss float64) {
	var n, x, y, z float64
	for _, p := range s {
		if p.at >= warmUp {
			n, x, y, z = n+1, x+p.at.Minutes(), y+p.rss, z+p.pss
		}
	}
	var xx, xy, xz float64
	for _, p := range s {
		if p.at >= warmUp {
			dx := p.at.Minutes() - x/n
			xx, xy, xz = xx+dx*dx, xy+dx*(p.rss-y/n), xz+dx*(p.pss-z/n)
		}
	}
	return xy / xx, xz / xx
}
