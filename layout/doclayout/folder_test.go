package doclayout_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/layout/doclayout"
)

// helperVariable is set for the process that TestFoldersOfKilledProcesses kills.
const helperVariable = "DOCLAYOUT_TEST_HELPER"

// TestHelper is no test: it is a process that starts a sidecar, prints the path
// of its folder and then waits to be killed.
func TestHelper(t *testing.T) {
	if os.Getenv(helperVariable) == "" {
		t.Skip("runs only as a child of TestFoldersOfKilledProcesses")
	}
	s, err := doclayout.StartSidecar(testConfig(t), slog.New(slog.DiscardHandler), "--stand-in")
	if err != nil {
		t.Fatal(err)
	}
	// Until the program runs, its process may be a copy of this one, with the lock.
	eventually(t, "it is ready", func() bool { return s.State().Status == "ready" })
	fmt.Println(s.ProgramDir())
	select {}
}

// TestFoldersOfKilledProcesses kills a gateway and sees that the next one removes
// what it left, and nothing of one that runs or of anybody else.
func TestFoldersOfKilledProcesses(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	foreign := filepath.Join(os.TempDir(), "ocr-gateway-doclayout-file")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	running := startSidecar(t, testConfig(t), "--stand-in")

	helper := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelper$")
	helper.Env = append(os.Environ(), helperVariable+"=1")
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	left := strings.TrimSpace(line)
	if err != nil || !strings.HasPrefix(left, os.TempDir()) {
		t.Fatalf("the helper wrote %q, %v", line, err)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	helper.Wait()
	if _, err := os.Stat(filepath.Join(left, "doclayout", "__main__.py")); err != nil {
		t.Fatalf("the killed process left no program: %v", err)
	}

	next, err := doclayout.StartSidecar(testConfig(t), slog.New(slog.DiscardHandler), "--stand-in")
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the killed process is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(running.ProgramDir(), "doclayout", "__main__.py")); err != nil {
		t.Errorf("the folder of a running process is gone: %v", err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("a file that is no folder is gone: %v", err)
	}
}
