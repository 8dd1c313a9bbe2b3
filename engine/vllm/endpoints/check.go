package endpoints

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/internal/clip"
)

// Status is the result of checking a server.
type Status struct {
	State       string // see the constants of Health
	Detail      string
	ModelLength int    // tokens of prompt and answer; 0 if the server does not tell
	ID, Root    string // of the model: the name under which it is served, and what was loaded

	cause   error // why there was no answer, for the log; without addresses that may contain secrets
	version string
}

// Ready reports whether the server may get work.
func (s Status) Ready() bool { return s.State == stateReady }

// WrongModel is the status of a server with a model that is not wanted.
func WrongModel(detail string) Status { return Status{State: stateWrongModel, Detail: detail} }

// DetectsRepetitions is true from vLLM 0.17.1 on.
func (s Status) DetectsRepetitions() bool { return atLeast(s.version, 0, 17, 1) }

// check asks whether the server is up and serves the model. /health alone stays good while the model or the
// key is wrong; routers have none, or require a key for it and then try every model behind them. So it is
// requested without the key, and only its answer that the server is not ready counts.
func (e *Server) check(ctx context.Context, model string, limit time.Duration) (s Status, timedOut bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	code, _, err := e.get(ctx, "/health", withoutKey)
	switch {
	case err != nil:
		return e.unreachable(ctx, err, limit), ctx.Err() != nil
	case notNow(code):
		return Status{State: stateLoading, Detail: fmt.Sprintf("its health check says %d", code)}, false
	}
	code, body, err := e.get(ctx, "/v1/models", withKey)
	switch {
	case err != nil:
		return e.unreachable(ctx, err, limit), ctx.Err() != nil
	case notNow(code):
		return Status{State: stateLoading, Detail: fmt.Sprintf("its list of models says %d", code)}, false
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return Status{State: stateUnauthorized, Detail: e.keyDetail(code)}, false
	case code != http.StatusOK:
		return Status{State: stateWrongURL, Detail: e.urlDetail(code, body)}, false
	}
	s = serves(body, model)
	if s.Ready() {
		s.version = e.version(ctx)
	}
	return s, false
}

// maxRoot is how many characters of a model's root are read.
const maxRoot = 500

// notNow reports whether a status means that the server cannot answer at present.
func notNow(code int) bool {
	return code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
}

// serves looks for the model in a list of models.
func serves(list []byte, model string) Status {
	var l struct {
		Models []struct {
			ID          string `json:"id"`
			Root        string `json:"root"`          // vLLM's own, as below
			MaxModelLen int    `json:"max_model_len"` // vLLM's own field, which go-openai drops
		} `json:"data"`
	}
	if err := json.Unmarshal(list, &l); err != nil {
		return Status{State: stateWrongURL, Detail: "its list of models cannot be read: check that its url leads to a model server"}
	}
	for _, m := range l.Models {
		if m.ID == model {
			return Status{State: stateReady, ModelLength: max(0, m.MaxModelLen), ID: m.ID, Root: clip.To(m.Root, maxRoot)}
		}
	}
	return Status{State: stateWrongModel, Detail: fmt.Sprintf("it does not serve the model %q", model)}
}

// keyDetail says what is wrong with the key.
func (e *Server) keyDetail(code int) string {
	if e.key.get() == "" {
		return fmt.Sprintf("it asks for an API key (status %d) and there is none: set api_key_file", code)
	}
	return fmt.Sprintf("it refuses the API key (status %d): check api_key_file", code)
}

// urlDetail says what is wrong with the URL of something that answers, but not as a model server.
func (e *Server) urlDetail(code int, body []byte) string {
	switch {
	case code == http.StatusBadRequest && e.withoutTLS() && (strings.Contains(string(body), "HTTPS") || strings.Contains(string(body), "SSL")):
		return speaksTLSDetail // Go's, nginx's and Apache's words for plain HTTP
	case code >= 300 && code < 400:
		return fmt.Sprintf("its url leads on to another address (status %d): write that one", code)
	}
	return fmt.Sprintf("it has no list of models (status %d): check its url", code)
}

// version returns the server's version; empty if the server, or a router before it, does not tell.
func (e *Server) version(ctx context.Context) string {
	code, body, err := e.get(ctx, "/version", withKey)
	var v struct {
		Version string `json:"version"`
	}
	if err != nil || code != http.StatusOK || json.Unmarshal(body, &v) != nil {
		return ""
	}
	return clip.Text(v.Version)
}

// maxListing limits the answers to checks.
const maxListing = 1 << 20

// Whether a check sends the endpoint's key.
const (
	withKey    = true
	withoutKey = false
)

func (e *Server) get(ctx context.Context, path string, key bool) (code int, body []byte, err error) {
	req, err := e.Request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return 0, nil, err
	}
	if !key {
		req.Header.Del("Authorization")
	}
	// Over a kept connection a server that no longer listens would seem healthy.
	resp, err := e.fresh.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxListing))
	return resp.StatusCode, body, err
}

// atLeast compares a version such as 0.17.1rc2+cu129 by its first three numbers; a text that is not a version
// is older than everything.
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
