package runpodtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

const (
	firstByte   = 100 * time.Second
	maxUpload   = 100 << 20 // bytes of a request's body
	statusSlow  = 524       // Cloudflare's "a timeout occurred"
	edgeServer  = "cloudflare"
	edgeDomain  = ".proxy.runpod.net"
	slowMessage = "error code: 524"
)

var errSlow = errors.New("no byte came in time")

// serveEdge is the proxy to the pods' HTTP ports: /{pod}-{port}/… here, a host
// name each in the real one.
func (f *Fake) serveEdge(w http.ResponseWriter, r *http.Request) {
	if !f.enter() {
		panic(http.ErrAbortHandler)
	}
	defer f.running.Done()

	w.Header().Set("Server", edgeServer)
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id, text, _ := strings.Cut(name, "-")
	port, _ := strconv.Atoi(text)
	p := f.find(id)
	switch {
	case p == nil || !f.serves(p, port):
		http.Error(w, "error code: 404", http.StatusNotFound)
		return
	case r.ContentLength > maxUpload:
		http.Error(w, "error code: 413", http.StatusRequestEntityTooLarge)
		return
	}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // an answer that breaks off is what tests are for
		Transport:     readTimeout{f.transport, cmp.Or(f.get().FirstByte, firstByte)},
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme, out.Out.URL.Host = "http", name
			out.Out.URL.Path = cmp.Or(strings.TrimPrefix(r.URL.Path, "/"+name), "/")
			out.Out.URL.RawPath = strings.TrimPrefix(r.URL.RawPath, "/"+name)
			out.Out.Host = name + edgeDomain
			out.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if errors.Is(err, errSlow) {
				http.Error(w, slowMessage, statusSlow)
				return
			}
			http.Error(w, "error code: 502", http.StatusBadGateway)
		},
	}
	zipped := &zipping{ResponseWriter: w, request: r}
	proxy.ServeHTTP(zipped, r)
	zipped.close() // not after a panic: an answer that broke off must look so
}

// serves reports whether a port is one of a pod's HTTP ports, and it has not been stopped.
func (f *Fake) serves(p *pod, number int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, port := range p.order.ports() {
		if port.http && port.number == number {
			return p.status != exited
		}
	}
	return false
}

// newTransport reaches hosts named {pod}-{port} within containers.
func (f *Fake) newTransport() *http.Transport {
	return &http.Transport{
		DisableKeepAlives:  true, // a container that was replaced must not be asked
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			id, text, _ := strings.Cut(host, "-")
			port, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			p := f.find(id)
			if p == nil {
				return nil, fmt.Errorf("pod %s is gone", id)
			}
			return f.dial(ctx, p, port)
		},
	}
}

// readTimeout ends an exchange whose next byte, the first one too, takes too long.
type readTimeout struct {
	inner http.RoundTripper
	limit time.Duration
}

func (t readTimeout) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(t.limit, func() { cancel(errSlow) })
	response, err := t.inner.RoundTrip(r.WithContext(ctx))
	if err != nil {
		timer.Stop()
		defer cancel(nil)
		if errors.Is(context.Cause(ctx), errSlow) {
			return nil, errSlow
		}
		return nil, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		timer.Stop()
		return response, nil
	}
	response.Body = &patientBody{response.Body, timer, t.limit, cancel}
	return response, nil
}

type patientBody struct {
	io.ReadCloser
	timer  *time.Timer
	limit  time.Duration
	cancel context.CancelCauseFunc
}

func (b *patientBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.timer.Reset(b.limit)
	}
	return n, err
}

func (b *patientBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}
