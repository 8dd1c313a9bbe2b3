package pool

import (
	"context"
	"log/slog"
	"sync"
	"syscall"
)

// Starts starts a child for each kernel, which permits a namespace, is short of something
// or forbids it, and says how it was started: "own", "shared" or "not".
func Starts(kernels ...syscall.Errno) (how []string) {
	s := newStarter(Config{}, slog.New(slog.DiscardHandler))
	for _, errno := range kernels {
		s.apart = func() (*syscall.SysProcAttr, error) {
			if errno != 0 {
				return nil, errno
			}
			return &syscall.SysProcAttr{}, nil
		}
		s.run = func(*syscall.SysProcAttr) (*Child, error) {
			if Short(errno) {
				return nil, errno
			}
			return &Child{}, nil
		}
		c, err := s.start()
		switch {
		case err != nil:
			how = append(how, "not")
		case c.isolated:
			how = append(how, "own")
		default:
			how = append(how, "shared")
		}
	}
	return how
}

// Scripted is a pool whose starts fail with these errors, one after the other, and then
// succeed; its children are no processes.
func Scripted(faults ...error) *Pool {
	start := func() (*Child, error) {
		if len(faults) > 0 {
			err := faults[0]
			faults = faults[1:]
			return nil, err
		}
		c := &Child{up: make(chan struct{}), exited: make(chan struct{})}
		killed, cancel := context.WithCancel(context.Background())
		c.killed = killed
		c.kill = sync.OnceFunc(func() { cancel(); close(c.exited) })
		close(c.up)
		return c, nil
	}
	return newPool(Config{Children: 1, Decoders: 2, Spares: 1, Memory: 1}, start, slog.New(slog.DiscardHandler))
}
