package server

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

// A client that closes its sending half after the request (shutdown(SHUT_WR), as many
// HTTP/1.0 style clients do) waits for the answer; one that closes its connection
// does not. Both look the same: the end of what it sends. Only an answer to something
// that is sent tells them apart, for a closed connection resets. So what the answer is
// certain to begin with is sent ahead of it, a byte at a time: the client gets the same
// bytes, some of them sooner.

// answerStart is how every answer begins, whatever its status and version.
const answerStart = "HTTP/1."

const (
	// Time between looks for a reset after a client has stopped sending. A look is one
	// system call.
	lookEvery = 20 * time.Millisecond
	// The second probe comes so long after the first, and each later one probeFactor
	// times as long after its last: seven reach over the default request_timeout,
	// and what left unheard has waited no less than a quarter of the time for which its
	// work goes on.
	probeEvery  = time.Second
	probeFactor = 4
)

// errLeft is the cause of contexts that end because the client is gone.
var errLeft = errors.New("the client has closed the connection")

// connListener makes each accepted connection one that can be probed.
type connListener struct{ net.Listener }

func (l connListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp}, nil
	}
	return c, err
}

// connKey is where the context of a request has its *conn.
type connKey struct{}

// withConn is an http.Server's ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		c.work = ctx
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// conn is a connection over which the start of an answer can be sent ahead of it.
type conn struct {
	*net.TCPConn
	work context.Context // of everything that the server does

	mu       sync.Mutex
	answered bool // the head of the answer has been written, if not yet sent
	ahead    int  // bytes of answerStart that the client has and the answer has not yet

	probing sync.Mutex
	probe   func() // see streams; nil without
}

// connOf is the connection of a request; nil where it came in another way.
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

// streams has the connection probed with probe while an answer is written bit by bit,
// until the function that it returns has returned. probe sends something without
// meaning in it, and nothing before its head.
func (c *conn) streams(probe func()) (end func()) {
	if c == nil {
		return func() {}
	}
	set := func(probe func()) {
		c.probing.Lock()
		defer c.probing.Unlock()
		c.probe = probe
	}
	set(probe)
	return func() { set(nil) }
}

// Write leaves out what the client has of an answer.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	skip := min(c.ahead, len(p))
	c.ahead -= skip
	c.mu.Unlock()
	n, err := c.TCPConn.Write(p[skip:])
	return n + skip, err
}

// ReadFrom has the bytes go through Write.
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

// reset reports whether the client has closed both halves, as far as is known. Where
// poll takes one half for both, as on macOS, so does it.
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

// awaitReset looks, after the client has stopped sending, until it is gone or ctx ends,
// and reports whether it is gone.
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

// withPresence has a request's context end when its client is gone, and not when it has
// only stopped sending.
func (s *Server) withPresence(next http.Handler) http.Handler {
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
				cancel(errLeft)
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
