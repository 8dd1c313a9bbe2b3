package server

import (
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// FreeMemory lets tests read made-up files.
func FreeMemory(root fs.FS) (int64, bool) { return freeMemory(root) }

// Rate lets tests choose the times.
type Rate struct{ r rate }

// Add counts one.
func (r *Rate) Add(at time.Duration) { r.r.add(at) }

// PerSecond is the mean of the last minute.
func (r *Rate) PerSecond(now time.Duration) float64 { return r.r.perSecond(now) }

// Admission lets benchmarks measure what a request costs before its body is read.
type Admission struct{ a *admission }

// NewAdmission makes one.
func NewAdmission(cfg Config) Admission { return Admission{newAdmission(cfg)} }

// Pass lets one request in and out.
func (a Admission) Pass(client string, declared int64) error {
	t, err := a.a.enter(client, declared)
	if err == nil {
		t.leave()
	}
	return err
}

// FreeDisk is what the disk of a folder has left.
func FreeDisk(dir string) (int64, bool) { return freeDisk(dir) }

// Reserve is a listener for so many connections, and the ConnState that goes with it.
func Reserve(ln net.Listener, most int) (net.Listener, func(net.Conn, http.ConnState)) {
	l := reserve(ln, most, prometheus.NewCounter(prometheus.CounterOpts{Name: "refused"}))
	return l, l.watch
}
