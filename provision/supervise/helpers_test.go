package supervise_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/internal/logtest"
	"ocr-gateway/provision/supervise"
)

// supervisorArgument, with a config file, makes the test binary a supervisor.
const supervisorArgument = "supervise-test-supervisor"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == supervisorArgument {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := supervise.Run(ctx, os.Args[2], supervise.Options{Log: slog.New(slog.DiscardHandler), Timing: quick()}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// timeout is how long a test waits for what must come.
const timeout = time.Minute

// quick is a Timing for tests.
func quick() supervise.Timing {
	t := supervise.DefaultTiming()
	t.FirstProbe, t.Probe = 5*time.Millisecond, 5*time.Millisecond
	t.BackoffMin, t.BackoffMax = 5*time.Millisecond, 20*time.Millisecond
	return t
}

// site is a folder with a config file, and the supervisor that works there.
type site struct {
	t      *testing.T
	dir    string
	cfg    supervise.Config
	log    *logtest.Buffer
	reload chan os.Signal
}

func newSite(t *testing.T, programs ...supervise.Program) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), log: &logtest.Buffer{}, reload: make(chan os.Signal, 1)}
	s.cfg = supervise.Config{Status: s.path("run/status.json"), Programs: programs}
	s.write()
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// write writes the config, with paths of this site where programs have none.
func (s *site) write() {
	s.t.Helper()
	for i := range s.cfg.Programs {
		p := &s.cfg.Programs[i]
		p.Dir, p.Log = s.dir, s.path("logs/"+p.Name+".log")
	}
	text, err := json.Marshal(s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.put("supervise.json", string(text))
}

func (s *site) put(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

// read returns a file of the site, "" when there is none.
func (s *site) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *site) options() supervise.Options {
	return supervise.Options{
		Log:    slog.New(slog.NewTextHandler(s.log, nil)),
		Timing: quick(), Reload: s.reload, Withhold: []string{"RUNPOD_API_KEY"},
		StopHost: func(context.Context, map[string]string) error { return nil },
	}
}

// run supervises until the test or the returned function ends it.
func (s *site) run() (stop func()) { return s.runWith(s.options()) }

func (s *site) runWith(opts supervise.Options) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan error, 1)
	go func() { done <- supervise.Run(ctx, s.path("supervise.json"), opts) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				s.t.Errorf("supervisor: %v", err)
			}
		case <-time.After(timeout):
			s.t.Errorf("the supervisor does not stop; its log:\n%s", s.log)
		}
		if s.t.Failed() {
			s.t.Logf("the supervisor's log:\n%s", s.log)
		}
	})
	s.t.Cleanup(stop)
	return stop
}

// status reads the status file; it is whole at every moment.
func (s *site) status() supervise.Status {
	s.t.Helper()
	var status supervise.Status
	if text := s.read("run/status.json"); text != "" {
		if err := json.Unmarshal([]byte(text), &status); err != nil {
			s.t.Fatalf("status file: %v\n%s", err, text)
		}
	}
	return status
}

func (s *site) program(name string) supervise.ProgramStatus {
	s.t.Helper()
	for _, p := range s.status().Programs {
		if p.Name == name {
			return p
		}
	}
	return supervise.ProgramStatus{}
}

// await waits until the status of a program is as wanted.
func (s *site) await(name, what string, wanted func(supervise.ProgramStatus) bool) supervise.ProgramStatus {
	s.t.Helper()
	var p supervise.ProgramStatus
	eventually(s.t, func() bool {
		p = s.program(name)
		return wanted(p)
	}, func() string { return fmt.Sprintf("%s is not %s: %+v\n%s", name, what, p, s.log) })
	return p
}

func (s *site) awaitState(name string, state supervise.State) supervise.ProgramStatus {
	s.t.Helper()
	return s.await(name, string(state), func(p supervise.ProgramStatus) bool { return p.State == state })
}

// awaitBegun waits until an obedient program has its trap for SIGTERM.
func (s *site) awaitBegun(name string) {
	s.t.Helper()
	eventually(s.t, func() bool { return s.read("logs/"+name+".log") == name+" began\n" }, func() string { return name + " wrote nothing" })
}

// awaitPID waits until a program has written a process id to a file.
func (s *site) awaitPID(name string) int {
	s.t.Helper()
	var pid int
	eventually(s.t, func() bool {
		text := s.read(name)
		n, err := strconv.Atoi(strings.TrimSpace(text))
		pid = n
		return err == nil && strings.HasSuffix(text, "\n")
	}, func() string { return "no process id in " + name })
	return pid
}

func (s *site) awaitGone(pid int) {
	s.t.Helper()
	eventually(s.t, func() bool { return !alive(pid) }, func() string { return fmt.Sprintf("process %d lives on", pid) })
}

// alive reports whether a process runs; a zombie does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	rest := stat[bytes.LastIndexByte(stat, ')')+1:]
	return len(rest) > 1 && rest[1] != 'Z' && rest[1] != 'X'
}

// eventually looks until a condition holds.
func eventually(t *testing.T, holds func() bool, otherwise func() string) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(timeout); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal(otherwise())
		}
	}
}

// shell makes a program of a shell script.
func shell(name, script string) supervise.Program {
	return supervise.Program{Name: name, Command: []string{"sh", "-c", script}}
}

// obedient runs until SIGTERM and then notes its name in the file "order".
func obedient(name string) supervise.Program {
	return shell(name, `trap 'echo `+name+` >> order; exit 0' TERM; echo `+name+` began; sleep 1000 & wait`)
}
