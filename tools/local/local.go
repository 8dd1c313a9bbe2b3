// Package local offers the tools to a program on this machine, over its pipes: files are named by
// paths below folders that the user has given.
package local

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
	"ocr-gateway/tools"
)

// Host reads files for one client. Close ends the work in progress.
type Host struct {
	service  *service.Service
	folders  []folder
	maxBytes int64
	patience time.Duration

	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup

	mu   sync.Mutex
	jobs []*job // the oldest first
}

// folder is a folder that files may be read from. Links cannot lead out of it.
type folder struct {
	path string
	root *os.Root
}

// job is a document that is being read, or was.
type job struct {
	id   string
	done chan struct{} // closed when the rest is there
	res  *document.Result
	err  error
}

// patience is how long a tool call waits: clients give up after a minute.
const patience = 45 * time.Second

// mostJobs is how many jobs are kept; the oldest that has ended is forgotten first.
const mostJobs = 64

// New opens the folders. Files have at most so many bytes. All work ends with ctx: calls whose own
// contexts outlive it do not wait any more.
func New(ctx context.Context, s *service.Service, folders []string, maxBytes int64) (*Host, error) {
	h := &Host{service: s, maxBytes: maxBytes, patience: patience}
	h.life, h.end = context.WithCancel(ctx)
	for _, path := range folders {
		absolute, err := filepath.Abs(path)
		if err == nil {
			var root *os.Root
			root, err = os.OpenRoot(absolute)
			h.folders = append(h.folders, folder{absolute, root})
		}
		if err != nil {
			return nil, errors.Join(err, h.close())
		}
	}
	return h, nil
}

// Close ends the work in progress, and waits for that.
func (h *Host) Close() error { return h.close() }

func (h *Host) close() error {
	h.end()
	h.work.Wait()
	var errs []error
	for _, f := range h.folders {
		if f.root != nil {
			errs = append(errs, f.root.Close())
		}
	}
	return errors.Join(errs...)
}

// open opens a file by its path: a whole one, or one from any of the folders on.
func (h *Host) open(path string) (*document.Source, error) {
	if path == "" {
		return nil, document.Invalid("path", "path is missing")
	}
	missing := document.Invalid("path", "there is no such file, or it is outside of the folders that may be read: %s", h.names())
	for _, f := range h.folders {
		relative := path
		if filepath.IsAbs(path) {
			var err error
			if relative, err = filepath.Rel(f.path, path); err != nil {
				continue
			}
		}
		file, err := f.root.OpenFile(relative, os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a pipe would block
		if err != nil {
			if errors.Is(err, fs.ErrPermission) {
				return nil, document.Invalid("path", "the file may not be read by this program").Because(err)
			}
			continue
		}
		defer file.Close()
		if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, document.Invalid("path", "this is no file")
		}
		return document.ReadSource(filepath.Base(path), file, h.maxBytes, "")
	}
	return nil, missing
}

func (h *Host) names() string {
	var names []string
	for _, f := range h.folders {
		names = append(names, f.path)
	}
	return strings.Join(names, ", ")
}

// Read reads a file. Where that takes longer than clients wait, it goes on as a job. A call that is
// canceled before ends it.
func (h *Host) Read(ctx context.Context, f tools.File, kind service.Kind, values map[string]string) (*document.Result, string, error) {
	opts, err := h.service.Parse(kind, values)
	if err != nil {
		return nil, "", err
	}
	src, err := h.open(f.Path)
	if err != nil {
		return nil, "", err
	}
	j := &job{id: rand.Text(), done: make(chan struct{})}
	working, cancel := context.WithCancel(h.life)
	h.work.Go(func() {
		defer cancel()
		defer src.Close()
		defer close(j.done)
		j.res, j.err = h.service.Read(working, src, opts, nil)
	})
	timer := time.NewTimer(h.patience)
	defer timer.Stop()
	select {
	case <-j.done:
		return j.res, "", j.err
	case <-ctx.Done():
		cancel()
		return nil, "", document.EndProblem(context.Cause(ctx), "")
	case <-timer.C:
		h.keep(j)
		return nil, j.id, nil
	}
}

// keep remembers a job.
func (h *Host) keep(j *job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.jobs = append(h.jobs, j)
	for i := 0; len(h.jobs) > mostJobs && i < len(h.jobs); i++ {
		select {
		case <-h.jobs[i].done:
			h.jobs = append(h.jobs[:i], h.jobs[i+1:]...)
			i--
		default:
		}
	}
}

// Extract finds fields in a file.
func (h *Host) Extract(ctx context.Context, f tools.File, values map[string]string) (*document.Extraction, error) {
	opts, err := h.service.Parse(service.Extract, values)
	if err != nil {
		return nil, err
	}
	src, err := h.open(f.Path)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.life, cancel)()
	return h.service.Extract(ctx, src, opts)
}

// Job is a document that took long.
func (h *Host) Job(ctx context.Context, id string) (*document.Result, error) {
	j := h.find(id)
	if j == nil {
		return nil, document.Problemf(document.CodeNotFound, "", "there is no such job")
	}
	timer := time.NewTimer(h.patience)
	defer timer.Stop()
	select {
	case <-j.done:
		return j.res, j.err
	case <-ctx.Done():
		return nil, document.EndProblem(context.Cause(ctx), "")
	case <-timer.C:
		return nil, nil
	}
}

func (h *Host) find(id string) *job {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, j := range h.jobs {
		if j.id == id {
			return j
		}
	}
	return nil
}
