package enginetest

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// Fault is one way to fail. At most one field is used, the first that is set.
type Fault struct {
	Status     int           // an error with this status, in place of an answer
	RetryAfter string        // header, with Status
	Body       string        // with Status; empty means vLLM's error for it
	InStream   int           // status 200, and an error frame with this code after the role chunk
	AfterText  int           // the same after half of the text
	Die        bool          // the socket closes in the middle of the answer
	Reset      bool          // the socket closes before any answer
	Hang       bool          // nothing comes, until the client leaves
	Stall      bool          // half of the text comes, then nothing, until the client leaves
	Delay      time.Duration // the answer comes later by this; no fault, may stand beside the others
}

// Every makes every nth request fail with f.
func Every(n int, f Fault) func(Request) Fault {
	return func(q Request) Fault {
		if n > 0 && q.N%n == 0 {
			return f
		}
		return Fault{}
	}
}

// First makes the first n requests fail with f.
func First(n int, f Fault) func(Request) Fault {
	return func(q Request) Fault {
		if q.N <= n {
			return f
		}
		return Fault{}
	}
}

func messageFor(status int) string {
	switch status {
	case http.StatusServiceUnavailable:
		return "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance."
	case http.StatusInternalServerError:
		return "EngineCore encountered an issue. See stack trace (above) for the root cause."
	case http.StatusBadRequest:
		return "Failed to load image: cannot identify image file <_io.BytesIO object>"
	}
	return http.StatusText(status)
}

// CacheExceeded is the body with which older servers refuse an image of more
// tokens than cache.
func CacheExceeded(tokens, cache int) string {
	return fmt.Sprintf(`{"error":{"message":"The decoder prompt contains a(n) image item with length %d, which exceeds the pre-allocated encoder cache size %d. Please reduce the input size.","type":"BadRequestError","param":null,"code":400}}`, tokens, cache)
}

func sendError(w http.ResponseWriter, status int, message string) {
	sendJSON(w, status, fmt.Sprintf(`{"error":{"message":%q,"type":%q,"param":null,"code":%d}}`, message, http.StatusText(status), status))
}

func sendJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the client may be gone
}

// closeSocket ends the connection without ending the answer.
func closeSocket(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}
