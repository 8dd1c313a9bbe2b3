package raster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ocr-gateway/document"
)

// errChildGone means that a child died or said something malformed.
var errChildGone = errors.New("raster child is gone")

// errTimeout means that a child took too long and was killed.
var errTimeout = errors.New("raster child took too long")

// keepPixels is how much shared memory a child keeps between pages.
const keepPixels = 32 << 20

// child is a process that reads one document. Its methods are for one goroutine
// at a time, except kill.
type child struct {
	cmd         *exec.Cmd
	conn        *net.UnixConn
	pixels      *os.File        // shared memory, written by the child
	words       int64           // where in it the words are
	isolated    bool            // has a network namespace of its own
	up          chan struct{}   // closed when it has said that it is ready
	exited      chan struct{}   // closed when the process and its group are gone
	killed      context.Context // ends with kill
	steppedBack atomic.Bool
	kill        func() // ends the process; safe to call at any time, any number of times
}

// starter starts children. Its methods are for one goroutine.
type starter struct {
	command  []string
	pixels   int64
	library  *os.File // see mupdf.OpenLibrary
	isolated bool     // whether the child before had a network namespace of its own
	log      *slog.Logger
	apart    func() (*syscall.SysProcAttr, error)       // ownNetwork
	run      func(*syscall.SysProcAttr) (*child, error) // startWith
}

func newStarter(cfg Config, library *os.File, log *slog.Logger) *starter {
	command := cfg.Command
	if len(command) == 0 {
		// Not os.Executable: the file may have been replaced by an upgrade.
		command = []string{"/proc/self/exe", "worker"}
	}
	s := &starter{command: command, pixels: 4 * int64(cfg.MaxPixels), library: library, isolated: true, log: log, apart: ownNetwork}
	s.run = s.startWith
	return s
}

