package inside

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// standIn asks the test what this call does and does it. It returns only when
// that failed.
func standIn(tool string) error {
	reply, err := ask(tool)
	if err != nil {
		return fmt.Errorf("%s: the test does not answer: %w", tool, err)
	}
	ctx := context.Background()
	if reply.DieAfter > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, reply.DieAfter)
		defer cancel()
	}
	fmt.Fprint(os.Stdout, reply.Stdout)
	fmt.Fprint(os.Stderr, reply.Stderr)
	select {
	case <-time.After(reply.Wait):
	case <-ctx.Done():
		die(reply)
	}
	if len(reply.Exec) == 0 {
		os.Exit(reply.Exit)
	}
	env := slices.Concat(os.Environ(), reply.Env)
	if reply.DieAfter == 0 {
		return fmt.Errorf("%s: %w", tool, syscall.Exec(reply.Exec[0], reply.Exec, env))
	}
	ended, err := runUntil(ctx, reply.Exec, env)
	if err != nil {
		return fmt.Errorf("%s: %w", tool, err)
	}
	if ctx.Err() != nil {
		die(reply)
	}
	os.Exit(ended)
	return nil
}

func die(r Reply) {
	fmt.Fprint(os.Stderr, r.LastWords)
	os.Exit(r.Exit)
}

func ask(tool string) (Reply, error) {
	var reply Reply
	conn, err := net.Dial("unix", Socket)
	if err != nil {
		return reply, err
	}
	defer conn.Close()
	host, err := os.Hostname()
	if err != nil {
		return reply, err
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	call := Call{Pod: host, Tool: tool, Program: os.Args[0], Args: os.Args[1:], Dir: dir, Env: os.Environ()}
	if err := json.NewEncoder(conn).Encode(call); err != nil {
		return reply, err
	}
	return reply, json.NewDecoder(conn).Decode(&reply)
}

// runUntil runs a program, which is killed when ctx ends or this process does,
// and returns its exit status.
func runUntil(ctx context.Context, args, env []string) (int, error) {
	runtime.LockOSThread() // the death signal is sent when the thread ends
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Run(); cmd.ProcessState == nil {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), nil
}
