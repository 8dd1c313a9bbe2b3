package pool

import (
	"log/slog"
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
