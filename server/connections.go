package server

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ocr-gateway/document"
)

// reserved is how many file descriptors are kept for work, where half of the process's are
// no fewer: uploads on disk, documents, rendering processes, connections to model servers.
const reserved = 1024

// maxConnections is how many clients may be connected.
func maxConnections() int {
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) != nil {
		return reserved
	}
	const most = 1 << 20 // "unlimited" is more than an int on some machines
	n := int(min(files.Cur, most))
	return max(n-reserved, n/2)
}

// connections is a listener that leaves descriptors for work. A connection too many takes
// the place of an idle one, of the address that has most of those the one idle for longest:
// whoever holds many costs nobody else theirs. Where none is idle, it is told so and closed.
type connections struct {
	net.Listener
	most   int
	refuse prometheus.Counter

	mu   sync.Mutex
	open map[net.Conn]*connection
	idle map[string]int // by address
}

// connection is one of a client that stands at an address, whatever its port.
type connection struct {
	address string
	idle    time.Time // since when; zero while a request is on it
}

func reserve(ln net.Listener, most int, refuse prometheus.Counter) *connections {
	return &connections{Listener: ln, most: most, refuse: refuse, open: map[net.Conn]*connection{}, idle: map[string]int{}}
}

// Accept waits for a connection that may stay.
func (l *connections) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.admit(c) {
			return c, nil
		}
		l.refuse.Inc()
		turnAway(c)
	}
}

// admit takes a connection in, for the longest idle one if it must.
func (l *connections) admit(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= l.most {
		oldest := l.longestIdle()
		if oldest == nil {
			return false
		}
		l.set(oldest, time.Time{})
		delete(l.open, oldest)
		oldest.Close()
	}
	address := c.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	l.open[c] = &connection{address: address}
	l.set(c, time.Now())
	return true
}

// longestIdle is nil where a request is on every connection. l.mu is held.
func (l *connections) longestIdle() (oldest net.Conn) {
	most := 0
	var since time.Time
	for c, its := range l.open {
		n := l.idle[its.address]
		if !its.idle.IsZero() && (n > most || n == most && its.idle.Before(since)) {
			oldest, most, since = c, n, its.idle
		}
	}
	return oldest
}

// set notes since when a connection is idle; zero when a request is on it. l.mu is held.
func (l *connections) set(c net.Conn, idle time.Time) {
	its := l.open[c]
	if !its.idle.IsZero() {
		l.idle[its.address]--
	}
	if its.idle = idle; !idle.IsZero() {
		l.idle[its.address]++
	}
	if l.idle[its.address] == 0 {
		delete(l.idle, its.address)
	}
}

// watch is an http.Server's ConnState.
func (l *connections) watch(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, here := l.open[c]; !here {
		return // it had to go
	}
	switch state {
	case http.StateActive:
		l.set(c, time.Time{})
	case http.StateIdle:
		l.set(c, time.Now())
	case http.StateClosed, http.StateHijacked:
		l.set(c, time.Time{})
		delete(l.open, c)
	case http.StateNew: // as admit has it
	}
}

// turnAway tells a client that there is no room for its connection.
func turnAway(c net.Conn) {
	p := document.Problemf(document.CodeOverloaded, document.PhaseAdmission,
		"as many clients are connected as this server has file descriptors for; try again later").Retry()
	p.Limit = limitConnections
	body, err := encodeJSON((&failure{Problem: p}).body(newID()))
	if err == nil {
		// Nobody waits for a client that does not read.
		_ = c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, _ = fmt.Fprintf(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	c.Close()
}
