package app

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/internal/config"
)

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
		case tt.wrong == "" && (err != nil || !strings.Contains(why, "jobs.dir")):
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
	if filepath.Base((&App{cfg: config.Default()}).stateDir()) != "jobs-8007" {
		t.Error("gateways of one user share a folder")
	}
}
