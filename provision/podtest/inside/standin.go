package inside

import (
	"encoding/json"
	"errors"
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
	if reply.DieAfter > 0 {
		time.AfterFunc(reply.DieAfter, func() {
			fmt.Fprint(os.Stderr, reply.LastWords)
			os.Exit(reply.Exit)
		})
	}
	fmt.Fprint(os.Stdout, reply.Stdout)
	fmt.Fprint(os.Stderr, reply.Stderr)
	time.Sleep(reply.Wait)
	if len(reply.Exec) == 0 {
		os.Exit(reply.Exit)
	}
	env := slices.Concat(os.Environ(), reply.Env)
	if reply.DieAfter > 0 {
		return guard(reply.Exec, env)
	}
	return fmt.Errorf("%s: %w", tool, syscall.Exec(reply.Exec[0], reply.Exec, env))
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

// guard runs a program that dies with this one.
func guard(args, env []string) error {
	runtime.LockOSThread() // the death signal is sent when the thread ends
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := cmd.Run()
	if exit := new(exec.ExitError); err == nil || errors.As(err, &exit) {
		os.Exit(max(cmd.ProcessState.ExitCode(), 0))
	}
	return err
}
