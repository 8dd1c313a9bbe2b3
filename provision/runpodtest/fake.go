// Package runpodtest is a stand-in for RunPod's REST API v2, written from its
// recorded contract, whose pods may be real: it starts what a pod's order says
// through Start, and gives its ports public addresses.
package runpodtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

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

// get is how the Fake behaves now.
func (f *Fake) get() Config {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config
}
