// Package share divides what a resource spends among those who use it at the same time: each
// has an equal part of every moment. The parts of all of them, and what was spent while nobody
// was there, are together what the resource spent.
package share

import (
	"sync"
	"syscall"
	"time"
)

// Meter divides one resource. It is safe for concurrent use.
type Meter struct {
	spent func() float64

	mu     sync.Mutex
	last   float64 // of spent
	users  int
	each   float64 // what somebody has who was there from the beginning
	unused float64
}

// Use is somebody's use of a resource, from Begin to End.
type Use struct{ from float64 }

// New divides what spent says was spent so far, in seconds; it never says less than before.
func New(spent func() float64) *Meter { return &Meter{spent: spent, last: spent()} }

// Begin begins a use; each needs one End.
func (m *Meter) Begin() Use {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	m.users++
	return Use{m.each}
}

// End ends a use and gives its part in seconds.
func (m *Meter) End(u Use) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	m.users--
	return m.each - u.from
}

// Unused is what was spent so far while nobody was there, in seconds.
func (m *Meter) Unused() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	return m.unused
}

// settle divides what was spent since the last time. m.mu is held.
func (m *Meter) settle() {
	now := m.spent()
	spent := max(0, now-m.last)
	m.last = max(now, m.last)
	if m.users == 0 {
		m.unused += spent
		return
	}
	m.each += spent / float64(m.users)
}

// Time is a resource that spends a second in each second.
func Time() func() float64 {
	start := time.Now()
	return func() float64 { return time.Since(start).Seconds() }
}

// CPU is the processor time of this process so far, in seconds; 0 where the system does not tell.
func CPU() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
