package share_test

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"ocr-gateway/internal/share"
)

func TestPartsAreEqualAtEveryMoment(t *testing.T) {
	now := 5.0
	m := share.New(func() float64 { return now })
	now = 7 // 2 for nobody
	a := m.Begin()
	now = 8 // 1 for a
	b := m.Begin()
	now = 12 // 2 each
	if got := m.End(a); got != 3 {
		t.Errorf("a has %v, want 3", got)
	}
	now = 11 // a clock that goes back takes nothing from anybody
	if got := m.End(b); got != 2 {
		t.Errorf("b has %v, want 2", got)
	}
	now = 12.5
	if got := m.Unused(); got != 2.5 {
		t.Errorf("nobody has %v, want 2.5", got)
	}
}

// TestSimulatedHour has a server with 32 places work for an hour, sometimes idle: what the
// requests are charged is the rent of the time in which it worked.
func TestSimulatedHour(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var now, busy, charged float64
	m := share.New(func() float64 { return now })
	var running endings
	step := func(to float64) {
		if len(running) > 0 {
			busy += to - now
		}
		now = to
	}
	for next := 0.0; next < 3600 || len(running) > 0; {
		if len(running) > 0 && (running[0].at <= next || len(running) == 32 || next >= 3600) {
			first := heap.Pop(&running).(ending)
			running = append(running, ending{}) // it works until then
			step(first.at)
			running = running[:len(running)-1]
			charged += m.End(first.use)
			continue
		}
		step(max(now, next))
		heap.Push(&running, ending{now + random.ExpFloat64()*2, m.Begin()})
		next += random.ExpFloat64() * 0.3
		if random.IntN(500) == 0 {
			next += 60 // nobody sends anything
		}
	}
	if busy > 0.99*now || busy < 0.5*now {
		t.Fatalf("worked for %.0f of %.0f s: the hour is no test", busy, now)
	}
	if math.Abs(charged-busy) > 1e-6*busy || math.Abs(charged+m.Unused()-now) > 1e-6*now {
		t.Errorf("charged %.3f s of %.3f in which it worked, and %.3f to nobody, of %.3f", charged, busy, m.Unused(), now)
	}
}

type ending struct {
	at  float64
	use share.Use
}

type endings []ending

func (e endings) Len() int           { return len(e) }
func (e endings) Less(i, j int) bool { return e[i].at < e[j].at }
func (e endings) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *endings) Push(x any)        { *e = append(*e, x.(ending)) }
func (e *endings) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// TestProcessorTimeIsDivided works on several goroutines: no time is lost or made.
func TestProcessorTimeIsDivided(t *testing.T) {
	before := share.CPU()
	m := share.New(share.CPU)
	var mu sync.Mutex
	var sum float64
	var workers sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			u := m.Begin()
			for begun := share.CPU(); share.CPU() < begun+0.02; {
			}
			mine := m.End(u)
			mu.Lock()
			defer mu.Unlock()
			sum += mine
		})
	}
	workers.Wait()
	sum += m.Unused()
	if spent := share.CPU() - before; sum < 0.02 || sum > spent {
		t.Errorf("divided %.4f s of %.4f", sum, spent)
	}
}

// BenchmarkProcessorTime is what a region's part of the processor time costs to know.
func BenchmarkProcessorTime(b *testing.B) {
	m := share.New(share.CPU)
	for b.Loop() {
		m.End(m.Begin())
	}
}
