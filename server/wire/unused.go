package wire

import (
	"net"
	"net/http"
	"sync"
)

// Unused are the connections on which no request has come yet, as browsers and clients
// open in advance. http.Server.Shutdown would wait five seconds for each.
type Unused struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// Watch is an http.Server's ConnState.
func (u *Unused) Watch(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if state != http.StateNew {
		delete(u.conns, c)
		return
	}
	if u.conns == nil {
		u.conns = map[net.Conn]struct{}{}
	}
	u.conns[c] = struct{}{}
}

// Close closes them.
func (u *Unused) Close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for c := range u.conns {
		c.Close()
	}
}
