// Package cache keeps small values on disk, within a bound, by the hash of what they
// were made from. It may lose any of them at any time and never gives a wrong one.
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

// Disk is a folder of entries, each a file in one of 256 folders. An entry is its
// checksum, over key and value, and the value: one that a crash has cut or left empty is
// no entry. So nothing is synced. The time of a file's last change is that of its last
// use; the least recently used go first. It is safe for concurrent use.
type Disk struct {
	dir string
	max int64
	log *slog.Logger

	mu   sync.Mutex // held by who writes
	size int64      // of all entries on disk, about
}

const (
	// block is what a small file takes on disk at least.
	block = 4 << 10
	// largestShare of the bound is what one entry may take.
	largestShare = 8
	// kept is how many of ten bytes stay when the bound is met.
	kept = 9
	// partial begins the names of entries that are being written.
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
	probe, err := os.CreateTemp(cfg.Dir, partial) // now, or every page would fail to be kept
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

// write puts an entry in its place in one step.
func (d *Disk) write(path string, key Key, value []byte) error {
	f, err := os.CreateTemp(d.dir, partial) // readable by us alone
	if err != nil {
		return err
	}
	sum := checksum(key, value)
	_, err = f.Write(slices.Concat(sum[:], value))
	err = errors.Join(err, f.Close())
	if err == nil {
		if err = os.Rename(f.Name(), path); errors.Is(err, fs.ErrNotExist) { // the first of its folder
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

// shrink counts the entries anew and, when they are more than the bound, removes those
// that were not used for longest until a tenth is free. So it walks the folder once
// for many entries.
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

// onDisk is how much a file of so many bytes takes.
func onDisk(bytes int64) int64 { return (bytes + block - 1) / block * block }

func checksum(key Key, value []byte) (sum Key) {
	h := sha256.New()
	h.Write(key[:])
	h.Write(value)
	h.Sum(sum[:0])
	return sum
}
