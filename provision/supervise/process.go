package supervise

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// process is a running program with all that it started, as a process group.
//
// Nothing of the group outlives the program or the supervisor. When the program
// ends, the rest is killed: a model server whose front process died still holds
// the GPU. When the supervisor is killed, the kernel kills the program (Pdeathsig
// reaches only it), and the guard, a shell in the group, the rest.
type process struct {
	cmd   *exec.Cmd
	guard *exec.Cmd
	leash io.Closer     // while it is open the guard waits
	ended chan struct{} // closed when the group is gone and its output in the log
}

// guardScript ends with the supervisor, which holds the other end of its input.
const guardScript = `trap "" HUP INT TERM; read -r _; kill -KILL 0`

// outputGrace is how long output is read after the group was killed: who left
// the group may hold the pipe for ever.
const outputGrace = 2 * time.Second

// startProcess starts the program; what it writes goes to out.
func startProcess(l launch, out io.Writer) (*process, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer write.Close() // the program has its own copy
	cmd := exec.Command(l.path(), l.Command[1:]...)
	cmd.Args[0] = l.Command[0]
	cmd.Env, cmd.Dir = l.environ, l.Dir
	cmd.Stdout, cmd.Stderr = write, write
	// The kernel sends the signal when the thread that started the child ends. Go
	// ends threads only of goroutines that are locked to one, and here none is.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		read.Close()
		return nil, err
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	if err := p.startGuard(); err != nil {
		_ = cmd.Process.Kill() // fails only when it is gone already
		_ = cmd.Wait()
		read.Close()
		return nil, fmt.Errorf("its guard: %w", err)
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(out, read) // ends when all writers are gone, or at the deadline
	}()
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // exit tells how it ended
		// The guard, not waited for yet, keeps the group's number from being given to others.
		_ = syscall.Kill(-p.pid(), syscall.SIGKILL)
		p.leash.Close()
		_ = p.guard.Wait()
		_ = read.SetReadDeadline(time.Now().Add(outputGrace))
		<-copied
		read.Close()
	}()
	return p, nil
}

func (p *process) startGuard() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	p.guard = exec.Command("/bin/sh", "-c", guardScript, "ocr-gateway-guard")
	p.guard.Env, p.guard.Dir = []string{}, "/"
	p.guard.Stdin = read
	p.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: p.pid()}
	if err := p.guard.Start(); err != nil {
		write.Close()
		return err
	}
	p.leash = write
	return nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks the program to end, and kills it and its group after the grace. It
// returns when they are gone; false means that they had to be killed.
func (p *process) stop(grace time.Duration) bool {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails only when it is gone already
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.ended:
		return true
	case <-timer.C:
	}
	_ = p.cmd.Process.Kill() // the group follows
	<-p.ended
	return false
}

// exit is how the program ended, once it did.
func (p *process) exit() Exit {
	exit := Exit{Time: time.Now(), Code: p.cmd.ProcessState.ExitCode()}
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		exit.Signal = status.Signal().String()
	}
	return exit
}
