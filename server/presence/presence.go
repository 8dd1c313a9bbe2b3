// Package presence tells whether the client of a request is still there.
//
// A client that closes its sending half after the request (shutdown(SHUT_WR), as many
// HTTP/1.0 style clients do) waits for the answer; one that closes its connection does
// not. Both look the same: the end of what it sends. Only an answer to something that is
// sent tells them apart, because a closed connection resets. So what the answer is certain
// to begin with is sent ahead of it, a byte at a time: the client gets the same bytes, some
// of them sooner.
package presence

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// answerStart is how every answer begins, whatever its status and version.
const answerStart = "HTTP/1."

const (
	// Time between looks for a reset after a client has stopped sending. A look is one
	// system call.
	lookEvery = 20 * time.Millisecond
	// Time between the first two probes; each later pause is probeFactor times the one
	// before. Seven probes cover the default request_timeout, and work goes on after its
	// client has left for at most four times as long as the client had waited.
	probeEvery  = time.Second
	probeFactor = 4
)

// errGone is the cause of contexts that end because the client is gone.
var errGone = errors.New("the client has closed the connection")

// Listener accepts connections that can be probed.
type Listener struct{ net.Listener }

// Accept waits for the next connection.
func (l Listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp}, nil
	}
	return c, err
}

// connKey is where the context of a request has its *conn.
type connKey struct{}

// ConnContext belongs into an http.Server, together with a Listener.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		c.work = ctx
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// conn is a connection over which the start of an answer can be sent ahead of it.
type conn struct {
	*net.TCPConn
	work context.Context // of all work of the server

	mu       sync.Mutex
	answered bool // the head of the answer has been written, if not yet sent
	ahead    int  // bytes of answerStart that the client has and the answer has not yet

	probing sync.Mutex
	probe   func() // see Probe; nil without
}

// connOf returns the connection of a request, nil when it came without a Listener.
func connOf(ctx context.Context) *conn {
	c, _ := ctx.Value(connKey{}).(*conn)
	return c
}

// begin is called before each request.
func (c *conn) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered, c.ahead = false, 0
}

// answers notes that the head of the answer was written.
func (c *conn) answers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = true
}

// Probe has the connection of a request probed with probe while its answer is written bit
// by bit, until end has returned. probe sends something without meaning in the answer, and
// nothing before its head.
func Probe(ctx context.Context, probe func()) (end func()) {
	c := connOf(ctx)
	if c == nil {
		return func() {}
	}
	c.setProbe(probe)
	return func() { c.setProbe(nil) }
}

func (c *conn) setProbe(probe func()) {
	c.probing.Lock()
	defer c.probing.Unlock()
	c.probe = probe
}

// Write leaves out what the client already has of an answer.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	skip := min(c.ahead, len(p))
	c.ahead -= skip
	c.mu.Unlock()
	n, err := c.TCPConn.Write(p[skip:])
	return n + skip, err
}

// ReadFrom sends the bytes through Write.
func (c *conn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{c}, r) }

// send sends something that a closed connection answers with a reset.
func (c *conn) send() {
	c.sendStart()
	c.probing.Lock()
	defer c.probing.Unlock()
	if c.probe != nil {
		c.probe()
	}
}

// sendStart sends the next byte of the answer that has not begun.
func (c *conn) sendStart() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answered || c.ahead == len(answerStart) {
		return
	}
	c.SetWriteDeadline(time.Now().Add(probeEvery))        // that of the last answer may be over
	n, _ := c.TCPConn.Write([]byte{answerStart[c.ahead]}) // an error is seen as a reset
	c.ahead += n
}

// reset reports whether the client has closed both halves, as far as is known. On systems
// whose poll takes one half for both, such as macOS, one half is enough.
func (c *conn) reset() bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return true
	}
	fds := []unix.PollFd{{}}
	if raw.Control(func(fd uintptr) {
		fds[0].Fd = int32(fd)
		_, err = unix.Poll(fds, 0)
	}) != nil {
		return true // closed on this side
	}
	return err == nil && fds[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0
}

// awaitReset waits, after the client has stopped sending, until it is gone or ctx ends, and
// reports whether it is gone.
func (c *conn) awaitReset(ctx context.Context) bool {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	next, pause := time.Now(), probeEvery
	for {
		if c.reset() {
			return true
		}
		if !time.Now().Before(next) {
			c.send()
			next = time.Now().Add(pause)
			pause *= probeFactor
		}
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
	}
}

// Watch ends a request's context when its client is gone, and not when it has only stopped
// sending.
func Watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := connOf(r.Context())
		if c == nil {
			next.ServeHTTP(w, r)
			return
		}
		c.begin()
		ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
		defer context.AfterFunc(c.work, func() { cancel(context.Cause(c.work)) })()
		watched := make(chan struct{})
		unwatch := context.AfterFunc(r.Context(), func() {
			defer close(watched)
			if c.work.Err() == nil && c.awaitReset(ctx) {
				cancel(errGone)
			}
		})
		defer func() {
			cancel(nil)
			if !unwatch() {
				<-watched
			}
		}()
		next.ServeHTTP(headWriter{w, c}, r.WithContext(ctx))
	})
}

// headWriter tells its connection when an answer begins.
type headWriter struct {
	http.ResponseWriter
	conn *conn
}

func (w headWriter) WriteHeader(status int) {
	w.conn.answers()
	w.ResponseWriter.WriteHeader(status)
}

func (w headWriter) Write(p []byte) (int, error) {
	w.conn.answers()
	return w.ResponseWriter.Write(p)
}

func (w headWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
