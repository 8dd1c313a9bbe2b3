package child

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// guard is a shell in a child's group that kills it when this process ends.
type guard struct {
	cmd   *exec.Cmd
	leash io.Closer // while it is open the guard waits
}

// guardScript ends with this process, which holds the other end of its input.
const guardScript = `trap "" HUP INT TERM; read -r _; kill -KILL 0`

// startGuard starts a guard in the group of a process that is not reaped yet.
func startGuard(group int) (*guard, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	defer read.Close()
	cmd := exec.Command("/bin/sh", "-c", guardScript, "ocr-gateway-guard")
	cmd.Env, cmd.Dir, cmd.Stdin = []string{}, "/", read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: group}
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, fmt.Errorf("guard: %w", err)
	}
	return &guard{cmd, write}, nil
}

// end reaps a guard that was killed with its group.
func (g *guard) end() {
	g.leash.Close()
	_ = g.cmd.Wait()
}
