package faults_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

// scene is a gateway with what it depends on.
type scene struct {
	gateway *gateway
	model   *peer
	layout  *peer // nil where the gateway starts its own
	before  rest  // what the gateway holds without work
}

// modelLatency is what the model takes for a region.
const modelLatency = 20 * time.Millisecond

// quick are settings under which the gateway notices faults soon, so that a test sees
// what it does then.
var quick = []string{
	"OCR_VLLM_FIRST_BYTE_TIMEOUT=1s", "OCR_VLLM_PROGRESS_TIMEOUT=1s", "OCR_VLLM_REGION_TIMEOUT=15s", "OCR_VLLM_DOWN_TIMEOUT=10s",
	"OCR_VLLM_CHECK_INTERVAL=100ms", "OCR_LAYOUT_TIMEOUT=1s", "OCR_LAYOUT_HEALTH_INTERVAL=200ms", "OCR_LAYOUT_RESTART_DELAY=100ms",
	"OCR_SERVER_IDLE_TIMEOUT=2s", "OCR_RASTER_PAGE_TIMEOUT=5s",
}

// newScene starts a gateway with a model server and a layout stub.
func newScene(t *testing.T, wrap []string, settings ...string) *scene {
	t.Helper()
	s := &scene{model: newModel(t, modelLatency), layout: newLayout(t)}
	settings = append(append([]string{"OCR_VLLM_ENDPOINTS=" + s.model.url(), "OCR_LAYOUT_URL=" + s.layout.url()}, quick...), settings...)
	s.gateway = startGateway(t, wrap, settings...)
	return s
}

func (s *scene) peers() []*peer {
	if s.layout == nil {
		return []*peer{s.model}
	}
	return []*peer{s.model, s.layout}
}

// warm uses everything once and waits until documents are read as they should be.
func (s *scene) warm(t *testing.T) {
	t.Helper()
	for _, r := range mixed {
		var last ending
		if !waitFor(recoverTime, func() bool {
			last = s.gateway.send(t.Context(), r)
			return last.ok == r.pages
		}) {
			t.Fatalf("%s is not answered as it should be: %+v", r.path, last)
		}
	}
}

// use has the gateway work until its pools and caches have their sizes, and takes what it
// holds after that as the measure.
func (s *scene) use(t *testing.T) {
	t.Helper()
	s.warm(t)
	s.gateway.load(&account{}, mixed, form(500*time.Millisecond, 3*time.Second), 0)
	s.cancel(t, &account{})
	s.before = s.baseline(t)
}

// recoverTime is how long the gateway may take to read documents again when a fault is over.
const recoverTime = 10 * time.Second

// fault is one thing that goes wrong while there is work.
type fault struct {
	name string
	mix  []request // nil for the mixed load
	// begin makes it happen and gives what ends it; it may go on until then.
	begin func(t *testing.T, s *scene) (end func())
	// patience, when not 0, is the longest time after which clients leave.
	patience time.Duration
	// all says that the fault costs no page: it is to be made good by trying again.
	all bool
	// brief says that it is part of the short form.
	brief bool
}

// run has a fault happen for a while and reports what became of the work. Documents
// that are given up in the middle of it have to be given up everywhere.
func (s *scene) run(t *testing.T, f fault, during time.Duration) {
	t.Helper()
	rss, _ := treeMemory(s.gateway.PID())
	var a account
	probe := s.gateway.probe()
	mix := f.mix
	if mix == nil {
		mix = mixed
	}
	end := f.begin(t, s)
	s.gateway.load(&a, mix, during, f.patience)
	idle := s.cancel(t, &a)
	end()
	p99 := probe.stop(t)
	s.warm(t)
	after, leaked := s.settle(s.before)
	report(t, f.name, &a, leaked, idle, p99, rss, after.rss)
	if leaked != "" {
		t.Errorf("left behind: %s", leaked)
	}
	for _, why := range a.lost {
		t.Errorf("lost: %s", why)
	}
	if a.requests == 0 || a.ok+a.failed+a.refused+a.left == 0 {
		t.Error("nothing was asked for")
	}
	if f.all && a.failed+a.refused > 0 {
		t.Errorf("%d pages failed and %d were refused, though trying again helps", a.failed, a.refused)
	}
	if grown := after.rss - s.before.rss; grown > maxGrowth && !program.Race {
		t.Errorf("memory grew by %.0f MiB", grown)
	}
}

// maxGrowth is by how many MiB memory may have grown some seconds after a fault: the
// runtime gives memory back over minutes.
const maxGrowth = 150

// idleTimes are when work was last seen after its clients had left.
type idleTimes struct{ model, children, layout time.Duration }

// maxIdle is how long work may go on. The rest is for a machine with other work.
const maxIdle = time.Second

// cancel starts long documents, leaves when they are in work and watches the work end.
func (s *scene) cancel(t *testing.T, a *account) (idle idleTimes) {
	t.Helper()
	resting := s.gateway.restingChildren()
	ctx, leave := context.WithCancel(t.Context())
	documents := form(2, 4)
	ended := make(chan ending, documents)
	for range documents {
		go func() { ended <- s.gateway.send(ctx, longStream) }()
	}
	waitFor(2*time.Second, func() bool { return len(rasterChildren(s.gateway.PID())) > resting })
	time.Sleep(200 * time.Millisecond) // some way into the documents
	leave()
	begin := time.Now()
	for range documents {
		a.add(longStream.pages, <-ended)
	}
	busy := func(last *time.Duration, isBusy bool) bool {
		if isBusy {
			*last = time.Since(begin)
		}
		return isBusy
	}
	quiet := time.Now()
	waitFor(10*time.Second, func() bool {
		atModel := busy(&idle.model, s.model.working.Load() > 0)
		atLayout := s.layout != nil && busy(&idle.layout, s.layout.working.Load() > 0)
		atChildren := busy(&idle.children, len(rasterChildren(s.gateway.PID())) > resting)
		if atModel || atLayout || atChildren {
			quiet = time.Now()
		}
		return time.Since(quiet) > 300*time.Millisecond
	})
	if worst := max(idle.model, idle.children, idle.layout); worst > maxIdle {
		t.Errorf("work went on for %s after its clients had left: %+v", worst, idle)
	}
	return idle
}

const header = "| fault | requests | pages | ok | failed | refused | left | retries | lost | leaked | idle after cancel: model / children / sidecar, s | /livez p99, ms | RSS before / after, MiB |"

// report prints a line of the table.
func report(t *testing.T, name string, a *account, leaked string, idle idleTimes, p99 time.Duration, before, after float64) {
	t.Helper()
	if leaked == "" {
		leaked = "0"
	}
	line := fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d | %d | %s | %.2f / %.2f / %.2f | %.0f | %.0f / %.0f |",
		name, a.requests, a.pages, a.ok, a.failed, a.refused, a.left, a.retries, len(a.lost), leaked,
		idle.model.Seconds(), idle.children.Seconds(), idle.layout.Seconds(), p99.Seconds()*1000, before, after)
	t.Log("\n" + header + "\n" + line)
	for reason, n := range a.reasons {
		t.Logf("%d times %s", n, reason)
	}
}
