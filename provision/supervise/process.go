package supervise

import (
	"io"
	"os/exec"
	"syscall"
	"time"

	"ocr-gateway/internal/child"
)

// outputGrace is how long output is read after the group was killed.
const outputGrace = 2 * time.Second

// startProcess starts a program; what it writes goes to out.
//
// Nothing of its group outlives the program or the supervisor. When the program
// ends, the rest is killed: a model server whose front process died still holds
// the GPU. When the supervisor is killed, the kernel kills the program (Pdeathsig
// reaches only it), and the guard the rest.
func startProcess(l launch, out io.Writer) (*child.Process, error) {
	cmd := exec.Command(l.path(), l.Command[1:]...)
	cmd.Args[0] = l.Command[0]
	cmd.Env, cmd.Dir = l.environ, l.Dir
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, outputGrace
	// The kernel sends the signal when the thread that started the child ends. Go
	// ends threads only of goroutines that are locked to one, and here none is.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return child.StartGuarded(cmd)
}

// exitOf is how a program ended, once it did.
func exitOf(p *child.Process) Exit {
	exit := Exit{Time: time.Now(), Code: p.State().ExitCode()}
	if status, ok := p.State().Sys().(syscall.WaitStatus); ok && status.Signaled() {
		exit.Signal = status.Signal().String()
	}
	return exit
}
