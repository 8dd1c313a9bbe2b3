package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// entry is a line of the state file: what is known of an item. Later lines override earlier ones.
type entry struct {
	ID      string   `json:"id"`
	Version string   `json:"version"`           // of its content
	Try     int      `json:"try,omitempty"`     // from 0; each try is another job
	SHA256  string   `json:"sha256,omitempty"`  // of its content
	Job     string   `json:"job,omitempty"`     // that reads it
	Outcome outcome  `json:"outcome,omitempty"` // empty until its results are written
	Pages   int      `json:"pages,omitempty"`
	Failed  int      `json:"failed,omitempty"`  // pages
	Formats []string `json:"formats,omitempty"` // in which its results are written
	Error   string   `json:"error,omitempty"`
}

// next returns the entry for another job.
func (e entry) next() entry {
	return entry{ID: e.ID, Version: e.Version, SHA256: e.SHA256, Try: e.Try + 1}
}

// has reports whether there are results in all of these formats.
func (e entry) has(formats []string) bool {
	return !slices.ContainsFunc(formats, func(f string) bool { return !slices.Contains(e.Formats, f) })
}

// outcome is how an item ended.
type outcome string

const (
	outcomeOK      outcome = "ok"
	outcomePartial outcome = "partial" // something of it could not be read; its results are written
	outcomeFailed  outcome = "failed"
)

// state is the file that a run leaves behind, so that the next one can resume. Each line is
// written at once: what a killed program had not written is found again by the job's
// Idempotency-Key.
type state struct {
	file *os.File

	mu    sync.Mutex
	known map[string]entry
}

// openState opens a state file that no other run uses.
func openState(name string) (*state, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	s := &state{file: f, known: map[string]entry{}}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another run uses %s", name)
	}
	if err := s.load(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

func (s *state) load() error {
	text, err := io.ReadAll(s.file)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1 // an incomplete line does not count
	for line := range bytes.Lines(text[:whole]) {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil || e.ID == "" {
			return errors.New("this is no state of a batch: name another with --state")
		}
		s.known[e.ID] = e
	}
	if err := s.file.Truncate(int64(whole)); err != nil {
		return err
	}
	_, err = s.file.Seek(int64(whole), io.SeekStart)
	return err
}

// of returns what is known of an item whose content has a version.
func (s *state) of(id, version string) entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, known := s.known[id]; known && e.Version == version {
		return e
	}
	return entry{ID: id, Version: version}
}

// set records what is known of an item.
func (s *state) set(e entry) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[e.ID] = e
	if _, err := s.file.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("write the state of the batch: %w", err)
	}
	return nil
}

func (s *state) close() error { return s.file.Close() }
