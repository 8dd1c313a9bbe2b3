package pool

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"ocr-gateway/document"
	"ocr-gateway/internal/child"
	"ocr-gateway/raster/sandbox"
	"ocr-gateway/raster/wire"
)

// starter starts children. Its methods are for one goroutine.
type starter struct {
	command  []string
	pixels   int64
	library  *os.File // see mupdf.OpenLibrary
	isolated bool     // whether the child before had a network namespace of its own
	log      *slog.Logger
	apart    func() (*syscall.SysProcAttr, error)       // sandbox.OwnNetwork
	run      func(*syscall.SysProcAttr) (*Child, error) // startWith
}

func newStarter(cfg Config, log *slog.Logger) *starter {
	command := cfg.Command
	if len(command) == 0 {
		// Not os.Executable: the file may have been replaced by an upgrade.
		command = []string{"/proc/self/exe", "render"}
	}
	s := &starter{command: command, pixels: 4 * int64(cfg.MaxPixels), library: cfg.Library, isolated: true, log: log, apart: sandbox.OwnNetwork}
	s.run = s.startWith
	return s
}

// start starts a child, without network where the kernel permits that. Each child is
// tried anew: what was refused to one may be granted to the next.
func (s *starter) start() (*Child, error) {
	var c *Child
	attr, err := s.apart()
	if err == nil {
		c, err = s.run(attr)
	}
	if err != nil && !Short(err) {
		if s.isolated {
			s.log.Warn("raster children share the network namespace: the kernel permits no other", "error", err)
		}
		s.isolated = false
		return s.run(&syscall.SysProcAttr{})
	}
	if err == nil {
		if !s.isolated {
			s.log.Info("raster children have a network namespace of their own again")
		}
		s.isolated, c.isolated = true, true
	}
	return c, err
}

// Short reports whether an error means that the machine is out of something for now:
// descriptors, processes or memory.
func Short(err error) bool {
	for _, errno := range []error{unix.EMFILE, unix.ENFILE, unix.EAGAIN, unix.ENOMEM, unix.ENOBUFS, unix.ETOOMANYREFS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

func (s *starter) startWith(attr *syscall.SysProcAttr) (*Child, error) {
	conn, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	pixels, err := memoryFile(s.pixels + wire.TailBytes)
	if err != nil {
		conn.Close()
		return nil, err
	}
	cmd := exec.Command(s.command[0], s.command[1:]...)
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none"}
	cmd.ExtraFiles = []*os.File{theirs, pixels, s.library} // wire.SocketFD, PixelsFD and LibraryFD
	attr.Pdeathsig = syscall.SIGKILL
	cmd.SysProcAttr = attr
	process, err := child.Start(cmd)
	if err != nil {
		conn.Close()
		pixels.Close()
		return nil, fmt.Errorf("start raster child: %w", err)
	}
	c := &Child{
		process: process, conn: conn, pixels: pixels, words: s.pixels,
		up: make(chan struct{}), exited: make(chan struct{}),
	}
	c.watch()
	return c, nil
}

// socketPair makes a connection and the child's end of it.
func socketPair() (*net.UnixConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "raster child"), os.NewFile(uintptr(fds[1]), "raster parent")
	defer ours.Close() // FileConn works on a copy
	conn, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	return conn.(*net.UnixConn), theirs, nil
}

// memoryFile makes an unnamed file in memory, all zeros, which takes room only
// where it is written to.
func memoryFile(size int64) (*os.File, error) {
	fd, err := unix.MemfdCreate("ocr-gateway", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("memory file: %w", err)
	}
	f := os.NewFile(uintptr(fd), "memory file")
	if err := f.Truncate(size); err != nil {
		f.Close()
		return nil, fmt.Errorf("memory file: %w", err)
	}
	return f, nil
}

// ReadOnly returns the document as a file that a child can read, but not change.
func ReadOnly(src *document.Source) (*os.File, error) {
	if spooled := src.File(); spooled != nil {
		return os.Open("/proc/self/fd/" + strconv.Itoa(int(spooled.Fd())))
	}
	memory, err := memoryFile(0)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	if _, err := io.Copy(memory, src.Reader()); err != nil {
		return nil, fmt.Errorf("copy upload: %w", err)
	}
	return os.Open("/proc/self/fd/" + strconv.Itoa(int(memory.Fd())))
}
