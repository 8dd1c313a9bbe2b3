package runpodtest

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// Statuses of a pod: the API's, and one for a pod that is gone without being terminated.
const (
	provisioning = "PROVISIONING"
	starting     = "STARTING"
	running      = "RUNNING"
	exited       = "EXITED"
	failed       = "ERROR"
	terminated   = "TERMINATED"
	vanished     = "VANISHED"
)

// pod is one, with its life when it has one. All but ops and life is guarded by Fake.mu.
type pod struct {
	ops  sync.Mutex // held through an action, which may take long; locked before Fake.mu
	life *life      // guarded by ops

	id      string
	other   bool
	order   order
	status  string
	history []Event
	created time.Time
	started time.Time
	gpus    int
	center  string
	volume  string // folder

	container Container   // nil when none runs
	public    map[int]int // TCP ports as they are
	equal     map[int]int // what ports above 70000 got, inside and outside
	stale     map[int]int // as they were before the start
	staleFor  int         // answers that still tell those
	toldFrom  time.Time   // ports are told from then, by the machine's clock
	patched   bool        // the ports were asked for once more
	starts    int

	billed float64   // USD
	since  time.Time // of the last reckoning

	logs logbook
}

func (p *pod) alive() bool { return p.status != terminated && p.status != vanished }

func (p *pod) actions() []string {
	switch p.status {
	case running:
		return []string{"stop", "restart", "terminate"}
	case exited, failed:
		return []string{"start", "terminate"}
	case provisioning, starting:
		return []string{"stop", "terminate"}
	}
	return []string{}
}

func (p *pod) cost() float64 {
	if p.status == exited || !p.alive() {
		return 0
	}
	return p.order.price * float64(p.order.count)
}

// turn changes the status. f.mu is held.
func (f *Fake) turn(p *pod, status string) {
	f.reckon(p)
	p.status = status
	p.history = append(p.history, Event{f.now(), status})
}

// reckon adds what a pod has cost since the last time. f.mu is held.
func (f *Fake) reckon(p *pod) {
	now := f.now()
	if !p.since.IsZero() {
		p.billed += p.cost() * now.Sub(p.since).Hours()
	}
	p.since = now
}

// addPod makes a pod. f.mu is held.
func (f *Fake) addPod(o order) *pod {
	f.serial++
	p := &pod{id: fmt.Sprintf("fake%08dpod", f.serial), order: o, created: f.now(), gpus: o.count, center: o.center}
	p.volume = f.volumeFolder(p)
	f.pods = append(f.pods, p)
	return p
}

// addOther adds a pod of other people, which runs and does nothing.
func (f *Fake) addOther(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.addPod(order{
		Name: name, Image: "someone/else:latest", Cloud: "COMMUNITY", Disk: 20,
		gpu: "NVIDIA GeForce RTX 4090", count: 1, price: 0.34, center: "US-TX-3",
	})
	p.other = true
	p.started = p.created
	f.turn(p, running)
}

// destroy ends a pod and its own volume. p.ops is held.
func (f *Fake) destroy(p *pod, status string) {
	f.endLife(p)
	f.mu.Lock()
	f.turn(p, status)
	p.logs.wake()
	own := p.order.Mounts != nil && p.order.Mounts.Persistent != nil
	f.mu.Unlock()
	if own {
		_ = os.RemoveAll(p.volume)
	}
}

// Vanish makes a pod disappear with its volume, as by a failure of its host.
func (f *Fake) Vanish(id string) {
	if p := f.find(id); p != nil {
		p.ops.Lock()
		defer p.ops.Unlock()
		f.destroy(p, vanished)
	}
}
