package podtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"ocr-gateway/provision/podtest/inside"
	"ocr-gateway/provision/runpodtest"
)

// pod is a running one.
type pod struct {
	pods   *Pods
	spec   runpodtest.Spec
	cmd    *exec.Cmd // its main process
	done   chan struct{}
	setup  *os.File // pipes to the main process before it has begun
	status *os.File

	network *namespace
	asked   net.Listener // where the stand-ins ask
	asking  sync.WaitGroup
	kill    sync.Once
}

// outside is the address by which the pod's ports are reached. The loopback
// interface takes every 127.x.x.x, and what listens on 127.0.0.1 alone does not
// hear it, as with a port that a cloud maps.
const outside = "127.0.0.2"

// Dial connects to a port of the pod. What listens on its loopback address only
// is not reached, as from outside.
func (c *pod) Dial(ctx context.Context, port int) (conn net.Conn, err error) {
	select {
	case <-c.done:
		return nil, fmt.Errorf("dial port %d: the pod has ended", port)
	default:
	}
	// A socket stays in the namespace that it was made in.
	err = c.network.do(func() error {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(outside, strconv.Itoa(port)))
		return err
	})
	return conn, err
}

// Done is closed when the main process has ended, and with it all others.
func (c *pod) Done() <-chan struct{} { return c.done }

// Kill ends the pod. Its disk, its mounts and its namespaces go with its last process.
func (c *pod) Kill() error {
	c.kill.Do(func() {
		c.cmd.Process.Kill()
		<-c.done // the kernel reports it after the last process of the pid namespace
		if c.asked != nil {
			c.asked.Close()
		}
		c.asking.Wait()
		if c.network != nil {
			c.network.close()
		}
		if p := c.pods; p != nil {
			p.forget(c)
		}
	})
	return nil
}

// listen opens the socket of the stand-ins, before anything can ask.
func (c *pod) listen() (err error) {
	if c.network, err = networkOf(c.cmd.Process.Pid); err != nil {
		return err
	}
	if err := c.network.do(func() (err error) {
		c.asked, err = net.Listen("unix", inside.Socket)
		return err
	}); err != nil {
		return err
	}
	c.asking.Go(func() {
		for {
			conn, err := c.asked.Accept()
			if err != nil {
				return // closed by Kill
			}
			c.asking.Go(func() {
				defer conn.Close()
				c.answer(conn)
			})
		}
	})
	return nil
}
