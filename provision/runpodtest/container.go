// Package runpodtest is a stand-in for RunPod's REST API v2, written from its
// recorded contract, whose pods may be real: it starts what a pod's order says
// through Start, and gives its ports public addresses.
package runpodtest

import (
	"context"
	"net"
)

// Spec is what a container is started from.
type Spec struct {
	Pod        string // id
	Entrypoint []string
	Cmd        []string
	Env        map[string]string // as ordered, and what the cloud adds (RUNPOD_…)
	Volume     string            // folder of this machine that holds the pod's volume
	VolumePath string            // where the container sees it
	GPU        string            // kind, as ordered
	GPUs       int               // how many it has now
	// Log takes what the main process writes, line by line, from one goroutine at a time.
	Log func(line string)
}

// Container is a running one. What it wrote outside its volume is gone after Kill.
type Container interface {
	// Dial connects to a TCP port that a process of the container listens on.
	Dial(ctx context.Context, port int) (net.Conn, error)
	// Done is closed when the main process has ended.
	Done() <-chan struct{}
	// Kill ends every process of the container, waits for that and removes its disk.
	// It is called once, after the main process has ended too; a Dial may run meanwhile.
	Kill() error
}

// Start starts containers. Its ctx ends when the pod is stopped, restarted or
// destroyed; Kill is called then.
type Start func(ctx context.Context, spec Spec) (Container, error)
