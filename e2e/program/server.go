package program

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Server is a running server.
type Server struct {
	URL string

	cmd    *exec.Cmd
	stderr io.Closer
	reader sync.WaitGroup
	wait   func() error
	killed atomic.Bool

	mu      sync.Mutex
	log     []string // its last lines
	defects []string
}

// keptLines is how much of the log is kept.
const keptLines = 200

// Serve starts a server on a free port, with more settings (OCR_… variables).
func Serve(t testing.TB, settings ...string) *Server {
	t.Helper()
	cmd := Command(t, "serve", "--port", "0")
	cmd.Env = append(cmd.Env, settings...)
	return Start(t, cmd)
}

// Start starts a server and waits until it listens, or a worker and waits until it works. When the test ends it is told to
// stop, and has to do so well.
func Start(t testing.TB, cmd *exec.Cmd) *Server {
	t.Helper()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &Server{cmd: cmd, stderr: stderr}
	s.wait = sync.OnceValue(func() error {
		s.reader.Wait()
		err := cmd.Wait()
		if s.killed.Load() {
			return nil
		}
		if cmd.ProcessState == nil || !cmd.ProcessState.Success() {
			return fmt.Errorf("the server ended with %s (%w)", cmd.ProcessState, err)
		}
		return nil // whether the test's end told it to stop
	})
	address := make(chan string, 1)
	s.reader.Go(func() { s.read(stderr, address) })
	t.Cleanup(func() {
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(s.Log())
		}
	})
	var listening bool
	if s.URL, listening = <-address; !listening {
		t.Fatal("the server does not listen")
	}
	return s
}

// read keeps the log's end, and finds the address and defects in it.
func (s *Server) read(log io.Reader, address chan<- string) {
	defer close(address)
	found := false
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		text := lines.Text()
		var entry struct{ Msg, Address string }
		if !found && json.Unmarshal(lines.Bytes(), &entry) == nil && (entry.Msg == "listening" || entry.Msg == "working on jobs") {
			address <- "http://" + entry.Address
			found = true
		}
		s.mu.Lock()
		if s.log = append(s.log, text); len(s.log) > keptLines {
			s.log = s.log[1:]
		}
		if strings.Contains(text, "panic") || strings.Contains(text, "DATA RACE") || strings.Contains(text, "fatal error") {
			s.defects = append(s.defects, text)
		}
		s.mu.Unlock()
	}
}

// PID is the server's process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Log is the end of its log.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

// Defects are the lines of its log that tell of panics and races.
func (s *Server) Defects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.defects
}

// CloseLog takes the reader of its log away, as a terminal that is closed.
func (s *Server) CloseLog() { s.stderr.Close() }

// Signal sends it a signal.
func (s *Server) Signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// Kill ends it at once, which it cannot notice.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.killed.Store(true)
	s.Signal(t, syscall.SIGKILL)
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
}

// Wait waits for its end, for which somebody else has to care. An error means that it
// did not end well.
func (s *Server) Wait() error { return s.wait() }

// Usage is what it took, once it has ended.
func (s *Server) Usage() *syscall.Rusage {
	usage, _ := s.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return usage
}