// start starts a child, without network where the kernel permits that. Each child is
// tried anew: what was refused to one may be granted to the next.
func (s *starter) start() (*child, error) {
	var c *child
	attr, err := s.apart()
	if err == nil {
		c, err = s.run(attr)
	}
	if err != nil && !short(err) {
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

// short reports whether an error means that the machine is out of something for now:
// descriptors, processes or memory.
func short(err error) bool {
	for _, errno := range []error{unix.EMFILE, unix.ENFILE, unix.EAGAIN, unix.ENOMEM, unix.ENOBUFS, unix.ETOOMANYREFS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// ownNetwork gives the child that this thread starts next an empty network namespace.
// Root's thread enters it first: as a flag of the fork it would be made while Go's
// runtime holds a processor, and where the kernel is busy taking old namespaces down,
// for seconds; the next garbage collection would wait for that, and everybody for it.
// Who is not root needs a user namespace as well, which only a fork can make, and
// in which the child stays the same user.
func ownNetwork() (*syscall.SysProcAttr, error) {
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		return &syscall.SysProcAttr{}, os.NewSyscallError("unshare", unix.Unshare(unix.CLONE_NEWNET))
	}
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWNET | unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
	}, nil
}

func (s *starter) startWith(attr *syscall.SysProcAttr) (*child, error) {
	conn, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	pixels, err := memoryFile(s.pixels + maxWordBytes)
	if err != nil {
		conn.Close()
		return nil, err
	}
	cmd := exec.Command(s.command[0], s.command[1:]...)
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none"}
	cmd.ExtraFiles = []*os.File{theirs, pixels, s.library} // descriptors socketFD, pixelsFD and libraryFD
	attr.Pdeathsig = syscall.SIGKILL
	attr.Setpgid = true // to be killed as a group; and Ctrl-C at the terminal is the gateway's to handle
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		conn.Close()
		pixels.Close()
		return nil, fmt.Errorf("start raster child: %w", err)
	}
	c := &child{
		cmd: cmd, conn: conn, pixels: pixels, words: s.pixels,
		up: make(chan struct{}), exited: make(chan struct{}),
	}
	c.watch()
	return c, nil
}

// watch waits for the child's end, and for its word that it is ready.
func (c *child) watch() {
	killed, cancel := context.WithCancel(context.Background())
	c.killed = killed
	var mu sync.Mutex // the group's number is the child's until it is reaped, and may be another's then
	reaped := false
	killGroup := func() {
		mu.Lock()
		defer mu.Unlock()
		if !reaped {
			_ = unix.Kill(-c.cmd.Process.Pid, unix.SIGKILL) // fails only when it is gone already
		}
	}
	c.kill = sync.OnceFunc(func() {
		killGroup()
		cancel()
	})
	go func() {
		defer close(c.exited)
		waitUnreaped(c.cmd.Process.Pid)
		killGroup() // nothing outlives it
		mu.Lock()
		reaped = true
		_ = c.cmd.Wait() // how it ended says nothing that the socket does not
		mu.Unlock()
		cancel()
		c.conn.Close()
		c.pixels.Close()
	}()
	go func() {
		packet := make([]byte, len(ready)+1)
		if n, err := c.conn.Read(packet); err == nil && string(packet[:n]) == ready {
			close(c.up)
		} else {
			c.kill()
		}
	}()
}

// waitUnreaped waits for a child's end and leaves its number taken.
func waitUnreaped(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
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

// call sends a request, with a descriptor if file is not nil, and waits for the
// reply. The child is killed when ctx is done or the timeout over.
func (c *child) call(ctx context.Context, timeout time.Duration, req request, tail string, file *os.File) (reply, string, error) {
	callCtx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	defer context.AfterFunc(callCtx, c.kill)()

	req.CPUSeconds = uint32(timeout/time.Second) + 1
	rep, message, err := c.exchange(encode(req, tail), file)
	switch {
	case err == nil:
		return rep, message, nil
	case callCtx.Err() != nil:
		err = context.Cause(callCtx)
	default:
		err = fmt.Errorf("%w: %w", errChildGone, err)
	}
	c.kill()
	return reply{}, "", err
}

func (c *child) exchange(packet []byte, file *os.File) (reply, string, error) {
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	if _, _, err := c.conn.WriteMsgUnix(packet, rights, nil); err != nil {
		return reply{}, "", err
	}
	buf := make([]byte, maxPacket)
	n, err := c.conn.Read(buf)
	if err != nil {
		return reply{}, "", err
	}
	var rep reply
	message, err := decode(buf[:n], &rep)
	// What comes from the child goes to the log quoted: it may hold anything.
	return rep, strconv.QuoteToASCII(message), err
}

// readPixels fills pix from the start of the shared memory.
func (c *child) readPixels(pix []byte) error {
	// Read rather than mapped: a child that cuts the file short causes an error here,
	// not a fault.
	if n, err := c.pixels.ReadAt(pix, 0); n < len(pix) {
		return fmt.Errorf("%w: %w", errChildGone, err)
	}
	if len(pix) > keepPixels {
		// Best effort: it only gives memory back early.
		_ = unix.Fallocate(int(c.pixels.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, int64(len(pix)))
	}
	return nil
}

// readWords reads the words of a page of width x height pixels from the shared memory.
func (c *child) readWords(rep reply, width, height int) ([]document.Word, error) {
	if rep.WordBytes > maxWordBytes {
		return nil, fmt.Errorf("%w: %w", errChildGone, errWords)
	}
	packed := make([]byte, rep.WordBytes)
	if _, err := c.pixels.ReadAt(packed, c.words); err != nil {
		return nil, fmt.Errorf("%w: %w", errChildGone, err)
	}
	words, err := unpackWords(packed, rep.Words, width, height)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errChildGone, err)
	}
	return words, nil
}

// shortDocument is how many pages of a document are drawn as urgently as the
// gateway itself works.
const shortDocument = 2

// slowCall is after how much time at one call a child steps back and gives its place away:
// most pages and images take a tenth of it.
const slowCall = 500 * time.Millisecond

// backNice is how far a child steps back, in niceness beyond the gateway's own: to a tenth of
// the processor time of who has not. At the last place, 19, a page that is no harm, only
// slow, would run into page_timeout beside an engine that keeps all cores busy.
const backNice = 10

// stepBack lets others on the machine go first, for good: the pages of a long document
// are drawn ahead, and what takes long should not keep what does not from a processor. A
// child that stepped back never gets another document or image.
func (c *child) stepBack() {
	if c.steppedBack.Swap(true) {
		return
	}
	nice := backNice
	if raw, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err == nil {
		nice += 20 - raw // as the system call has it; the kernel ends it at 19
	}
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", c.cmd.Process.Pid))
	if err != nil {
		return // it is gone
	}
	for _, task := range tasks { // the kernel keeps this for each thread; new ones take it over
		if id, err := strconv.Atoi(task.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, nice)
		}
	}
}
