// Package child runs programs of which nothing is left when they end: a child has a
// process group, which is killed when the child has ended, however it did.
package child

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Process is a running child.
type Process struct {
	cmd   *exec.Cmd
	guard *guard        // nil for none
	done  chan struct{} // see Done

	mu     sync.Mutex // guards the number of the group, which may be another's once its leader is reaped
	reaped bool
}

// Start starts a child in a process group of its own. Ctrl-C at the terminal does not
// reach it. Where cmd has its output copied, WaitDelay bounds for how long that goes on
// after the end: who left the group may hold the pipe for ever.
func Start(cmd *exec.Cmd) (*Process, error) { return start(cmd, false) }

// StartGuarded is Start with a second process, which kills the group when this process is
// killed, so that nothing outlives it either.
func StartGuarded(cmd *exec.Cmd) (*Process, error) { return start(cmd, true) }

func start(cmd *exec.Cmd, guarded bool) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	p := &Process{cmd: cmd, done: make(chan struct{})}
	if guarded {
		var err error
		if p.guard, err = startGuard(); err != nil {
			return nil, err
		}
		cmd.SysProcAttr.Pgid = p.group()
	}
	if err := cmd.Start(); err != nil {
		if p.guard != nil {
			p.guard.end()
		}
		return nil, err
	}
	go p.wait()
	return p, nil
}

// group is the number of the child's process group: that of its guard, who leads it, or its own.
func (p *Process) group() int {
	if p.guard != nil {
		return p.guard.cmd.Process.Pid
	}
	return p.PID()
}

// wait waits for the child's end, ends what is left of its group and reaps it.
func (p *Process) wait() {
	defer close(p.done)
	waitUnreaped(p.PID())
	p.Kill()
	p.mu.Lock()
	p.reaped = true
	_ = p.cmd.Wait() // State says how it ended
	p.mu.Unlock()
	if p.guard != nil {
		p.guard.end()
	}
}

// waitUnreaped waits for a process's end and leaves its number taken.
func waitUnreaped(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// PID is the number of the child.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child and its group are gone and what it wrote is copied.
func (p *Process) Done() <-chan struct{} { return p.done }

// Kill kills the group. It may be called at any time, any number of times.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		_ = unix.Kill(-p.group(), unix.SIGKILL) // fails only when it is gone already
	}
}

// Stop asks the child to end, and kills it and its group after the grace. It returns when
// they are gone and reports whether they had to be killed.
func (p *Process) Stop(grace time.Duration) (killed bool) {
	_ = p.cmd.Process.Signal(unix.SIGTERM) // fails only when it is gone already
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return false
	case <-timer.C:
	}
	p.Kill()
	<-p.done
	return true
}

// State is how the child ended, once Done is closed.
func (p *Process) State() *os.ProcessState { return p.cmd.ProcessState }
