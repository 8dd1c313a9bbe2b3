package deployment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Store keeps deployments in a folder of their own, one file each, readable by
// its owner only.
type Store struct{ dir string }

// OpenStore makes the folder where it is missing.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for deployments: %w", err)
	}
	return &Store{dir}, nil
}

// Dir is the folder in which a deployment's logs are put.
func (s *Store) Dir(d *Deployment) string { return filepath.Join(s.dir, d.Name+".logs") }

// Save writes a deployment so that a crash leaves the old or the new one, whole.
func (s *Store) Save(d *Deployment) error {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	if err := s.write(s.path(d.Name), append(data, '\n')); err != nil {
		return fmt.Errorf("save the deployment: %w", err)
	}
	return nil
}

func (s *Store) write(path string, data []byte) error {
	f, err := os.CreateTemp(s.dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the rename, as it should
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync() // the rename itself
}

// Drop forgets a deployment. Its logs stay.
func (s *Store) Drop(d *Deployment) error {
	if err := os.Remove(s.path(d.Name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop the deployment: %w", err)
	}
	return nil
}

// Known reads all deployments. A file that cannot be read is an
// error that names it: a pod may stand behind it.
func (s *Store) Known() (Known, error) {
	names, err := filepath.Glob(filepath.Join(s.dir, NamePrefix+"*.json"))
	if err != nil {
		return nil, err
	}
	var all Known
	for _, name := range names {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // dropped meanwhile
		}
		d := new(Deployment)
		if err == nil {
			err = json.Unmarshal(data, d)
		}
		if err != nil {
			return nil, fmt.Errorf("the deployment in %s cannot be read: %w", name, err)
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *Deployment) int { return a.Created.Compare(b.Created) })
	return all, nil
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name+".json") }

// Claim locks a deployment and saves it.
func (s *Store) Claim(d *Deployment) (unlock func(), err error) {
	if unlock, err = s.Lock(d.Name); err != nil {
		return nil, err
	}
	if err := s.Save(d); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// ErrBusy means that another process works on the deployment.
var ErrBusy = errors.New("another ocr-gateway works on this deployment")

// Lock keeps other processes from working on a deployment until unlock is
// called or the process ends.
func (s *Store) Lock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.dir, "."+strings.TrimPrefix(name, ".")+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the deployment: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", name, ErrBusy)
		}
		return nil, fmt.Errorf("lock the deployment: %w", err)
	}
	return func() { f.Close() }, nil
}
