package vllm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"ocr-gateway/document"
)

// kind is what a failed attempt means for the next one.
type kind int

const (
	refused       kind = iota // the request is at fault: the same again fails again
	misconfigured             // key, model name or address are wrong: an operator must act
	busy                      // the server has no room now
	rekeyed                   // the server refuses a key whose file may be about to change
	broken                    // the server or the way to it failed
	oversized                 // the image has more tokens than the server's encoder cache
	withheld                  // the answer lacks text, see answer.unread; the same server answers the same again
	swapped                   // the servers serve another model than the one that the region was encoded for
	empty                     // the answer has no text, see answer.unread; nobody knows why
)

// fault is a failed attempt.
type fault struct {
	kind   kind
	status int           // HTTP, also of an error inside a 200 stream; 0 when none came
	wait   time.Duration // the server's Retry-After; 0 when it named none
	tokens int           // of oversized: the cache's size, 0 when not said
	detail string        // for people
	cause  error
}

func (f *fault) Error() string {
	if f.cause != nil {
		return f.detail + ": " + f.cause.Error()
	}
	return f.detail
}

func (f *fault) Unwrap() error { return f.cause }

// problem is the fault as the region's end.
func (f *fault) problem() *document.Problem {
	p := document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "%s", f.detail).Because(f)
	switch f.kind {
	case busy, rekeyed, broken, empty, swapped:
		return p.Retry()
	}
	return p
}

// retryAfterMax caps what a server may ask for.
const retryAfterMax = 30 * time.Second

// statusFault reads an answer that is an error. body may be cut or anything.
func statusFault(status int, header http.Header, body []byte) *fault {
	f := parseFault(status, body)
	f.wait = retryAfter(header.Get("Retry-After"))
	return f
}

// retryAfter reads seconds or a date; 0 when the value is neither or is past.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), int(retryAfterMax.Seconds()))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(at), 0), retryAfterMax)
	}
	return 0
}

// parseFault classifies an error body. For an error inside a 200 stream the
// body's own code takes the status' place.
func parseFault(status int, body []byte) *fault {
	message, code := errorMessage(body)
	if status == http.StatusOK {
		status = http.StatusInternalServerError
		if code >= 400 && code <= 599 {
			status = code
		}
	}
	f := &fault{status: status, cause: errors.New(message)}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.kind, f.detail = misconfigured, "the model server refuses the API key: check the endpoint's api_key"
	case status == http.StatusNotFound && strings.Contains(message, "does not exist"):
		f.kind, f.detail = misconfigured, "the model server does not serve the model that vllm.model names"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status < 400:
		f.kind, f.detail = misconfigured, fmt.Sprintf("there is no chat completion service at the model server's address (status %d): check the endpoint's url", status)
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		f.kind, f.detail = busy, fmt.Sprintf("the model server is overloaded (status %d): try again later", status)
	case status == http.StatusRequestTimeout:
		f.kind, f.detail = broken, "the model server gave up the request (status 408): try again later"
	case status >= 500:
		f.kind, f.detail = broken, fmt.Sprintf("the model server failed (status %d): try again later", status)
	case status == http.StatusBadRequest && strings.Contains(message, cacheExceeded):
		f.kind, f.tokens = oversized, numberAfter(message, "encoder cache size")
		f.detail = "the image is larger than the model server's encoder cache: start the server with a larger --max-num-batched-tokens"
	default:
		f.kind, f.detail = refused, fmt.Sprintf("the model server refused the request (status %d)", status)
	}
	return f
}

// cacheExceeded is how vLLM before 0.17.1 refuses an image that its encoder cache cannot hold.
const cacheExceeded = "exceeds the pre-allocated encoder cache"

// maxMessage bounds what of a server's message goes to the log.
const maxMessage = 500

// errorMessage reads the shapes of errors: {"error":{"message","code"}},
// {"error":"Unauthorized"}, {"detail":"Not Found"}, and anything else as text.
func errorMessage(body []byte) (message string, code int) {
	var shape struct {
		Error  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &shape) == nil {
		var api openai.APIError
		var text string
		switch {
		case json.Unmarshal(shape.Error, &text) == nil && text != "":
			return clip(text), 0
		case json.Unmarshal(shape.Error, &api) == nil && api.Message != "":
			code, _ = api.Code.(int)
			return clip(api.Message), code
		case json.Unmarshal(shape.Detail, &text) == nil && text != "":
			return clip(text), 0
		}
	}
	return clip(strings.TrimSpace(string(body))), 0
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "…"
	}
	return s
}

// numberAfter finds the number that follows words; 0 when there is none.
func numberAfter(s, words string) int {
	_, rest, _ := strings.Cut(s, words)
	rest = strings.TrimLeft(rest, " :=")
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		rest = rest[:end]
	}
	n, _ := strconv.Atoi(rest)
	return n
}
