package wire

import (
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// reserved is how many file descriptors are kept for work, where half of the process's are
// no fewer: uploads on disk, documents, rendering processes, connections to model servers.
const reserved = 1024

// MaxConnections is how many clients may be connected.
func MaxConnections() int {
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) != nil {
		return reserved
	}
	const most = 1 << 20 // "unlimited" is more than an int on some machines
	n := int(min(files.Cur, most))
	return max(n-reserved, n/2)
}

// Connections is a listener that leaves descriptors for work. A connection too many takes
// the place of an idle one, of the address that has most of those the one idle for longest:
// whoever holds many costs nobody else theirs. Where none is idle, it is told so and closed.
type Connections struct {
	net.Listener
	most     int
	turnAway func(net.Conn)

	mu   sync.Mutex
	open map[net.Conn]*connection
	idle map[string]int // by address
}

// connection is one of a client that stands at an address, whatever its port.
type connection struct {
	address string
	idle    time.Time // since when; zero while a request is on it
}

// Reserve makes a listener for so many connections. turnAway is handed those that are too
// many, to tell them so and to close them.
func Reserve(ln net.Listener, most int, turnAway func(net.Conn)) *Connections {
	return &Connections{Listener: ln, most: most, turnAway: turnAway, open: map[net.Conn]*connection{}, idle: map[string]int{}}
}

// Accept waits for a connection that may stay.
func (l *Connections) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.admit(c) {
			return c, nil
		}
		l.turnAway(c)
	}
}

// admit takes a connection in, for the longest idle one if it must.
func (l *Connections) admit(c net.Conn) bool {
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
func (l *Connections) longestIdle() (oldest net.Conn) {
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
func (l *Connections) set(c net.Conn, idle time.Time) {
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

// Watch is an http.Server's ConnState.
func (l *Connections) Watch(c net.Conn, state http.ConnState) {
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
