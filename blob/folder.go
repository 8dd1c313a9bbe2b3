package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folder stores each key in a file of that path with ending appended, so that a key may also be
// the folder of others. Files being written are in the folder partial.
type folder struct {
	dir  string
	room *room
	log  *slog.Logger
}

const (
	ending  = "=" // no key has it
	partial = ".partial"
	// abandoned is the age, since the last write, at which a partial file is a crash's remains.
	abandoned = time.Hour
	// placings is how often a folder is created again that others remove meanwhile.
	placings = 100
)

func openFolder(cfg Config, log *slog.Logger) (*folder, error) {
	f := &folder{dir: cfg.Dir, log: log}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, partial), 0o700); err != nil {
		return nil, fmt.Errorf("blob.dir: %w", err)
	}
	f.sweep()
	f.room = &room{dir: cfg.Dir, max: cfg.MaxBytes, keep: cfg.MinFreeDisk, count: f.size}
	probe, err := f.create() // fail now rather than at every Put
	if err != nil {
		return nil, fmt.Errorf("blob.dir: %w", err)
	}
	probe.Close()
	return f, os.Remove(probe.Name())
}

// sweep removes what crashes have left half written. Another program may be writing at this time.
func (f *folder) sweep() {
	left, err := os.ReadDir(filepath.Join(f.dir, partial))
	if err != nil {
		f.log.Warn("partial files not listed", "error", err)
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > abandoned {
			os.Remove(filepath.Join(f.dir, partial, e.Name()))
		}
	}
}

func (f *folder) create() (*os.File, error) {
	return os.CreateTemp(filepath.Join(f.dir, partial), "") // readable by this user only
}

func (f *folder) path(key string) string {
	return filepath.Join(f.dir, filepath.FromSlash(key)) + ending
}

func (f *folder) Put(ctx context.Context, key string, r io.Reader) error {
	if err := checkKey(key); err != nil {
		return err
	}
	file, err := f.create()
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	w := &taking{w: file, room: f.room}
	_, err = io.Copy(w, guarded{ctx, r})
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = f.place(file.Name(), f.path(key))
	}
	if err != nil {
		os.Remove(file.Name())
		f.room.give(w.taken)
		return fmt.Errorf("blob: put %s: %w", key, err)
	}
	return nil
}

// place moves a file to its path so that it survives a crash.
func (f *folder) place(from, to string) error {
	if old, err := os.Stat(to); err == nil {
		defer f.room.give(old.Size())
	}
	made := false
	err := os.Rename(from, to)
	for range placings {
		// Whoever deletes the last file of a folder removes the folder, also while it is being made:
		// it may exist now and be gone the next moment.
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			break
		}
		if err = os.MkdirAll(filepath.Dir(to), 0o700); err == nil {
			made, err = true, os.Rename(from, to)
		}
	}
	for dir := filepath.Dir(to); err == nil; dir = filepath.Dir(dir) {
		err = syncFolder(dir)
		if !made || dir == filepath.Clean(f.dir) {
			break
		}
	}
	return err
}

// syncFolder makes the names in a folder survive a crash.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile, with what was put
		}
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f *folder) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("blob: get %s: %w", key, err)
	}
	return file, nil
}

func (f *folder) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	path := f.path(key)
	info, err := os.Stat(path)
	if err == nil {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("blob: delete %s: %w", key, err)
	}
	f.room.give(info.Size())
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("blob: delete %s: %w", key, err)
	}
	f.prune(filepath.Dir(path))
	return nil
}

// prune removes a folder and those above it while they are empty.
func (f *folder) prune(dir string) {
	for ; dir != filepath.Clean(f.dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			return
		}
	}
}

func (f *folder) DeleteAll(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	dir := strings.TrimSuffix(f.path(key), ending)
	defer f.room.stale()
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("blob: delete %s: %w", key, err)
	}
	if err := syncFolder(filepath.Dir(dir)); err != nil {
		return fmt.Errorf("blob: delete %s: %w", key, err)
	}
	f.prune(filepath.Dir(dir))
	return nil
}

func (f *folder) List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error {
	start := filepath.Join(f.dir, filepath.FromSlash(prefix[:strings.LastIndexByte(prefix, '/')+1]))
	err := filepath.WalkDir(start, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil || e.IsDir() && e.Name() != partial {
			return err
		}
		if e.IsDir() {
			return filepath.SkipDir
		}
		key, err := filepath.Rel(f.dir, path)
		key, ours := strings.CutSuffix(filepath.ToSlash(key), ending)
		if err != nil || !ours || !strings.HasPrefix(key, prefix) {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil // deleted meanwhile
		}
		return found(key, info.Size(), info.ModTime())
	})
	if err != nil {
		return fmt.Errorf("blob: list %s: %w", prefix, err)
	}
	return nil
}

// size is the size of all files, those being written included.
func (f *folder) size() (sum int64, err error) {
	err = filepath.WalkDir(f.dir, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil || e.IsDir() {
			return err
		}
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum, err
}

func (*folder) Close() error { return nil }
