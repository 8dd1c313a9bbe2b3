package runpodtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config is how a Fake behaves. The zero value is a RunPod of today that answers
// at once and whose containers are imaginary. Fields may be changed while it runs,
// through Fake.Change.
type Config struct {
	Key    string // the API key asked for; empty means any
	Start  Start  // starts containers; nil means imaginary ones, on whose ports nothing listens
	Folder string // of the pods' volumes; empty means one of its own, removed by Close

	GPUs    []GPU    // catalog; nil means GPUs()
	Volumes []Volume // network volumes
	Others  []string // names of pods of other people, running from the beginning; read by New only

	OlderBodies bool // the contract without entrypoint, cmd, minRamPerGpu and minVcpuCountPerGpu
	OlderLists  bool // lists without pagination
	PageSize    int  // of a list when the question does not say; 0 means 50
	PerMinute   int  // requests; 0 means 6000

	Provisioning time.Duration // how long a new pod is PROVISIONING
	Starting     time.Duration // how long any start is STARTING
	CrashPause   time.Duration // until a main process that ended is started again; 0 means 100 ms

	PortsLate       time.Duration // public ports are told so long after RUNNING
	PortsUntilPatch bool          // public ports are not told before a PATCH of the ports
	NoAddress       bool          // public ports and addresses stay null, as a community host's may
	StalePorts      int           // answers after each later start that still tell the ports from before
	StartRefusals   int           // so many starts to come find no free GPU
	StartNoGPU      bool          // starts come back with 0 GPUs

	TLS       bool          // the proxy speaks HTTPS, as RunPod's does; read by New only
	FirstByte time.Duration // the proxy's timeout, between bytes too; 0 means 100 s
	LogCut    int           // log streams break off after so many lines; 0 means never

	// Fault gives how a call fails; nil, and the zero Fault, mean not at all.
	Fault func(Call) Fault
	Now   func() time.Time // of times told and of quotas; nil means time.Now
}

// Call is one request that may be made to fail.
type Call struct {
	Op   string // create, list, get, patch, start, stop, restart, terminate, logs, catalog, billing, volume
	N    int    // how many with this Op there were, this one too
	Pod  string // id, where the path has one
	Body []byte
}

// Fault is one way to fail.
type Fault struct {
	After      bool   // the call does what it asks for, and fails to say so
	Status     int    // of the answer
	Body       string // with Status; empty means a problem that says no more
	RetryAfter int    // seconds, header with Status
	Hang       bool   // no answer, until the client leaves
	Reset      bool   // the connection ends without an answer
}

func (f Fault) fails() bool { return f.Status != 0 || f.Hang || f.Reset }

// FirstOf makes the first n calls of a kind fail with a fault.
func FirstOf(op string, n int, fault Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Op == op && c.N <= n {
			return fault
		}
		return Fault{}
	}
}

// Volume is a network volume. Its folder outlives pods.
type Volume struct {
	ID, Name, DataCenter string
	Size                 int // GB
}

// Fake is RunPod: an http.Handler for the API under /v2, which it also serves
// itself, a proxy to the pods' HTTP ports, and a listener for each of their TCP ports.
type Fake struct {
	api, edge *http.Server
	apiAddr   string
	edgeAddr  string
	scheme    string // of the proxy

	certificate tls.Certificate // of the proxy, with Config.TLS
	routes      *http.ServeMux
	transport   *http.Transport
	ownFolder   bool

	ctx     context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup // servers, handlers and lives

	mu       sync.Mutex
	closed   bool
	config   Config
	pods     []*pod // in order of creation; those that are gone too
	calls    map[string]int
	requests []Request
	windows  []*window
	peak     int // pods of ours alive at once

	overheard []byte
	serial    int
}

// New starts a Fake. It panics when it cannot listen, as servers of tests do.
func New(config Config) *Fake {
	f := &Fake{config: config, calls: map[string]int{}}
	f.ctx, f.end = context.WithCancel(context.Background())
	if f.config.GPUs == nil {
		f.config.GPUs = GPUs()
	}
	if f.config.Folder == "" {
		folder, err := os.MkdirTemp("", "runpodtest-")
		if err != nil {
			panic(fmt.Sprintf("runpodtest: %v", err))
		}
		f.config.Folder, f.ownFolder = folder, true
	}
	f.windows = windows()
	f.routes = f.newRoutes()
	f.transport = f.newTransport()
	for _, name := range config.Others {
		f.addOther(name)
	}
	f.api, f.apiAddr = f.listen(f, nil)
	f.scheme = "http"
	var secure *tls.Config
	if config.TLS {
		f.scheme, f.certificate = "https", localCertificate()
		secure = &tls.Config{Certificates: []tls.Certificate{f.certificate}}
	}
	f.edge, f.edgeAddr = f.listen(http.HandlerFunc(f.serveEdge), secure)
	return f
}

