package sshhost

import (
	"net"
	"sync/atomic"
	"time"
)

// pulse is a connection that knows when it last heard from its peer. That is the
// sign of life, and not the answer to a question: behind a long upload on a slow
// line a question waits its turn, while the upload's acknowledgements come in.
type pulse struct {
	net.Conn
	opened time.Time
	heard  atomic.Int64 // time since opened, which a sleeping laptop does not advance
}

func newPulse(conn net.Conn) *pulse { return &pulse{Conn: conn, opened: time.Now()} }

func (p *pulse) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if n > 0 {
		p.heard.Store(int64(time.Since(p.opened)))
	}
	return n, err
}

func (p *pulse) silence() time.Duration {
	return time.Since(p.opened) - time.Duration(p.heard.Load())
}
