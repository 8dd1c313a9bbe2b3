package vllm

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// status is what a look at a server found.
type status struct {
	state       string // see the constants of Health
	detail      string
	cause       error // of a state without an answer, for the log; without addresses that may hold secrets
	version     string
	modelLength int       // tokens of prompt and answer; 0 when the server does not tell
	id, root    string    // of the model: the name that it is served by, and what was loaded
	selection   selection // how that model is asked
}

func (s status) ready() bool { return s.state == stateReady }

// detectsRepetitions is true from vLLM 0.17.1 on.
func (s status) detectsRepetitions() bool { return atLeast(s.version, 0, 17, 1) }

// check asks whether the server is up and serves the model. /health alone stays
// good while the model or the key is wrong; routers in front of servers have none, or ask
// for a key there and then try every model behind them. So it is asked without the key,
// and only its word that the server is not ready counts.
func (e *endpoint) check(ctx context.Context, model string, limit time.Duration) (s status, timedOut bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	code, _, err := e.get(ctx, "/health", withoutKey)
	switch {
	case err != nil:
		return e.unreachable(ctx, err, limit), ctx.Err() != nil
	case notNow(code):
		return status{state: stateLoading, detail: fmt.Sprintf("its health check says %d", code)}, false
	}
	code, body, err := e.get(ctx, "/v1/models", withKey)
	switch {
	case err != nil:
		return e.unreachable(ctx, err, limit), ctx.Err() != nil
	case notNow(code):
		return status{state: stateLoading, detail: fmt.Sprintf("its list of models says %d", code)}, false
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return status{state: stateUnauthorized, detail: e.keyDetail(code)}, false
	case code != http.StatusOK:
		return status{state: stateWrongURL, detail: e.urlDetail(code, body)}, false
	}
	s = serves(body, model)
	if s.ready() {
		s.version = e.version(ctx)
	}
	return s, false
}

// notNow reports whether a status says that the server cannot answer at present.
func notNow(code int) bool {
	return code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
}

// serves looks for the model in a list of models.
func serves(list []byte, model string) status {
	var l struct {
		Models []struct {
			ID          string `json:"id"`
			Root        string `json:"root"`          // vLLM's own, as below
			MaxModelLen int    `json:"max_model_len"` // vLLM's own field, which go-openai drops
		} `json:"data"`
	}
	if err := json.Unmarshal(list, &l); err != nil {
		return status{state: stateWrongURL, detail: "its list of models cannot be read: check that its url leads to a model server"}
	}
	for _, m := range l.Models {
		if m.ID == model {
			return status{state: stateReady, modelLength: max(0, m.MaxModelLen), id: m.ID, root: clip(m.Root)}
		}
	}
	return status{state: stateWrongModel, detail: fmt.Sprintf("it does not serve the model %q", model)}
}

// keyDetail says what is wrong with the key.
func (e *endpoint) keyDetail(code int) string {
	if e.key.get() == "" {
		return fmt.Sprintf("it asks for an API key (status %d) and there is none: set api_key_file", code)
	}
	return fmt.Sprintf("it refuses the API key (status %d): check api_key_file", code)
}

// urlDetail says what is wrong with the url of something that answers, but not as a model
// server.
func (e *endpoint) urlDetail(code int, body []byte) string {
	switch {
	case code == http.StatusBadRequest && e.plain() && (strings.Contains(string(body), "HTTPS") || strings.Contains(string(body), "SSL")):
		return speaksTLSDetail // Go's, nginx's and Apache's words for plain HTTP
	case code >= 300 && code < 400:
		return fmt.Sprintf("its url leads on to another address (status %d): write that one", code)
	}
	return fmt.Sprintf("it has no list of models (status %d): check its url", code)
}

// version is empty where the server, or a router before it, does not tell.
func (e *endpoint) version(ctx context.Context) string {
	code, body, err := e.get(ctx, "/version", withKey)
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

// Whether a look shows the endpoint's key.
const (
	withKey    = true
	withoutKey = false
)

func (e *endpoint) get(ctx context.Context, path string, key bool) (code int, body []byte, err error) {
	req, err := e.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return 0, nil, err
	}
	if !key {
		req.Header.Del("Authorization")
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
