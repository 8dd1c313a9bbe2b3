package faults_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/engine/enginetest"
)

// peer is a server that the gateway depends on. It can fail in its answers and go away.
type peer struct {
	address string
	handler http.Handler
	work    string // the path whose requests count and fail; others are looks at its health

	failing atomic.Pointer[failure]
	seen    atomic.Int64 // requests for work so far
	working atomic.Int64 // such requests now
	server  atomic.Pointer[http.Server]
}

// failure is how requests for work are answered instead.
type failure struct {
	every  int64 // only each nth request; 1 for all
	answer answerFunc
}

// answerFunc answers a request that next would answer well.
type answerFunc func(w http.ResponseWriter, r *http.Request, next http.Handler)

// newPeer starts one in front of handler; it ends with the test.
func newPeer(t *testing.T, handler http.Handler, work string) *peer {
	t.Helper()
	p := &peer{address: "127.0.0.1:0", handler: handler, work: work}
	if err := p.arrive(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.leave)
	return p
}

func newModel(t *testing.T, latency time.Duration) *peer {
	return newPeer(t, enginetest.NewFake(enginetest.Config{Latency: latency}), "/v1/chat/completions")
}

func (p *peer) url() string { return "http://" + p.address }

// arrive listens, at the same address as before.
func (p *peer) arrive() error {
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.address = listener.Addr().String()
	server := &http.Server{Handler: p}
	p.server.Store(server)
	go server.Serve(listener) // until leave
	return nil
}

// leave closes all connections, those in use too.
func (p *peer) leave() { p.server.Load().Close() }

// dropIdle closes the connections that are not in use.
func (p *peer) dropIdle() {
	server := p.server.Load()
	server.SetKeepAlivesEnabled(false)
	server.SetKeepAlivesEnabled(true)
}

// failEach makes each nth request for work fail until it is told to end that.
func (p *peer) failEach(nth int64, answer answerFunc) (end func()) {
	p.failing.Store(&failure{nth, answer})
	return func() { p.failing.Store(nil) }
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != p.work {
		p.handler.ServeHTTP(w, r)
		return
	}
	n := p.seen.Add(1)
	p.working.Add(1)
	defer p.working.Add(-1)
	if f := p.failing.Load(); f != nil && n%f.every == 0 {
		f.answer(w, r, p.handler)
		return
	}
	p.handler.ServeHTTP(w, r)
}

// The ways to fail.

func slow(d time.Duration) answerFunc {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, err := io.ReadAll(r.Body) // or the server would not see that the client leaves
		if err != nil {
			return
		}
		select {
		case <-time.After(d):
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}
}

func hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// stall sends the beginning of an answer and then nothing more.
func stall(head, body string) answerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body)
		name, value, _ := strings.Cut(head, ": ")
		w.Header().Set(name, value)
		io.WriteString(w, body)
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

func reset(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	conn.(*net.TCPConn).SetLinger(0) // RST, not FIN
	conn.Close()
}

// raw answers with bytes of its own making and closes the connection.
func raw(head, body string) answerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s\r\n\r\n%s", head, body)
	}
}

// on answers so only the requests with a text in their body.
func on(text string, answer answerFunc) answerFunc {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte(text)) {
			answer(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}
}

func status(code int, body string) answerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}
