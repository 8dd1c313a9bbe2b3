package vllm

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// endpoint is one server with what we know about it.
type endpoint struct {
	Endpoint
	client *http.Client // reuses connections
	fresh  *http.Client // opens one for each request
	look   chan struct{}

	// Guarded by the pool's mutex.
	status   status
	inFlight int
	breaker  breaker
	lastTurn uint64
	gone     context.Context // ends when the server is found to be gone, see pool.gone
	giveUp   context.CancelFunc
	restsTo  time.Time   // it asked for no request until then
	wake     *time.Timer // ends the rest
}

// keepAlive is below the 5 s after which vLLM closes an idle connection, so that
// requests do not run into the closing.
const keepAlive = 4 * time.Second

func newEndpoint(e Endpoint) *endpoint {
	transport := func(alive bool) *http.Transport {
		return &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			// A dialer of our own also keeps to HTTP/1.1, where a cancelled request
			// closes its socket: that is what stops the server's work.
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			IdleConnTimeout:        keepAlive,
			MaxIdleConnsPerHost:    e.MaxInFlight,
			MaxResponseHeaderBytes: 64 << 10,
			WriteBufferSize:        32 << 10,
			DisableCompression:     true,
			DisableKeepAlives:      !alive,
		}
	}
	// The key must not follow a redirect to somewhere else.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &endpoint{
		Endpoint: e,
		client:   &http.Client{Transport: transport(true), CheckRedirect: stay},
		fresh:    &http.Client{Transport: transport(false), CheckRedirect: stay},
		look:     make(chan struct{}, 1),
		status:   status{state: "checking", detail: "it is being checked"},
	}
}

func (e *endpoint) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, e.URL+path, body)
	if err != nil {
		return nil, err
	}
	if e.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+e.APIKey)
	}
	return req, nil
}

// status is what a look at a server found.
type status struct {
	state       string // "ready" or why not, see Health
	detail      string
	version     string
	modelLength int // tokens of prompt and answer; 0 when the server does not tell
}

func (s status) ready() bool { return s.state == "ready" }

// detectsRepetitions is true from vLLM 0.17.1 on.
func (s status) detectsRepetitions() bool { return atLeast(s.version, 0, 17, 1) }

// patience is how many looks in a row must agree before a server that was ready
// counts as down because it is slow (a starved server answers its health check late and
// its requests all the same), or as gone because it refuses connections.
const patience = 3

// watch looks at the endpoint until ctx ends: at each interval, and at once after
// a request failed.
func (e *endpoint) watch(ctx context.Context, p *pool, model string, interval time.Duration, log *slog.Logger) {
	slow, absent := 0, 0
	var last status
	for {
		s, timedOut := e.check(ctx, model, max(interval, 5*time.Second))
		if ctx.Err() != nil {
			return
		}
		slow = inRow(slow, timedOut)
		if timedOut && last.ready() && slow < patience {
			s = last
		}
		absent = inRow(absent, s.state == "unreachable" && !timedOut)
		if absent == patience {
			p.lost(e)
		}
		if s.state != last.state {
			log.InfoContext(ctx, "model server changed", "endpoint", e.Name, "state", s.state, "detail", s.detail, "version", s.version)
		}
		last = s
		p.report(e, s)
		select {
		case <-ctx.Done():
			return
		case <-e.look:
		case <-time.After(interval):
		}
	}
}

func inRow(n int, again bool) int {
	if again {
		return n + 1
	}
	return 0
}

// lookSoon asks for a look at the endpoint now.
func (e *endpoint) lookSoon() {
	select {
	case e.look <- struct{}{}:
	default:
	}
}

// check asks whether the server is up and serves the model. /health alone stays
// good while the model or the key is wrong.
func (e *endpoint) check(ctx context.Context, model string, limit time.Duration) (s status, timedOut bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	code, _, err := e.get(ctx, "/health")
	switch {
	case err != nil:
		return status{state: "unreachable", detail: "it cannot be reached"}, ctx.Err() != nil
	case code != http.StatusOK:
		return status{state: "loading", detail: fmt.Sprintf("its health check says %d", code)}, false
	}
	code, body, err := e.get(ctx, "/v1/models")
	switch {
	case err != nil:
		return status{state: "unreachable", detail: "its list of models cannot be read"}, ctx.Err() != nil
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return status{state: "unauthorized", detail: "it refuses the API key"}, false
	case code != http.StatusOK:
		return status{state: "loading", detail: fmt.Sprintf("its list of models says %d", code)}, false
	}
	var list struct {
		Models []struct {
			ID          string `json:"id"`
			MaxModelLen int    `json:"max_model_len"` // vLLM's own field, which go-openai drops
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return status{state: "unreachable", detail: "its list of models cannot be read"}, false
	}
	for _, m := range list.Models {
		if m.ID == model {
			return status{state: "ready", version: e.version(ctx), modelLength: max(0, m.MaxModelLen)}, false
		}
	}
	return status{state: "wrong_model", detail: fmt.Sprintf("it does not serve the model %q", model)}, false
}

// version is empty where the server, or a router before it, does not tell.
func (e *endpoint) version(ctx context.Context) string {
	code, body, err := e.get(ctx, "/version")
	var v struct {
		Version string `json:"version"`
	}
	if err != nil || code != http.StatusOK || json.Unmarshal(body, &v) != nil {
		return ""
	}
	return clip(v.Version)
}

// maxListing bounds the answers to looks.
const maxListing = 1 << 20

func (e *endpoint) get(ctx context.Context, path string) (code int, body []byte, err error) {
	req, err := e.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return 0, nil, err
	}
	// Over a kept connection a server that no longer listens would look well.
	resp, err := e.fresh.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxListing))
	return resp.StatusCode, body, err
}

// atLeast compares a version such as 0.17.1rc2+cu129 by its first three numbers;
// a text that is no version is older than everything.
func atLeast(version string, want ...int) bool {
	parts := strings.SplitN(version, ".", 4)
	for i, w := range want {
		if i >= len(parts) {
			return false
		}
		digits := parts[i]
		if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			digits = digits[:end]
		}
		n, err := strconv.Atoi(digits)
		switch {
		case err != nil || n < w:
			return false
		case n > w:
			return true
		}
	}
	return true
}

func (e *endpoint) close() {
	if e.wake != nil {
		e.wake.Stop()
	}
	e.client.CloseIdleConnections()
	e.fresh.CloseIdleConnections()
}
