package chat

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

// Kind is what a failed attempt means for the next one.
type Kind int

// The kinds.
const (
	Refused       Kind = iota // the request is at fault: repeated, it fails again
	Misconfigured             // key, model name or address are wrong: an operator must act
	Busy                      // the server has no room now
	Rekeyed                   // the server refuses a key whose file may be about to change
	Broken                    // the server or the way to it failed
	Oversized                 // the image has more tokens than the server's encoder cache
	Withheld                  // the answer lacks text, see Answer.Unread; the same server would answer the same again
	Swapped                   // the servers now serve another model than the one that the region was encoded for
	Empty                     // the answer has no text, see Answer.Unread; the cause is unknown
)

func (k Kind) String() string {
	return [...]string{"refused", "misconfigured", "busy", "rekeyed", "broken", "oversized", "withheld", "swapped", "empty"}[k]
}

// Fault is a failed attempt.
type Fault struct {
	Kind   Kind
	Status int           // HTTP, also of an error inside a 200 stream; 0 when none came
	Wait   time.Duration // the server's Retry-After; 0 when it named none
	Tokens int           // of Oversized: the cache's size, 0 when not said
	Detail string        // for people
	Cause  error
}

func (f *Fault) Error() string {
	if f.Cause != nil {
		return f.Detail + ": " + f.Cause.Error()
	}
	return f.Detail
}

func (f *Fault) Unwrap() error { return f.Cause }

// Problem returns the fault as the problem that ends the region.
func (f *Fault) Problem() *document.Problem {
	p := document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "%s", f.Detail).Because(f)
	switch f.Kind {
	case Busy, Rekeyed, Broken, Empty, Swapped:
		return p.Retry()
	}
	return p
}

// retryAfterMax limits how long a server may ask to wait.
const retryAfterMax = 30 * time.Second

// StatusFault reads an error answer. body may be cut off, or anything.
func StatusFault(status int, header http.Header, body []byte) *Fault {
	f := parseFault(status, body)
	f.Wait = retryAfter(header.Get("Retry-After"))
	return f
}

// retryAfter reads seconds or a date; 0 if the value is neither or in the past.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), int(retryAfterMax.Seconds()))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(at), 0), retryAfterMax)
	}
	return 0
}

// parseFault classifies an error body. For an error inside a 200 stream the code in the body replaces the
// status.
func parseFault(status int, body []byte) *Fault {
	message, code := errorMessage(body)
	if status == http.StatusOK {
		status = http.StatusInternalServerError
		if code >= 400 && code <= 599 {
			status = code
		}
	}
	f := &Fault{Status: status, Cause: errors.New(message)}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.Kind, f.Detail = Misconfigured, "the model server refuses the API key: check the endpoint's api_key"
	case status == http.StatusNotFound && strings.Contains(message, "does not exist"):
		f.Kind, f.Detail = Misconfigured, "the model server does not serve the model that vllm.model names"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status < 400:
		f.Kind, f.Detail = Misconfigured, fmt.Sprintf("there is no chat completion service at the model server's address (status %d): check the endpoint's url", status)
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		f.Kind, f.Detail = Busy, fmt.Sprintf("the model server is overloaded (status %d): try again later", status)
	case status == http.StatusRequestTimeout:
		f.Kind, f.Detail = Broken, "the model server gave up the request (status 408): try again later"
	case status >= 500:
		f.Kind, f.Detail = Broken, fmt.Sprintf("the model server failed (status %d): try again later", status)
	case status == http.StatusBadRequest && strings.Contains(message, cacheExceeded):
		f.Kind, f.Tokens = Oversized, numberAfter(message, "encoder cache size")
		f.Detail = "the image is larger than the model server's encoder cache: start the server with a larger --max-num-batched-tokens"
	default:
		f.Kind, f.Detail = Refused, fmt.Sprintf("the model server refused the request (status %d)", status)
	}
	return f
}

// cacheExceeded is how vLLM before 0.17.1 refuses an image that its encoder cache cannot hold.
const cacheExceeded = "exceeds the pre-allocated encoder cache"

// maxMessage limits how much of a server's message is logged.
const maxMessage = 500

// errorMessage reads the known forms of errors: {"error":{"message","code"}}, {"error":"Unauthorized"},
// {"detail":"Not Found"}, and anything else as text.
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

// numberAfter finds the number after words; 0 if there is none.
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
