// Package wire guards connections: clients that stand still while they send or read,
// bodies that are too long or become so when they are decompressed, and more connections
// than there are file descriptors for.
package wire

import (
	"net/http"
	"time"
)

// writeChunk is how much is written under one deadline, so that a slow reader of
// a large answer is told from one that has stopped reading.
const writeChunk = 64 << 10

// Limits are what a client may send, and how long it may stand still.
type Limits struct {
	Upload int64         // bytes of a request's files, after decompression
	Idle   time.Duration // without a byte sent or read
}

// Guard guards both directions of every connection against clients that stand still:
// reads through a Body, which the handler finds as the request's body, writes through a
// deadlineWriter.
func (l Limits) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		dw := &deadlineWriter{w, http.NewResponseController(w), l.Idle}
		body := l.newBody(w, r)
		r = r.WithContext(r.Context()) // a copy: net/http looks at its own request's Body
		r.Body = body
		defer dw.extend() // for what net/http still holds in its buffer
		next.ServeHTTP(dw, r)
	})
}

// deadlineWriter gives every write idle time to make progress.
type deadlineWriter struct {
	http.ResponseWriter
	conn *http.ResponseController
	idle time.Duration
}

func (w *deadlineWriter) extend() { w.conn.SetWriteDeadline(time.Now().Add(w.idle)) }

func (w *deadlineWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *deadlineWriter) Write(p []byte) (int, error) {
	written := 0
	for {
		chunk := p[written:min(len(p), written+writeChunk)]
		w.extend()
		n, err := w.ResponseWriter.Write(chunk)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// FlushError is what http.ResponseController looks for.
func (w *deadlineWriter) FlushError() error {
	w.extend()
	return w.conn.Flush()
}

// Flush is what the compressor looks for.
func (w *deadlineWriter) Flush() { _ = w.FlushError() }

func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
