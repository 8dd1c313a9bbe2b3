package podtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"ocr-gateway/provision/podtest/inside"
)

// launch starts the pod's first process in namespaces of its own, where it
// waits for its setup.
func launch(program string, log func(string)) (*pod, error) {
	setupRead, setupWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer setupRead.Close()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		setupWrite.Close()
		return nil, err
	}
	defer statusWrite.Close()
	cmd := exec.Command(program)
	cmd.Args = []string{inside.Program}
	cmd.Env = []string{}
	output := &lines{emit: log}
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{inside.SetupFD - 3: setupRead, inside.StatusFD - 3: statusWrite}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Setsid:     true,
		Pdeathsig:  syscall.SIGKILL, // of the pid namespace's first process: it takes all others with it
	}
	c := &pod{cmd: cmd, done: make(chan struct{}), setup: setupWrite, status: statusRead}
	started := make(chan error, 1)
	go func() {
		// The death signal is sent when this thread ends, so it is kept.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(c.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // nobody asks how a pod ended
			output.end()
		}
	}()
	if err := <-started; err != nil {
		<-c.done
		setupWrite.Close()
		statusRead.Close()
		return nil, fmt.Errorf("make its namespaces: %w", err)
	}
	return c, nil
}

// furnished hands the setup over and waits until the main process has begun.
func (c *pod) furnished(ctx context.Context, setup inside.Setup) error {
	defer c.status.Close()
	defer c.setup.Close()
	stop := context.AfterFunc(ctx, func() { c.cmd.Process.Kill() })
	defer stop()
	err := c.handOver(setup)
	if ctx.Err() != nil {
		return ctx.Err() // the reason for any other error
	}
	return err
}

func (c *pod) handOver(setup inside.Setup) error {
	if err := c.listen(); err != nil {
		return err
	}
	if err := json.NewEncoder(c.setup).Encode(setup); err != nil {
		return fmt.Errorf("hand over the setup: %w", err)
	}
	c.setup.Close()
	reason, err := io.ReadAll(c.status)
	if err != nil {
		return fmt.Errorf("wait for the main process: %w", err)
	}
	if len(reason) > 0 {
		return errors.New(string(reason))
	}
	return nil
}
