package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"ocr-gateway/document"
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
	// zstdWindow bounds the memory of a decoder; 8 MiB is what RFC 8878 asks every
	// decoder to support.
	zstdWindow = 8 << 20
)

// body is a request body as it comes from the wire. A read that makes no
// progress ends with a problem instead of waiting for ever.
type body struct {
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

func (s *Server) newBody(w http.ResponseWriter, r *http.Request) *body {
	return &body{
		ReadCloser: r.Body, conn: http.NewResponseController(w), idle: s.cfg.IdleTimeout,
		limit: s.bodyLimit(r), over: tooLarge(s.cfg.MaxUploadBytes), start: time.Now(), ctx: r.Context(),
	}
}

// bodyLimit is how long a body may be so that its files can be within the upload
// limit. Base64 with line breaks takes less than half as much again.
func (s *Server) bodyLimit(r *http.Request) int64 {
	limit := s.cfg.MaxUploadBytes
	if strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "json") {
		limit += limit / 2
	}
	return limit + formOverhead
}

func (b *body) Read(p []byte) (int, error) {
	earned := time.Duration(b.read/minUploadRate) * time.Second
	deadline := b.start.Add(b.idle + earned)
	if quiet := time.Now().Add(b.idle); quiet.Before(deadline) {
		deadline = quiet
	}
	b.conn.SetReadDeadline(deadline)
	if b.stopped() { // after the deadline is set: watch may have been before it
		return 0, ended(b.ctx)
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
		return n, ended(b.ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, document.Problemf(codeRequestTimeout, document.PhaseAdmission,
			"the upload stood still or was slower than %d bytes a second", minUploadRate).Retry().Because(err)
	default:
		return n, malformed("the request body ended after %d bytes, before it was complete", b.read).Because(err)
	}
}

// stopped reports whether the server has stopped waiting. A context ends for other reasons
// too, a read that failed among them.
func (b *body) stopped() bool { return errors.Is(context.Cause(b.ctx), errStopping) }

// watch has reads end when ctx does, until the function that it returns is called.
func (b *body) watch(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, b.abort)
}

// abort ends a read at once.
func (b *body) abort() { b.conn.SetReadDeadline(time.Unix(1, 0)) }

// done lifts the deadline, which would otherwise cancel the request's context.
func (b *body) done() { b.conn.SetReadDeadline(time.Time{}) }

// drain reads what a refused client still sends and says whether the body is at
// its end. Where it is not, the deadline stays and the connection must be
// closed. A client that waits for "100 Continue" has sent nothing and needs no
// reading.
func (b *body) drain(expect string) bool {
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
		b.done()
	}
	return b.eof
}

func tooLarge(limit int64) *document.Problem {
	return document.Problemf(document.CodeTooLarge, document.PhaseAdmission,
		"the upload is larger than the limit of %d bytes", limit)
}

// limitReader fails with a problem after limit bytes, unlike io.LimitReader,
// which ends quietly.
type limitReader struct {
	r       io.Reader
	left    int64
	problem *document.Problem
}

func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.problem
	}
	return n, err
}

// plain is the body without its Content-Encoding. Its size is limited after
// decompression, so a small body cannot become an endless one.
func (s *Server) plain(r *http.Request) (io.Reader, func(), error) {
	encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	limited := func(dec io.Reader) io.Reader {
		return &limitReader{decoded{dec, encoding}, s.bodyLimit(r), tooLarge(s.cfg.MaxUploadBytes)}
	}
	switch encoding {
	case "", "identity":
		return r.Body, func() {}, nil
	case "gzip", "x-gzip":
		dec, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, nil, decodingError(err, encoding)
		}
		return limited(dec), func() { dec.Close() }, nil
	case "zstd":
		dec, err := zstd.NewReader(r.Body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, nil, decodingError(err, encoding)
		}
		return limited(dec), dec.Close, nil
	default:
		return nil, nil, document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"Content-Encoding %q is not supported; send gzip, zstd or no encoding", clip(encoding))
	}
}

// decoded turns the errors of a decompressor into problems.
type decoded struct {
	r        io.Reader
	encoding string
}

func (d decoded) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = decodingError(err, d.encoding)
	}
	return n, err
}

func decodingError(err error, encoding string) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	return malformed("the request body is not valid %s", encoding).Because(err)
}
