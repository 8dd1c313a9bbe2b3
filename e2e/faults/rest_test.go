package faults_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// rest is what a gateway without work holds.
type rest struct {
	goroutines, files, children, tempFiles, running int
	rss                                             float64 // MiB of the tree
}

// settleTime is how long a gateway may take to let go of everything. It covers the 20 s for
// which connections to the layout program are kept.
const settleTime = 30 * time.Second

// look counts what the gateway holds now.
func (g *gateway) look() (r rest, err error) {
	running, err := g.metric("ocr_gateway_requests_running")
	if err != nil {
		return r, err
	}
	goroutines, err := g.metric("go_goroutines")
	if err != nil {
		return r, err
	}
	r = rest{
		goroutines: int(goroutines), running: int(running),
		files: openFiles(g.PID()), children: len(descendants(g.PID())), tempFiles: files(g.tempDir),
	}
	return r, nil
}

// above says what r holds more of than before, "" for nothing.
func (r rest) above(before rest) string {
	var more []string
	for _, c := range []struct {
		what        string
		now, before int
	}{
		{"running requests", r.running, 0},
		{"goroutines", r.goroutines, before.goroutines},
		{"open files", r.files, before.files},
		{"children", r.children, before.children},
		{"temporary files", r.tempFiles, before.tempFiles},
	} {
		if c.now > c.before {
			more = append(more, fmt.Sprintf("%s: %d, before %d", c.what, c.now, c.before))
		}
	}
	return strings.Join(more, "; ")
}

// settle waits until the gateway holds no more than before, and says what it does hold
// more when it does not come to that.
func (s *scene) settle(before rest) (after rest, leaked string) {
	s.gateway.client.CloseIdleConnections()
	waitFor(settleTime, func() bool {
		for _, p := range s.peers() {
			p.dropIdle() // connections kept for later are no leak
		}
		var err error
		if after, err = s.gateway.look(); err != nil {
			leaked = err.Error()
			return false
		}
		leaked = after.above(before)
		return leaked == ""
	})
	after.rss, _ = treeMemory(s.gateway.PID())
	return after, leaked
}

// baseline is what the gateway holds without work once everything has been used. The
// least of several looks, as connections to peers come and go.
func (s *scene) baseline(t *testing.T) (least rest) {
	t.Helper()
	s.gateway.client.CloseIdleConnections()
	for i := range 20 {
		for _, p := range s.peers() {
			p.dropIdle()
		}
		time.Sleep(50 * time.Millisecond) // spares start, connections close
		r, err := s.gateway.look()
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			least = r
		}
		least.goroutines = min(least.goroutines, r.goroutines)
		least.files = min(least.files, r.files)
		least.children = max(least.children, r.children)
	}
	least.rss, _ = treeMemory(s.gateway.PID())
	return least
}
