package keys

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the file is looked at, at most.
const lookEvery = time.Second

// Ring is the keys of a file. It is safe for concurrent use.
type Ring struct {
	path string
	log  *slog.Logger
	now  func() time.Time

	mu      sync.Mutex
	looked  time.Time
	version version            // of the file last read, or last tried
	bySum   map[string]*Holder // by SHA-256
	byName  map[string]*usage  // kept when entries change
}

// version tells whether a file has changed.
type version struct {
	changed time.Time
	size    int64
}

// Open reads the keys of a file; it must be readable. When a later version is not, the keys before
// stay in force.
func Open(path string, log *slog.Logger) (*Ring, error) {
	r := &Ring{path: path, log: log, now: time.Now, byName: map[string]*usage{}}
	entries, v, err := readFile(path)
	if err != nil {
		return nil, err
	}
	r.looked, r.version = r.now(), v
	r.take(entries)
	return r, nil
}

// Find returns the holder of a key; nil where it is unknown or has expired. Looking it up by its
// hash leaks no timing of use, since nobody can choose a hash.
func (r *Ring) Find(key string) *Holder {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	h := r.bySum[Sum(key)]
	if h == nil || !h.Expires.IsZero() && !r.now().Before(h.Expires) {
		return nil
	}
	return h
}

// look reads the file again when it has changed. r.mu is held.
func (r *Ring) look() {
	now := r.now()
	if now.Sub(r.looked) < lookEvery {
		return
	}
	r.looked = now
	v, err := versionOf(r.path)
	if err == nil && v == r.version {
		return
	}
	entries, v, err := readFile(r.path)
	if v == r.version && err != nil { // unchanged and still unreadable
		return
	}
	r.version = v
	if err != nil {
		r.log.Error("the API keys cannot be read again: those before stay", "error", err)
		return
	}
	r.take(entries)
	r.log.Info("the API keys were read again", "keys", len(entries))
}

// take replaces the entries. What a name has used up stays counted.
func (r *Ring) take(entries []Entry) {
	r.bySum = map[string]*Holder{}
	for _, e := range entries {
		if r.byName[e.Name] == nil {
			r.byName[e.Name] = &usage{}
		}
		r.bySum[e.SHA256] = &Holder{Entry: e, usage: r.byName[e.Name], now: r.now}
	}
}

func versionOf(path string) (version, error) {
	info, err := os.Stat(path)
	if err != nil {
		return version{}, err
	}
	return version{info.ModTime(), info.Size()}, nil
}

// readFile reads the entries and the version of the file.
func readFile(path string) ([]Entry, version, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, version{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, version{}, err
	}
	v := version{info.ModTime(), info.Size()}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	var entries []Entry
	if err == nil {
		entries, err = Parse(data)
	}
	if err != nil {
		return nil, v, fmt.Errorf("%s: %w", path, err)
	}
	return entries, v, nil
}
