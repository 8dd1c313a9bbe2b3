package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server/problem"
)

const (
	// minUploadRate is what a client must send on average, in bytes a second. A
	// slow line is served; one byte every few seconds only holds a place.
	minUploadRate = 1 << 10
	// formOverhead is what boundaries, part headers and options may add to the
	// files of an upload.
	formOverhead = 1 << 20
	// A refused client may send this much more, for this long, so that it sees
	// the answer: most read only after they have sent everything.
	drainBytes = 1 << 30
	drainTime  = 10 * time.Second
)

// Body is a request body as it comes from the wire. A read that makes no
// progress ends with a problem instead of waiting for ever.
type Body struct {
	io.ReadCloser
	conn  *http.ResponseController
	idle  time.Duration
	limit int64
	over  *document.Problem // what reading more than limit fails with
	start time.Time
	ctx   context.Context // of the request
	read  int64
	eof   bool
}

func (l Limits) newBody(w http.ResponseWriter, r *http.Request) *Body {
	return &Body{
		ReadCloser: r.Body, conn: http.NewResponseController(w), idle: l.Idle,
		limit: l.Body(r), over: document.TooLarge(l.Upload), start: time.Now(), ctx: r.Context(),
	}
}

// Body is how long a body may be so that its files can be within the upload
// limit. Base64 with line breaks takes less than half as much again.
func (l Limits) Body(r *http.Request) int64 {
	limit := l.Upload
	if strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "json") {
		limit += limit / 2
	}
	return limit + formOverhead
}

func (b *Body) Read(p []byte) (int, error) {
	earned := time.Duration(b.read/minUploadRate) * time.Second
	deadline := b.start.Add(b.idle + earned)
	if quiet := time.Now().Add(b.idle); quiet.Before(deadline) {
		deadline = quiet
	}
	b.conn.SetReadDeadline(deadline)
	if b.stopped() { // after the deadline is set: watch may have been before it
		return 0, document.EndProblem(context.Cause(b.ctx), "")
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.eof = errors.Is(err, io.EOF)
	switch {
	case b.read > b.limit:
		return n, b.over
	case err == nil || b.eof:
		return n, err
	case b.stopped():
		return n, document.EndProblem(context.Cause(b.ctx), "")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, document.Problemf(problem.CodeRequestTimeout, document.PhaseAdmission,
			"the upload stood still or was slower than %d bytes a second", minUploadRate).Retry().Because(err)
	default:
		return n, problem.Malformed("the request body ended after %d bytes, before it was complete", b.read).Because(err)
	}
}

// stopped reports whether the server has stopped waiting, and says why. A context ends for
// other reasons too, a read that failed among them.
func (b *Body) stopped() bool {
	_, said := errors.AsType[*document.Problem](context.Cause(b.ctx))
	return said
}

// Watch has reads end when ctx does, until the function that it returns is called.
func (b *Body) Watch(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, b.abort)
}

// abort ends a read at once.
func (b *Body) abort() { b.conn.SetReadDeadline(time.Unix(1, 0)) }

// Done lifts the deadline, which would otherwise cancel the request's context.
func (b *Body) Done() { b.conn.SetReadDeadline(time.Time{}) }

// Drain reads what a refused client still sends and says whether the body is at
// its end. Where it is not, the deadline stays and the connection must be
// closed. A client that waits for "100 Continue" has sent nothing and needs no
// reading.
func (b *Body) Drain(expect string) bool {
	if expect != "" && b.read == 0 {
		return false
	}
	if b.stopped() {
		b.abort() // net/http would read on
		return b.eof
	}
	if !b.eof {
		b.conn.SetReadDeadline(time.Now().Add(min(drainTime, b.idle)))
		_, err := io.CopyN(io.Discard, b.ReadCloser, drainBytes)
		b.eof = errors.Is(err, io.EOF)
	}
	if b.eof {
		b.Done()
	}
	return b.eof
}