func (f *Fake) listen(h http.Handler, secure *tls.Config) (*http.Server, string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("runpodtest: %v", err))
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	address := listener.Addr().String()
	if secure != nil {
		listener = tls.NewListener(listener, secure)
	}
	f.running.Go(func() { _ = server.Serve(listener) })
	return server, address
}

// URL is the API's base address.
func (f *Fake) URL() string { return "http://" + f.apiAddr + "/v2" }

// ProxyURL is where the pods' HTTP ports are reached, with {pod} and {port}.
func (f *Fake) ProxyURL() string { return f.scheme + "://" + f.edgeAddr + "/{pod}-{port}" }

// Close kills every container and ends every connection. It leaves no goroutine.
func (f *Fake) Close() {
	f.mu.Lock()
	f.closed = true
	pods := slices.Clone(f.pods)
	f.mu.Unlock()
	f.end()
	_ = f.api.Close()
	_ = f.edge.Close()
	for _, p := range pods {
		p.ops.Lock()
		f.endLife(p)
		p.ops.Unlock()
	}
	f.running.Wait()
	f.transport.CloseIdleConnections()
	if f.ownFolder {
		_ = os.RemoveAll(f.config.Folder)
	}
}

// enter counts a handler in, unless Close has begun.
func (f *Fake) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.running.Add(1)
	return true
}

// Change changes how the Fake behaves from now on.
func (f *Fake) Change(change func(*Config)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.config)
}

// Refuse makes creates with a GPU answer 400 with a text; none lets them succeed again.
func (f *Fake) Refuse(gpu, text string) {
	f.Change(func(c *Config) {
		c.GPUs = slices.Clone(c.GPUs)
		for i := range c.GPUs {
			if c.GPUs[i].ID == gpu {
				c.GPUs[i].Refuse = text
			}
		}
	})
}

// Request is one that the API has answered, or has not by a fault.
type Request struct {
	Op, Method, Path, Query string
	Body                    string
	Status                  int // 0 when no answer was given
}

// Requests returns all requests so far, in the order of their ends.
func (f *Fake) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// Count says how many calls of a kind there were, failed ones too.
func (f *Fake) Count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

// Event is a step in the life of a pod: a status of the API's, or VANISHED, RESET or CRASHED.
type Event struct {
	Time time.Time
	What string
}

// Seen is a pod as it is and was.
type Seen struct {
	ID, Name, GPU, Status string
	Other                 bool // of other people
	History               []Event
	Env                   map[string]string // as ordered
	Volume                string            // its folder; empty when it has none
	TCP                   map[int]int       // public ports by inner port, told or not
}

// Steps is the history's words, joined by blanks.
func (s Seen) Steps() string {
	var words []string
	for _, e := range s.History {
		words = append(words, e.What)
	}
	return strings.Join(words, " ")
}

// Alive reports whether the pod exists, and so is billed.
func (s Seen) Alive() bool { return s.Status != terminated && s.Status != vanished }

// Pods returns every pod that there ever was, in order of creation.
func (f *Fake) Pods() []Seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []Seen
	for _, p := range f.pods {
		all = append(all, Seen{
			ID: p.id, Name: p.order.Name, GPU: p.order.gpu, Status: p.status, Other: p.other,
			History: slices.Clone(p.history), Env: maps.Clone(p.order.Env), Volume: p.volume, TCP: maps.Clone(p.public),
		})
	}
	return all
}

// Created is how many creates were accepted.
func (f *Fake) Created() int { return len(f.ours(func(Seen) bool { return true })) }

// Live returns our pods that exist.
func (f *Fake) Live() []Seen { return f.ours(Seen.Alive) }

// Peak is the most pods of ours that existed at once.
func (f *Fake) Peak() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.peak
}

func (f *Fake) ours(keep func(Seen) bool) []Seen {
	return slices.DeleteFunc(f.Pods(), func(s Seen) bool { return s.Other || !keep(s) })
}

// Vanish makes a pod disappear with its volume, as by a failure of its host.
func (f *Fake) Vanish(id string) {
	if p := f.find(id); p != nil {
		p.ops.Lock()
		defer p.ops.Unlock()
		f.destroy(p, vanished)
	}
}

// Log adds a line to a pod's log; source is "container" or "system".
func (f *Fake) Log(id, source, line string) {
	if p := f.find(id); p != nil {
		f.addLine(p, source, line)
	}
}

// find returns a pod that exists, or nil.
func (f *Fake) find(id string) *pod {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.pods {
		if p.id == id && p.alive() {
			return p
		}
	}
	return nil
}

// now is the time that is told. f.mu is held.
func (f *Fake) now() time.Time {
	if f.config.Now != nil {
		return f.config.Now().UTC()
	}
	return time.Now().UTC()
}

func (f *Fake) volumeFolder(p *pod) string {
	m := p.order.Mounts
	switch {
	case m == nil:
		return ""
	case len(m.Network) > 0:
		return filepath.Join(f.config.Folder, "network-"+m.Network[0].VolumeID)
	case m.Persistent != nil:
		return filepath.Join(f.config.Folder, p.id)
	}
	return ""
}
