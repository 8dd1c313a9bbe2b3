// Package cache keeps small values on disk, within a size limit, by the hash of what they were
// made from. It may lose any of them at any time and never returns a wrong one.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Key is the hash of everything that a value depends on.
type Key = [sha256.Size]byte

// Disk is a folder of entries, each a file in one of 256 folders. An entry is a checksum over key
// and value, and the value: one that a crash has truncated is not valid, so that nothing needs to
// be synced. A file's modification time is that of its last use; the least recently used go first.
// It is safe for concurrent use.
type Disk struct {
	dir string
	max int64
	log *slog.Logger

	mu   sync.Mutex // held while writing
	size int64      // of all entries on disk, approximately
}

const (
	// block is the least that a small file takes on disk.
	block = 4 << 10
	// largestShare is the part of the limit that one entry may take: an eighth.
	largestShare = 8
	// kept is how many tenths stay when the limit is reached.
	kept = 9
	// partial is the prefix of the names of entries being written.
	partial = "partial-"
)

// Open makes the folder where it is missing, and counts what is there.
func Open(cfg Config, log *slog.Logger) (*Disk, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache.dir: %w", err)
	}
	d := &Disk{dir: cfg.Dir, max: cfg.MaxBytes, log: log}
	abandoned, err := filepath.Glob(filepath.Join(cfg.Dir, partial+"*")) // by a crash
	if err != nil {
		return nil, fmt.Errorf("cache.dir: %w", err)
	}
	for _, path := range abandoned {
		os.Remove(path)
	}
	probe, err := os.CreateTemp(cfg.Dir, partial) // fail now rather than at every page
	if err != nil {
		return nil, fmt.Errorf("cache.dir: %w", err)
	}
	probe.Close()
	os.Remove(probe.Name())
	d.shrink()
	return d, nil
}

func (d *Disk) path(key Key) string {
	name := hex.EncodeToString(key[:])
	return filepath.Join(d.dir, name[:2], name[2:])
}

// Get returns the value of a key, and whether there is one.
func (d *Disk) Get(key Key) ([]byte, bool) {
	path := d.path(key)
	b, err := os.ReadFile(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			d.log.Warn("cache entry not read", "error", err)
		}
		return nil, false
	}
	if len(b) < sha256.Size || checksum(key, b[sha256.Size:]) != Key(b[:sha256.Size]) {
		d.log.Warn("damaged cache entry removed", "path", path)
		os.Remove(path) // still counted until the next shrink
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // fails when it was removed just now
	return b[sha256.Size:], true
}

// Put keeps a value, unless it is large or the disk fails.
func (d *Disk) Put(key Key, value []byte) {
	size := onDisk(int64(sha256.Size + len(value)))
	if size > d.max/largestShare {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.write(d.path(key), key, value); err != nil {
		d.log.Warn("cache entry not kept", "error", err)
		return
	}
	if d.size += size; d.size > d.max {
		d.shrink()
	}
}

// write places an entry atomically.
func (d *Disk) write(path string, key Key, value []byte) error {
	f, err := os.CreateTemp(d.dir, partial) // readable by this user only
	if err != nil {
		return err
	}
	sum := checksum(key, value)
	_, err = f.Write(slices.Concat(sum[:], value))
	err = errors.Join(err, f.Close())
	if err == nil {
		if err = os.Rename(f.Name(), path); errors.Is(err, fs.ErrNotExist) { // the first entry of its folder
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.Rename(f.Name(), path))
		}
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// entry is a file found by shrink.
type entry struct {
	path string
	size int64
	used time.Time
}

// shrink recounts the entries and, when they exceed the limit, removes the least recently used
// until a tenth is free, so that it walks the folder once for many entries.
func (d *Disk) shrink() {
	var all []entry
	d.size = 0
	err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), partial) {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil // removed meanwhile
		}
		all = append(all, entry{path, onDisk(info.Size()), info.ModTime()})
		d.size += onDisk(info.Size())
		return nil
	})
	if err != nil {
		d.log.Warn("cache not counted", "error", err)
	}
	if d.size <= d.max {
		return
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(a.used.Compare(b.used), bytes.Compare([]byte(a.path), []byte(b.path)))
	})
	for _, e := range all {
		if d.size <= d.max/10*kept {
			return
		}
		if err := os.Remove(e.path); err != nil {
			d.log.Warn("cache entry not removed", "error", err)
			continue
		}
		d.size -= e.size
	}
}

// onDisk is how much room a file of so many bytes takes.
func onDisk(bytes int64) int64 { return (bytes + block - 1) / block * block }

func checksum(key Key, value []byte) (sum Key) {
	h := sha256.New()
	h.Write(key[:])
	h.Write(value)
	h.Sum(sum[:0])
	return sum
}
