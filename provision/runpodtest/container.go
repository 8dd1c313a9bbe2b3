package runpodtest

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
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

// startContainer starts what the order says.
func (f *Fake) startContainer(ctx context.Context, p *pod) (Container, error) {
	f.mu.Lock()
	spec := Spec{
		Pod: p.id, Env: f.environment(p), Volume: p.volume, VolumePath: p.order.path(),
		GPU: p.order.gpu, GPUs: p.gpus,
		Log: func(line string) { f.addLine(p, "container", line) },
	}
	spec.Entrypoint, spec.Cmd = p.order.command()
	start := f.config.Start
	f.mu.Unlock()
	if spec.Volume != "" {
		if err := os.MkdirAll(spec.Volume, 0o755); err != nil {
			return nil, err
		}
	}
	if start == nil {
		return &imaginary{done: make(chan struct{})}, nil
	}
	return start(ctx, spec)
}

// environment is the order's, and what the cloud adds. f.mu is held.
func (f *Fake) environment(p *pod) map[string]string {
	env := map[string]string{
		"RUNPOD_POD_ID": p.id, "RUNPOD_DC_ID": p.center, "RUNPOD_POD_HOSTNAME": p.id + "-64411111",
		"RUNPOD_GPU_COUNT": strconv.Itoa(p.gpus), "RUNPOD_CPU_COUNT": "16", "RUNPOD_PUBLIC_IP": "127.0.0.1",
		"RUNPOD_API_KEY": "rpa_pod_scoped",
	}
	if m := p.order.Mounts; m != nil && len(m.Network) > 0 {
		env["RUNPOD_VOLUME_ID"] = m.Network[0].VolumeID
	} else if p.volume != "" {
		env["RUNPOD_VOLUME_ID"] = p.id
	}
	for inner, public := range p.public {
		env["RUNPOD_TCP_PORT_"+strconv.Itoa(inner)] = strconv.Itoa(public)
	}
	for _, asked := range p.order.ports() {
		if asked.number > symmetric && !asked.http {
			env["RUNPOD_TCP_PORT_"+strconv.Itoa(asked.number)] = strconv.Itoa(p.equal[asked.number])
		}
	}
	maps.Copy(env, p.order.Env)
	return env
}

// imaginary is a container in which nothing is.
type imaginary struct {
	once sync.Once
	done chan struct{}
}

func (c *imaginary) Dial(context.Context, int) (net.Conn, error) { return nil, syscall.ECONNREFUSED }
func (c *imaginary) Done() <-chan struct{}                       { return c.done }

func (c *imaginary) Kill() error {
	c.once.Do(func() { close(c.done) })
	return nil
}

// dial connects to a port of a pod's container.
func (f *Fake) dial(ctx context.Context, p *pod, port int) (net.Conn, error) {
	f.mu.Lock()
	container := p.container
	f.mu.Unlock()
	if container == nil {
		return nil, fmt.Errorf("pod %s: %w", p.id, syscall.ECONNREFUSED)
	}
	return container.Dial(ctx, port)
}
