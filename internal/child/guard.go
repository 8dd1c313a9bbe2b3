package child

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// guard is a shell that leads a child's group and kills it when this process ends. It is there
// before the child, which holds the leash, too, until it is in the group and runs its program: so
// there is no moment at which the end of this process leaves the child behind.
type guard struct {
	cmd   *exec.Cmd
	leash io.Closer // while it is open the guard waits
}

// guardScript ends with this process, which holds the other end of its input.
const guardScript = `trap "" HUP INT TERM; read -r _; kill -KILL 0`

// startGuard starts a guard in a group of its own.
func startGuard() (*guard, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	defer read.Close()
	cmd := exec.Command("/bin/sh", "-c", guardScript, "ocr-gateway-guard")
	cmd.Env, cmd.Dir, cmd.Stdin = []string{}, "/", read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, fmt.Errorf("guard: %w", err)
	}
	return &guard{cmd, write}, nil
}

// end ends the guard, with what is left of its group, and reaps it.
func (g *guard) end() {
	g.leash.Close()
	_ = g.cmd.Wait()
}
