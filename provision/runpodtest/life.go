package runpodtest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"ocr-gateway/internal/backoff"
)

// life is a pod from one start to the next stop.
type life struct {
	end  context.CancelFunc
	done chan struct{}
}

// beginLife starts a pod. p.ops is held.
func (f *Fake) beginLife(p *pod, created bool) {
	ctx, end := context.WithCancel(f.ctx)
	l := &life{end: end, done: make(chan struct{})}
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		end()
		return
	}
	f.running.Add(1)
	p.life = l
	if !created {
		f.turn(p, starting)
		if f.config.StartNoGPU {
			p.gpus = 0
		} else {
			p.gpus = p.order.count
		}
	}
	f.mu.Unlock()
	go func() {
		defer f.running.Done()
		defer close(l.done)
		f.live(ctx, p, created)
	}()
}

// endLife kills a pod's container and closes its ports. p.ops is held.
func (f *Fake) endLife(p *pod) {
	if p.life == nil {
		return
	}
	p.life.end()
	<-p.life.done
	p.life = nil
}

// live takes a pod from its order to a running container, and starts that again
// whenever its main process ends.
func (f *Fake) live(ctx context.Context, p *pod, created bool) {
	if !f.pull(ctx, p, created) {
		return
	}
	forwards, public, err := f.openPorts(p)
	defer forwards.close()
	if err != nil {
		f.fall(p, err)
		return
	}
	f.mu.Lock()
	p.stale, p.staleFor = p.public, 0
	if p.starts++; p.starts > 1 {
		p.staleFor = f.config.StalePorts
	}
	p.public = public
	f.mu.Unlock()

	for first := true; f.runContainer(ctx, p, first); first = false {
		if !pause(ctx, or(f.get().CrashPause, 100*time.Millisecond)) {
			return
		}
	}
}

// pull finds a machine for a new pod and takes the image there. False means that the pod's
// life has ended.
func (f *Fake) pull(ctx context.Context, p *pod, created bool) bool {
	if created {
		if !pause(ctx, f.get().Provisioning) {
			return false
		}
		f.mu.Lock()
		f.turn(p, starting)
		f.mu.Unlock()
	}
	f.addLine(p, "system", "create pod network")
	f.addLine(p, "system", "create container "+p.order.Image)
	f.addLine(p, "system", p.order.Image+" Pulling from docker.io")
	if !pause(ctx, f.get().Starting) {
		return false
	}
	f.addLine(p, "system", "Status: Image is up to date for "+p.order.Image)
	return true
}

// runContainer runs the pod's container until it ends, and reports whether it crashed.
func (f *Fake) runContainer(ctx context.Context, p *pod, first bool) (crashed bool) {
	f.addLine(p, "system", "start container for "+p.order.Image+": begin")
	container, err := f.startContainer(ctx, p)
	if err != nil {
		if ctx.Err() == nil {
			f.fall(p, err)
		}
		return false
	}
	f.mu.Lock()
	p.container = container
	if first {
		p.started = f.now()
		p.toldFrom = time.Now().Add(f.config.PortsLate)
		f.turn(p, running)
	}
	f.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-container.Done():
		crashed = true
	}
	f.mu.Lock()
	p.container = nil
	if crashed {
		p.history = append(p.history, Event{f.now(), "CRASHED"})
	}
	f.mu.Unlock()
	if err := container.Kill(); err != nil {
		f.addLine(p, "system", "error: kill container: "+err.Error())
	}
	return crashed
}

// fall ends a start that failed.
func (f *Fake) fall(p *pod, err error) {
	f.addLine(p, "system", "error creating container: "+err.Error())
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(p, failed)
}

func (f *Fake) get() Config {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config
}

// pause waits; false means that ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	return backoff.Sleep(ctx, d) == nil && ctx.Err() == nil
}

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

// forwards are the listeners and connections of a pod's public TCP ports.
type forwards struct {
	ctx context.Context
	end context.CancelFunc
	all sync.WaitGroup

	mu    sync.Mutex
	open  map[io.Closer]bool
	ended bool
}

// openPorts gives each TCP port of the order a public one.
func (f *Fake) openPorts(p *pod) (*forwards, map[int]int, error) {
	w := &forwards{open: map[io.Closer]bool{}}
	w.ctx, w.end = context.WithCancel(f.ctx)
	public, equal := map[int]int{}, map[int]int{}
	f.mu.Lock()
	wanted, before := p.order.ports(), p.public
	f.mu.Unlock()
	for _, port := range wanted {
		if port.http {
			continue
		}
		listener, outer, err := listenElsewhere(before[port.number])
		if err != nil {
			return w, nil, err
		}
		inner := port.number
		if inner > symmetric {
			equal[inner], inner = outer, outer
		}
		public[inner] = outer
		w.keep(listener)
		w.all.Go(func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				w.all.Go(func() { f.forward(w, p, conn, inner) })
			}
		})
	}
	f.mu.Lock()
	p.equal = equal
	f.mu.Unlock()
	return w, public, nil
}

// listenElsewhere listens on any port but one.
func listenElsewhere(not int) (net.Listener, int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if port != not {
		return listener, port, nil
	}
	defer listener.Close() // kept until the next one has another port
	return listenElsewhere(0)
}

// forward joins a connection from outside to the container.
func (f *Fake) forward(w *forwards, p *pod, outer net.Conn, port int) {
	defer outer.Close()
	if !w.keep(outer) {
		return
	}
	defer w.drop(outer)
	inner, err := f.dial(w.ctx, p, port)
	if err != nil {
		return
	}
	defer inner.Close()
	if !w.keep(inner) {
		return
	}
	defer w.drop(inner)
	var both sync.WaitGroup
	heard := outer
	if port != 22 {
		heard = listened{outer, f}
	}
	both.Go(func() { pour(inner, heard) })
	both.Go(func() { pour(outer, inner) })
	both.Wait()
}

// pour copies until the end and tells it on.
func pour(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, can := to.(interface{ CloseWrite() error }); can && err == nil {
		_ = half.CloseWrite()
		return
	}
	_ = to.Close()
	_ = from.Close()
}

// keep notes what close has to close, or says that it is too late.
func (w *forwards) keep(c io.Closer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		_ = c.Close()
		return false
	}
	w.open[c] = true
	return true
}

func (w *forwards) drop(c io.Closer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
}

func (w *forwards) close() {
	w.end()
	w.mu.Lock()
	w.ended = true
	for c := range w.open {
		_ = c.Close()
	}
	w.mu.Unlock()
	w.all.Wait()
}
