package server

import (
	"net"
	"net/http"
	"sync"
)

// unused are the connections on which no request has come yet, as browsers and clients
// open in advance. http.Server.Shutdown would wait five seconds for each.
type unused struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// watch is an http.Server's ConnState.
func (u *unused) watch(c net.Conn, state http.ConnState) {
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

func (u *unused) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for c := range u.conns {
		c.Close()
	}
}
