package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/config"
	"ocr-gateway/internal/doctor"
)

// brokenLog has the server run without its jobs, say so, and doctor too.
func brokenLog(t *testing.T) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	a := &App{cfg: config.Default(), log: slog.New(slog.DiscardHandler)}
	if err := os.MkdirAll(a.stateDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(a.stateDir(), "jetstream"), []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := examiner{cfg: a.cfg, quiet: a.log}.jobs(t.Context())
	if f.State != doctor.Failed || f.Mend == "" {
		t.Errorf("doctor says %+v", f)
	}
	kept, why, err := a.openJobs(t.Context())
	if kept != nil || a.files != nil || err != nil || why.Code != document.CodeJobsUnavailable {
		t.Errorf("%v, %v, %v", kept, why, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// TestFolderOfJobs has no jobs where nobody chose a folder and none can be used, and no server
// where what somebody chose cannot be, or is another's.
func TestFolderOfJobs(t *testing.T) {
	const nowhere = "/proc/nowhere"
	taken := t.TempDir()
	release, err := claim(taken)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for name, tt := range map[string]struct {
		home, dir, blobs string
		wrong            string // of the error; empty for none, and no jobs
	}{
		"no home":             {home: nowhere},
		"no folder":           {home: t.TempDir(), dir: nowhere, wrong: "jobs.dir"},
		"no folder for blobs": {home: t.TempDir(), blobs: nowhere, wrong: "blob.dir"},
		"another's folder":    {home: t.TempDir(), dir: taken, wrong: "another gateway uses " + taken},
	} {
		t.Setenv("XDG_STATE_HOME", tt.home)
		a := &App{cfg: config.Default(), log: slog.New(slog.DiscardHandler)}
		a.cfg.Jobs.Dir, a.cfg.Blob.Dir = tt.dir, tt.blobs
		kept, why, err := a.openJobs(t.Context())
		switch {
		case kept != nil, a.files != nil:
			t.Errorf("%s: there are jobs", name)
		case tt.wrong == "" && (err != nil || why.Code != document.CodeJobsDisabled || !strings.Contains(why.Detail, "jobs.dir")):
			t.Errorf("%s: %q, %v", name, why, err)
		case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
			t.Errorf("%s: %v, want %q", name, err, tt.wrong)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if again, err := claim(taken); err != nil {
		t.Errorf("a folder that was let go: %v", err)
	} else if err := again(); err != nil {
		t.Error(err)
	}
	brokenLog(t)
	if filepath.Base((&App{cfg: config.Default()}).stateDir()) != "jobs-8007" {
		t.Error("gateways of one user share a folder")
	}
}
