package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"ocr-gateway/blob"
	"ocr-gateway/document"
	"ocr-gateway/files"
	"ocr-gateway/internal/config"
	"ocr-gateway/internal/setting"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/seal"
	"ocr-gateway/server"
)

// openJobs opens the jobs that are kept and goes on with them; nil, and why, when there are none.
func (a *App) openJobs(ctx context.Context) (*jobs.Jobs, *document.Problem, error) {
	cfg := a.cfg.Jobs
	if !cfg.Enabled {
		return nil, server.NoJobs("jobs.enabled is false"), nil
	}
	if !cfg.NATS.Embedded() {
		kept, err := a.startJobs(ctx, cfg)
		return kept, nil, err
	}
	// Who says where something of jobs goes wants them.
	chosen := cfg.Dir != "" || a.cfg.Blob.Dir != "" || a.cfg.Blob.S3.Bucket != ""
	if cfg.Dir == "" {
		cfg.Dir = a.stateDir()
	}
	unlock, err := claim(cfg.Dir)
	if err != nil && !chosen {
		a.log.WarnContext(ctx, "no jobs are kept: set jobs.dir to a folder for them", "error", err)
		return nil, server.NoJobs("its folder for them cannot be used; jobs.dir chooses another"), nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("jobs.dir: %w", err)
	}
	a.onStop("jobs' folder", func(context.Context) error { return unlock() })
	kept, err := a.startJobs(ctx, cfg)
	if err != nil && !chosen { // documents can be read all the same
		a.files = nil
		a.log.ErrorContext(ctx, "the jobs that are kept cannot be used: documents are read without", "dir", cfg.Dir, "error", err)
		return nil, server.BrokenJobs("its log or its folder is damaged, full, not to be written, or of a newer version; the log of the server and `ocr-gateway doctor` say more"), nil
	}
	return kept, nil, err
}

func (a *App) startJobs(ctx context.Context, cfg jobs.Config) (*jobs.Jobs, error) {
	parts := jobs.Parts{
		Service: a.Service, TempDir: a.cfg.Server.TempDir,
		Ready: func() bool { return a.status().Ready },
		Whole: a.readsWhole,
	}
	var err error
	switch {
	case cfg.Key != "":
		parts.Sealer, err = seal.New([]byte(cfg.Key))
	case cfg.NATS.Embedded():
		parts.Sealer, err = seal.Load(filepath.Join(cfg.Dir, "key"))
	}
	if err != nil {
		return nil, err
	}
	where := a.cfg.Blob
	if where.Dir == "" && cfg.NATS.Embedded() {
		where.Dir = filepath.Join(cfg.Dir, "blobs")
	}
	a.jobsDir = where.Dir
	store, err := blob.Open(where, a.log)
	if err != nil {
		return nil, err
	}
	a.onStop("blobs", func(context.Context) error { return store.Close() })
	parts.Blobs = store
	a.files = files.New(a.cfg.Files, a.cfg.Server.MaxUploadBytes, store, a.log)
	a.onStop("files", background(ctx, a.files.Sweep))
	sender, err := a.openSender()
	if err != nil {
		return nil, err
	}
	if sender != nil {
		parts.CheckWebhook = sender.Check
	}
	kept, err := jobs.Open(ctx, cfg, parts, a.log)
	if err != nil {
		return nil, err
	}
	a.onStop("jobs", kept.Close)
	if sender != nil {
		a.sendWebhooks(ctx, sender, kept)
	}
	return kept, nil
}

// background runs something until stop is called, which waits for its end.
func background(ctx context.Context, run func(context.Context)) (stop func(context.Context) error) {
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { defer close(done); run(running) }()
	return func(context.Context) error { end(); <-done; return nil }
}

// CheckWorker says why a worker with these settings would have nothing to do.
func CheckWorker(cfg config.Config) error {
	switch {
	case cfg.Jobs.NATS.Embedded():
		return setting.Errorf("jobs.nats.urls", "is empty: a worker takes the jobs of gateways that share a NATS cluster; serve alone works on its own")
	case cfg.Jobs.Parallel == 0:
		return setting.Errorf("jobs.parallel", "is 0: a worker would do nothing")
	}
	return nil
}

// Work works on the jobs of others until ctx ends; see CheckWorker.
func (a *App) Work(ctx context.Context) error {
	ctx = a.observer.Observed(ctx)
	if err := a.openDebug(ctx); err != nil {
		return err
	}
	cfg := a.cfg.Jobs
	if _, err := a.startJobs(ctx, cfg); err != nil {
		return err
	}
	a.log.InfoContext(ctx, "working on jobs", "parallel", cfg.Parallel)
	<-ctx.Done()
	return nil
}

// readsWhole reports whether what is read on a page depends on the pages before it: the
// ledger of a document's own text learns from each.
func (a *App) readsWhole(opts document.Options) bool {
	layer := opts.TextLayer
	if layer == "" {
		layer = a.cfg.Pipeline.TextLayer
	}
	return layer == document.TextLayerVerified
}

// stateDir is where jobs are kept when nothing is said: apart for each port, since
// gateways of one user do not share it.
func (a *App) stateDir() string {
	root := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(root) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		root = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(root, "ocr-gateway", "jobs-"+strconv.Itoa(a.cfg.Server.Port))
}

// existing is a folder, or the nearest above it that is there.
func existing(dir string) string {
	for !isDir(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}

// claim makes a folder and sees to it that no other program uses it.
func claim(dir string) (release func() error, err error) {
	if dir == "" {
		return nil, fmt.Errorf("this user has no folder of its own")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another gateway uses %s", dir)
		}
		return nil, fmt.Errorf("%s cannot be locked, so that others keep away: %w", dir, err)
	}
	return lock.Close, nil
}
