package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Status is the status file, written anew at each change. It outlives its
// supervisor: Pid says whose it is.
type Status struct {
	PID         int             `json:"pid"` // the supervisor
	Started     time.Time       `json:"started"`
	ConfigRead  time.Time       `json:"config_read"`            // when the reading of the config began that was last taken, or found faulty; its changes are done
	ConfigError string          `json:"config_error,omitempty"` // why it was not taken then
	Programs    []ProgramStatus `json:"programs"`               // as in the config
}

// ProgramStatus is how a program fares.
type ProgramStatus struct {
	Name       string    `json:"name"`
	State      State     `json:"state"`
	PID        int       `json:"pid,omitempty"`        // while it runs
	Starts     int       `json:"starts"`               // so far
	Failures   int       `json:"failures"`             // ends in a row without having been ready for a minute
	Since      time.Time `json:"since"`                // when it came into this state
	ReadySince time.Time `json:"ready_since,omitzero"` // while it is ready
	LastExit   *Exit     `json:"last_exit,omitempty"`  // nil until it ended once
}

// Failing reports whether the program ended by itself and has not been ready since.
func (p ProgramStatus) Failing() bool { return p.Failures > 0 && p.State != Ready }

// State is where a program is in its life.
type State string

// The states. A failed program is still tried again, once a minute.
const (
	Starting State = "starting" // it runs and is not ready yet
	Ready    State = "ready"
	Backoff  State = "backoff" // it ended and waits to be started again
	Failed   State = "failed"  // as backoff, after at least 5 failures in a row
	Stopped  State = "stopped" // on purpose
)

// failedAfter make a program a failed one.
const failedAfter = 5

// Exit is how a program ended.
type Exit struct {
	Time   time.Time `json:"time"`
	Code   int       `json:"code"`             // -1 when a signal ended it or it could not be started
	Signal string    `json:"signal,omitempty"` // "killed"
	Reason string    `json:"reason,omitempty"` // why the supervisor ended it, or could not start it
	Output string    `json:"output,omitempty"` // its last lines, up to 4 KB, values of its env_file masked
}

// board keeps the status file.
type board struct {
	path string
	log  *slog.Logger

	mu     sync.Mutex
	status Status
	failed bool // the last write did, and it was said
}

func newBoard(path string, log *slog.Logger) *board {
	return &board{path: path, log: log, status: Status{PID: os.Getpid(), Started: time.Now()}}
}

// arrange makes room for these programs, in this order, and forgets others.
func (b *board) arrange(names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := map[string]ProgramStatus{}
	for _, p := range b.status.Programs {
		known[p.Name] = p
	}
	b.status.Programs = []ProgramStatus{}
	for _, name := range names {
		p, ok := known[name]
		if !ok {
			p = ProgramStatus{Name: name, State: Stopped, Since: time.Now()}
		}
		b.status.Programs = append(b.status.Programs, p)
	}
	b.write()
}

// read notes when the config was read and what came of it; nil means that it was taken.
func (b *board) read(began time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status.ConfigRead, b.status.ConfigError = began, ""
	if err != nil {
		b.status.ConfigError = err.Error()
	}
	b.write()
}

// update changes what is known about a program, and its state.
func (b *board) update(name string, state State, change func(*ProgramStatus)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.status.Programs {
		p := &b.status.Programs[i]
		if p.Name != name {
			continue
		}
		now := time.Now()
		if p.State != state {
			p.State, p.Since = state, now
		}
		p.ReadySince = time.Time{}
		if state == Ready {
			p.ReadySince = p.Since
		}
		change(p)
	}
	b.write()
}

// failing reports whether a program ended and has not been ready since.
func (b *board) failing(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.status.Programs, func(p ProgramStatus) bool { return p.Name == name && p.Failing() })
}

// starting reports whether a program is in its first start.
func (b *board) starting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.status.Programs, func(p ProgramStatus) bool {
		return p.State == Starting && p.Failures == 0
	})
}

// write replaces the file. Supervision does not need it: a full disk must not
// take the service down.
func (b *board) write() {
	err := replace(b.path, b.status)
	if err != nil && !b.failed {
		b.log.Error("status not written", "error", err)
	}
	b.failed = err != nil
}

func replace(path string, status Status) error {
	text, err := json.MarshalIndent(status, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ErrHeld says that another supervisor works with the same status file.
var ErrHeld = errors.New("another supervisor runs already")

// lockStatus makes this process the only supervisor of a status file. The lock
// ends with the process, however that ends.
func lockStatus(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	// A file beside the status file: that one is replaced all the time, and
	// network volumes do not lock folders.
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrHeld
		var holder int
		if _, unknown := fmt.Fscan(f, &holder); unknown == nil {
			err = fmt.Errorf("%w as process %d", ErrHeld, holder)
		}
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s.lock: %w", path, err)
	}
	return f, nil
}
