package podtest

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"ocr-gateway/provision/runpodtest"
)

// Machine is a plain machine with a GPU and an SSH server, rented nowhere.
type Machine struct {
	runpodtest.Container
	Address string // host:port of its SSH server, on this machine
	HostKey string // line of authorized_keys
}

const bootMachine = `
mkdir -p /run/sshd /root/.ssh
printf '%s\n' "$PUBLIC_KEY" >/root/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
cat /etc/ssh/ssh_host_ed25519_key.pub
exec /usr/sbin/sshd -D -e -o PasswordAuthentication=no
`

// Machine starts a plain machine that takes one key for root. GPU and GPUs of
// the spec say what it has, its volume and Log are as for a pod; Entrypoint and
// Cmd do not count.
func (p *Pods) Machine(t testing.TB, authorizedKey string, spec runpodtest.Spec) Machine {
	t.Helper()
	var hostKey string
	listening := make(chan struct{})
	booted := sync.OnceFunc(func() { close(listening) })
	log := spec.Log
	spec.Log = func(line string) {
		switch {
		case hostKey == "" && strings.HasPrefix(line, "ssh-ed25519 "):
			hostKey = line
		case strings.HasPrefix(line, "Server listening"):
			booted()
		}
		if log != nil {
			log(line)
		}
	}
	spec.Entrypoint, spec.Cmd = []string{"/bin/bash", "-euc"}, []string{bootMachine}
	spec.Env = map[string]string{"PUBLIC_KEY": authorizedKey}
	c, err := p.start(t.Context(), spec, true)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-listening:
	case <-c.Done():
		t.Fatal("the machine ended while it booted")
	}
	return Machine{Container: c, Address: Forward(t, c, 22), HostKey: hostKey}
}

// Forward opens a port of this machine that leads to a port of a pod until the
// test ends, and returns its address. A connection that the pod does not take is closed.
func Forward(t testing.TB, c runpodtest.Container, port int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		l.Close()
		running.Wait()
	})
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed by the cleanup
			}
			running.Go(func() { join(ctx, conn, c, port) })
		}
	})
	return l.Addr().String()
}

// join carries bytes both ways until both ends have closed or ctx ends.
func join(ctx context.Context, near net.Conn, c runpodtest.Container, port int) {
	defer near.Close()
	far, err := c.Dial(ctx, port)
	if err != nil {
		return
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() {
		near.Close()
		far.Close()
	})
	defer stop()
	var up sync.WaitGroup
	up.Go(func() { carry(far, near) })
	carry(near, far)
	up.Wait()
}

// carry copies until the end of from, and passes the end on.
func carry(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok && err == nil {
		err = half.CloseWrite()
	}
	if err != nil && !errors.Is(err, net.ErrClosed) {
		to.Close()
		from.Close()
	}
}
