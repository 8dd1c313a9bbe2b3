// Package enginetest holds what recognition engines are tested with: a server
// that behaves as vLLM was recorded to, faults included, and a suite of checks that
// every engine passes.
package enginetest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Counts is what a Fake has seen of chat completion requests.
type Counts struct {
	Requests    int // arrived
	Answered    int // with a complete answer
	Failed      int // by Fault, a full queue, drain or a wrong request
	Canceled    int // the client left before the answer was complete
	InFlight    int // now, queued ones too
	Queued      int // now
	MaxInFlight int
}

// Fake is an http.Handler that behaves like a vLLM server.
type Fake struct {
	cfg   Config
	slots chan struct{}

	draining atomic.Bool
	hanging  atomic.Bool
	loading  atomic.Bool
	key      atomic.Pointer[string]

	mu      sync.Mutex
	counts  Counts
	drafted float64 // tokens
}

// NewFake makes a server from cfg.
func NewFake(cfg Config) *Fake {
	cfg.Model = cmp.Or(cfg.Model, "glm-ocr")
	cfg.Root = cmp.Or(cfg.Root, "zai-org/GLM-OCR")
	cfg.Version = cmp.Or(cfg.Version, "0.32.0")
	cfg.ModelLength = cmp.Or(cfg.ModelLength, 16384)
	cfg.Slots = cmp.Or(cfg.Slots, 64)
	cfg.Pieces = cmp.Or(cfg.Pieces, 4)
	if cfg.Answer == nil {
		cfg.Answer = Script
	}
	f := &Fake{cfg: cfg, slots: make(chan struct{}, cfg.Slots)}
	f.Rekey(cfg.APIKey)
	return f
}

// Rekey has the server ask for another key; none when it is empty.
func (f *Fake) Rekey(key string) { f.key.Store(&key) }

// Drain makes new requests fail with 500 while /health stays good, as vLLM does
// after SIGTERM with a shutdown timeout.
func (f *Fake) Drain(on bool) { f.draining.Store(on) }

// Hang makes every request wait without an answer until its client leaves, as
// vLLM does after SIGTERM without a shutdown timeout.
func (f *Fake) Hang(on bool) { f.hanging.Store(on) }

// Loading makes the server say that it is not ready.
func (f *Fake) Loading(on bool) { f.loading.Store(on) }

// Counts is what has been seen so far.
func (f *Fake) Counts() Counts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts
}

// ServeHTTP serves the routes that engines use.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /health":
		switch {
		case f.loading.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case f.cfg.Health != 0:
			w.WriteHeader(f.cfg.Health)
		}
	case "GET /metrics":
		f.sendMetrics(w)
	case "GET /version":
		if f.cfg.Version == "none" {
			sendJSON(w, http.StatusNotFound, `{"detail":"Not Found"}`)
			return
		}
		sendJSON(w, http.StatusOK, fmt.Sprintf(`{"version":%q}`, f.cfg.Version))
	case "GET /v1/models":
		if f.authorized(w, r) {
			sendJSON(w, http.StatusOK, fmt.Sprintf(`{"object":"list","data":[{"id":%q,"object":"model","created":1795487859,"owned_by":"vllm","root":%q,"parent":null,"max_model_len":%d,"permission":[]}]}`, f.cfg.Model, f.cfg.Root, f.cfg.ModelLength))
		}
	case "POST /v1/chat/completions":
		if f.authorized(w, r) {
			f.chat(w, r)
		}
	default:
		sendJSON(w, http.StatusNotFound, `{"detail":"Not Found"}`)
	}
}

func (f *Fake) authorized(w http.ResponseWriter, r *http.Request) bool {
	if key := *f.key.Load(); key == "" || r.Header.Get("Authorization") == "Bearer "+key {
		return true
	}
	sendJSON(w, http.StatusUnauthorized, `{"error":"Unauthorized"}`)
	return false
}

// outcome is how a request ended, for the counts.
type outcome int

const (
	answered outcome = iota
	failed
	canceled
)

func (f *Fake) chat(w http.ResponseWriter, r *http.Request) {
	n := f.arrive()
	f.leave(f.answer(w, r, n))
}

func (f *Fake) arrive() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts.Requests++
	f.counts.InFlight++
	f.counts.MaxInFlight = max(f.counts.MaxInFlight, f.counts.InFlight)
	return f.counts.Requests
}

func (f *Fake) leave(o outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts.InFlight--
	switch o {
	case answered:
		f.counts.Answered++
	case failed:
		f.counts.Failed++
	case canceled:
		f.counts.Canceled++
	}
}

func (f *Fake) answer(w http.ResponseWriter, r *http.Request, n int) outcome {
	q, err := readRequest(r.Body, f.cfg.KeepImages)
	if r.Context().Err() != nil {
		return canceled
	}
	if err != nil {
		sendError(w, http.StatusBadRequest, "the body is no JSON")
		return failed
	}
	q.N = n
	switch {
	case f.hanging.Load():
		<-r.Context().Done()
		return canceled
	case f.draining.Load():
		sendError(w, http.StatusInternalServerError, "cannot schedule new futures after shutdown")
		return failed
	case q.Model != "" && q.Model != f.cfg.Model:
		sendError(w, http.StatusNotFound, fmt.Sprintf("The model `%s` does not exist. Valid aliases: %s.", q.Model, f.cfg.Model))
		return failed
	case q.MaxTokens > f.cfg.ModelLength:
		sendError(w, http.StatusBadRequest, fmt.Sprintf("max_tokens=%d cannot be greater than max_model_len=%d.", q.MaxTokens, f.cfg.ModelLength))
		return failed
	}
	var fault Fault
	if f.cfg.Fault != nil {
		fault = f.cfg.Fault(q)
	}
	if done, o := f.early(w, r, fault); done {
		return o
	}
	if !f.enter(r.Context()) {
		if r.Context().Err() != nil {
			return canceled
		}
		sendError(w, http.StatusServiceUnavailable, "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.")
		return failed
	}
	defer func() { <-f.slots }()
	if !pause(r.Context(), f.cfg.Latency+fault.Delay) {
		return canceled
	}
	if !q.Stream {
		a := f.cfg.Answer(q)
		f.draft(a)
		sendJSON(w, http.StatusOK, f.whole(q, a))
		return answered
	}
	return f.stream(w, r, q, fault)
}

// early fails a request that gets no slot.
func (f *Fake) early(w http.ResponseWriter, r *http.Request, fault Fault) (done bool, o outcome) {
	switch {
	case fault.Status != 0:
		if fault.RetryAfter != "" {
			w.Header().Set("Retry-After", fault.RetryAfter)
		}
		if fault.Body != "" {
			sendJSON(w, fault.Status, fault.Body)
		} else {
			sendError(w, fault.Status, messageFor(fault.Status))
		}
	case fault.Reset:
		closeSocket(w)
	case fault.Hang:
		<-r.Context().Done()
		return true, canceled
	default:
		return false, answered
	}
	return true, failed
}

// enter takes a slot, or reports that the queue is full or the client left.
func (f *Fake) enter(ctx context.Context) bool {
	select {
	case f.slots <- struct{}{}:
		return true
	default:
	}
	f.mu.Lock()
	full := f.cfg.Queue > 0 && f.counts.Queued >= f.cfg.Queue
	if !full {
		f.counts.Queued++
	}
	f.mu.Unlock()
	if full {
		return false
	}
	defer func() {
		f.mu.Lock()
		f.counts.Queued--
		f.mu.Unlock()
	}()
	select {
	case f.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// pause reports whether d went by before the client left.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
