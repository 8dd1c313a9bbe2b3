package runpodtest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const maxRequest = 4 << 20 // bytes of a body

// newRoutes is the API, as far as it is recorded and of use here.
func (f *Fake) newRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/pods", f.createPod)
	mux.HandleFunc("GET /v2/pods", f.listPods)
	mux.HandleFunc("GET /v2/pods/{id}", f.getPod)
	mux.HandleFunc("PATCH /v2/pods/{id}", f.patchPod)
	mux.HandleFunc("DELETE /v2/pods/{id}", f.deletePod)
	mux.HandleFunc("POST /v2/pods/{id}/action", f.actOnPod)
	mux.HandleFunc("GET /v2/pods/{id}/logs", f.streamLogs)
	mux.HandleFunc("GET /v2/catalog/gpus", f.listGPUs)
	mux.HandleFunc("GET /v2/catalog/gpus/{id}", f.getGPU)
	mux.HandleFunc("GET /v2/catalog/datacenters", f.listDataCenters)
	mux.HandleFunc("GET /v2/billing/pods", f.billPods)
	mux.HandleFunc("GET /v2/network-volumes", f.listVolumes)
	mux.HandleFunc("GET /v2/network-volumes/{id}", f.getVolume)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "no such route") })
	return mux
}

// op is the kind of a call.
func op(r *http.Request, body []byte) (name, pod string) {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/v2/"), "/"), "/")
	if parts[0] != "pods" {
		return map[string]string{"catalog": "catalog", "billing": "billing", "network-volumes": "volume"}[parts[0]], ""
	}
	switch {
	case len(parts) == 1 && r.Method == http.MethodPost:
		return "create", ""
	case len(parts) == 1:
		return "list", ""
	case len(parts) == 3 && parts[2] == "logs":
		return "logs", parts[1]
	case len(parts) == 3:
		var b struct {
			Action string `json:"action"`
		}
		_ = json.Unmarshal(body, &b)
		return b.Action, parts[1]
	}
	return map[string]string{"GET": "get", "PATCH": "patch", "DELETE": "terminate"}[r.Method], parts[1]
}

// ServeHTTP answers one call of the API.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.enter() {
		panic(http.ErrAbortHandler)
	}
	defer f.running.Done()

	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil || len(body) > maxRequest {
		refuse(w, http.StatusRequestEntityTooLarge, "the body is too large")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	name, pod := op(r, body)
	f.mu.Lock()
	f.calls[name]++
	call := Call{Op: name, N: f.calls[name], Pod: pod, Body: body}
	inject, key := f.config.Fault, f.config.Key
	allowed := f.spendQuota(w.Header())
	f.mu.Unlock()

	w.Header().Set("X-Request-Id", "req-"+strings.ToLower(rand.Text()[:12]))
	answered := &noted{ResponseWriter: w}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.requests = append(f.requests, Request{
			Op: name, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: string(body), Status: answered.status,
		})
	}()
	switch {
	case key != "" && r.Header.Get("Authorization") != "Bearer "+key:
		refuse(answered, http.StatusUnauthorized, "the API key is not valid")
		return
	case r.UserAgent() == "" || strings.HasPrefix(r.UserAgent(), "Go-http-client"):
		answered.Header().Set("Content-Type", "text/plain")
		answered.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(answered, "error code: 1010")
		return
	case !allowed:
		answered.Header().Set("Retry-After", strconv.Itoa(int(f.quotaRest().Seconds())+1))
		refuse(answered, http.StatusTooManyRequests, "Rate limit exceeded")
		return
	}
	var fault Fault
	if inject != nil {
		fault = inject(call)
	}
	if !fault.fails() {
		f.routes.ServeHTTP(answered, r)
		return
	}
	if fault.After {
		f.routes.ServeHTTP(nowhere{http.Header{}}, r)
	}
	f.fail(answered, r, fault)
}

// fail answers as a fault says, or not at all.
func (f *Fake) fail(w http.ResponseWriter, r *http.Request, fault Fault) {
	if fault.Hang {
		select {
		case <-r.Context().Done():
		case <-f.ctx.Done():
		}
	}
	if fault.Hang || fault.Reset {
		panic(http.ErrAbortHandler)
	}
	if fault.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
	}
	if fault.Body == "" {
		refuse(w, fault.Status, http.StatusText(fault.Status))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(fault.Status)
	_, _ = io.WriteString(w, fault.Body)
}

// noted keeps the status of an answer.
type noted struct {
	http.ResponseWriter
	status int
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// nowhere takes an answer that nobody gets.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }

// refuse answers with a problem.
func refuse(w http.ResponseWriter, status int, detail string, list ...violation) {
	body := map[string]any{"title": http.StatusText(status), "status": status, "detail": detail}
	if len(list) > 0 {
		body["errors"] = list
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
