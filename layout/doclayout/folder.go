package doclayout

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
)

// folderPrefix begins the names of folders in the system's temporary folder. Each
// holds the program for one running gateway.
const folderPrefix = "ocr-gateway-doclayout-"

// folder is a private folder that belongs to this process for as long as it runs:
// it holds a lock on it, which the kernel releases however the process ends. A
// folder that nobody has locked was left by a process that was killed.
type folder struct {
	path string
	lock *os.File // the open folder
}

// newFolder makes a folder, and removes those that killed processes left.
func newFolder(log *slog.Logger) (*folder, error) {
	removeLeftFolders(log)
	for {
		path, err := os.MkdirTemp("", folderPrefix)
		if err != nil {
			return nil, err
		}
		f, err := lockFolder(path)
		if err != nil {
			os.RemoveAll(path)
			return nil, err
		}
		if f != nil {
			return f, nil
		}
		// Another process that starts at the same time took it for left over.
	}
}

// remove deletes the folder and then gives up the lock.
func (f *folder) remove() error {
	defer f.lock.Close()
	return os.RemoveAll(f.path)
}

// lockFolder returns nil when another process holds the lock, or has removed the
// folder before it was locked. It does not wait.
func lockFolder(path string) (*folder, error) {
	open, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(open.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		open.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, err
	}
	locked, err := open.Stat()
	if now, gone := os.Lstat(path); err != nil || gone != nil || !os.SameFile(locked, now) {
		open.Close()
		return nil, err
	}
	return &folder{path: path, lock: open}, nil
}

// removeLeftFolders removes this user's folders that no running process has
// locked. What cannot be removed stays: it only takes space.
func removeLeftFolders(log *slog.Logger) {
	paths, err := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() {
			continue
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Geteuid() {
			continue
		}
		f, err := lockFolder(path)
		if err == nil && f == nil {
			continue // its process runs
		}
		if err == nil {
			err = f.remove()
		}
		if err != nil {
			log.Warn("a layout program's folder of a killed process stays", "folder", path, "error", err)
		}
	}
}
