package runpodtest

import (
	"context"
	"io"
	"net"
	"sync"
)

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
