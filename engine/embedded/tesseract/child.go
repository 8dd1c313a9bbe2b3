package tesseract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The limits of a child.
const (
	readTimeout = 30 * time.Second
	maxMemory   = 2 << 30 // bytes of address space
	maxOutput   = 8 << 20 // bytes of answer
	maxComplain = 4 << 10 // bytes of its standard error that are kept
)

// errTooMuch ends a child that writes more than its lines can hold.
var errTooMuch = errors.New("tesseract wrote more than it can have read")

// run gives input to a child and returns its output. The child has no network, its memory is limited before
// it sees any input, and it dies with ctx, with the gateway and at its time limit.
func (r *Reader) run(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	bounded, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var out []byte
	done := make(chan error)
	go func() {
		// The thread enters a network of its own; since it stays locked, it ends with the goroutine. The
		// child dies with its parent's thread, so it is waited for here.
		runtime.LockOSThread()
		var err error
		out, err = r.child(bounded, input, args)
		done <- err
	}()
	err := <-done
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case bounded.Err() != nil:
		return nil, fmt.Errorf("tesseract took longer than %s", readTimeout)
	}
	return out, err
}

// child runs on a locked thread.
func (r *Reader) child(ctx context.Context, input []byte, args []string) ([]byte, error) {
	out, complaint := &limited{most: maxOutput}, &limited{most: maxComplain, drop: true}
	start := func(attr *syscall.SysProcAttr) (*exec.Cmd, io.WriteCloser, error) {
		cmd := exec.CommandContext(ctx, r.program, args...)
		cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = environment(), "/", out, complaint
		attr.Setpgid, attr.Pdeathsig = true, syscall.SIGKILL
		cmd.SysProcAttr = attr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return nil, nil, err
		}
		return cmd, stdin, cmd.Start()
	}
	cmd, stdin, err := start(ownNetwork())
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSPC) {
		r.log.Debug("tesseract shares the network namespace: the kernel permits no other", "error", err)
		cmd, stdin, err = start(&syscall.SysProcAttr{})
	}
	if err != nil {
		return nil, fmt.Errorf("start tesseract: %w", err)
	}
	limit := &unix.Rlimit{Cur: maxMemory, Max: maxMemory}
	if err = unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_AS, limit, nil); err == nil {
		_, err = io.Copy(stdin, bytes.NewReader(input))
	}
	stdin.Close()
	wait := cmd.Wait()
	if out.over {
		return nil, errTooMuch
	}
	if wait != nil {
		return nil, fmt.Errorf("tesseract failed: %w: %s", wait, bytes.TrimSpace(complaint.buf.Bytes()))
	}
	if err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ESRCH) { // it ended before reading everything
		return nil, fmt.Errorf("tesseract: %w", err)
	}
	return out.buf.Bytes(), nil
}

// ownNetwork gives the next child of this thread an empty network namespace. As root the thread itself enters
// one, which is far faster than in a fork; others also need a user namespace, which only a fork can make.
func ownNetwork() *syscall.SysProcAttr {
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		_ = unix.Unshare(unix.CLONE_NEWNET) // if even root may not, the network is shared
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWNET | unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
	}
}

// environment is the part of the gateway's environment that a child gets: where its libraries and languages
// are. With lines one thread is as fast as several, and uses less.
func environment() []string {
	env := []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8"}
	for _, name := range []string{"LD_LIBRARY_PATH", "TESSDATA_PREFIX"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// limited keeps up to most bytes. More either end the child or are dropped.
type limited struct {
	buf  bytes.Buffer
	most int
	drop bool
	over bool // more came
}

func (l *limited) Write(p []byte) (int, error) {
	room := l.most - l.buf.Len()
	if len(p) <= room {
		return l.buf.Write(p)
	}
	l.over = true
	if !l.drop {
		return 0, errTooMuch
	}
	l.buf.Write(p[:room])
	return len(p), nil
}
