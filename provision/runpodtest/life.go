package runpodtest

import (
	"cmp"
	"context"
	"time"

	"ocr-gateway/internal/backoff"
)

// life is a pod from one start to the next stop.
type life struct {
	end  context.CancelFunc
	done chan struct{}
}

// beginLife starts a pod, a new one or one that has lived before. p.ops is held.
func (f *Fake) beginLife(p *pod) {
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
	if p.status != provisioning {
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
		f.live(ctx, p)
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
func (f *Fake) live(ctx context.Context, p *pod) {
	if !f.pull(ctx, p) {
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

	for f.runContainer(ctx, p) {
		if !pause(ctx, cmp.Or(f.get().CrashPause, 100*time.Millisecond)) {
			return
		}
	}
}

// pull finds a machine for a new pod and takes the image there. False means that the pod's
// life has ended.
func (f *Fake) pull(ctx context.Context, p *pod) bool {
	f.mu.Lock()
	created := p.status == provisioning
	f.mu.Unlock()
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
func (f *Fake) runContainer(ctx context.Context, p *pod) (crashed bool) {
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
	if p.status != running { // it has not crashed before
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

// pause waits; false means that ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	return backoff.Sleep(ctx, d) == nil && ctx.Err() == nil
}
