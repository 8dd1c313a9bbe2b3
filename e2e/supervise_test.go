package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/provision/supervise"
)

// The gateway under its supervisor as on a GPU host, beside a program that does
// not heed SIGTERM: ready, read again, refused to a second supervisor, and gone at
// the second signal.
func TestSupervise(t *testing.T) {
	dir, exe := t.TempDir(), program.Path()
	port := freePort(t)
	cfg := supervise.Config{
		Status: filepath.Join(dir, "status.json"),
		Programs: []supervise.Program{
			{Name: "deaf", Command: []string{"sh", "-c", `trap "" TERM; sleep 1000 & wait; wait`}, Log: filepath.Join(dir, "deaf.log")},
			{
				Name: "gateway", Command: []string{exe, "serve", "--host", "127.0.0.1", "--port", port}, Log: filepath.Join(dir, "gateway.log"),
				Ready: "http://127.0.0.1:" + port + "/livez",
			},
		},
	}
	file := filepath.Join(dir, "supervise.json")
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}

	cmd := program.Command(t, "supervise", "--config", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	waitFor(t, time.Minute, "both ready", func() bool {
		status := superviseStatus(t, cfg.Status)
		return len(status.Programs) == 2 && status.Programs[0].State == supervise.Ready && status.Programs[1].State == supervise.Ready
	})
	status := superviseStatus(t, cfg.Status)

	if _, stderr, code := call(t, "supervise", "--config", file); code != program.ExitFailed || !strings.Contains(stderr, fmt.Sprint(cmd.Process.Pid)) {
		t.Errorf("a second supervisor: exit code %d, %s", code, stderr)
	}
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := call(t, "supervise", "--config", file); code != program.ExitUsage || !strings.Contains(stderr, "status: is missing") {
		t.Errorf("a faulty config: exit code %d, %s", code, stderr)
	}
	cmd.Process.Signal(syscall.SIGHUP)
	waitFor(t, time.Minute, "the faulty config in the status", func() bool {
		return superviseStatus(t, cfg.Status).ConfigError != ""
	})

	cmd.Process.Signal(syscall.SIGTERM)
	waitFor(t, time.Minute, "the gateway stopped", func() bool { return superviseStatus(t, cfg.Status).Programs[1].State == supervise.Stopped })
	cmd.Process.Signal(syscall.SIGTERM)
	err = <-ended
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != program.ExitSignals {
		t.Errorf("ended with %v", err)
	}
	waitFor(t, time.Minute, "the deaf program gone", func() bool { return !running(status.Programs[0].PID) })
	if last := superviseStatus(t, cfg.Status).Programs[1].LastExit; last == nil || last.Code != program.ExitOK {
		t.Errorf("the gateway ended with %+v", last)
	}
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func superviseStatus(t *testing.T, path string) (status supervise.Status) {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return status
	}
	if err == nil {
		err = json.Unmarshal(text, &status)
	}
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// running reports whether a process runs; one that only waits for its parent's
// attention does not.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
