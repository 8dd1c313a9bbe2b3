package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

// mountSmall gives the gateway a small file system for its uploads. The last command after it replaces the shell, so that the process is the gateway itself.
const mountSmall = `mount -t tmpfs -o size=2m faults "$OCR_SERVER_TEMP_DIR" && exec "$@"`

// mounting is the command that runs another where it alone sees what it mounts. Without the
// right to that the test is skipped.
func mounting(t *testing.T) []string {
	t.Helper()
	namespace := []string{"unshare", "--mount"}
	if os.Geteuid() != 0 {
		namespace = append(namespace, "--user", "--map-root-user")
	}
	if out, err := exec.Command(namespace[0], append(namespace[1:], "sh", "-c", "mount -t tmpfs faults /tmp")...).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted for the test alone: %v: %s", err, out)
	}
	return namespace
}

// TestDiskFull gives uploads a file system that two of them fill.
func TestDiskFull(t *testing.T) {
	beside(t)
	namespace := mounting(t)
	// Without a reserve uploads are taken until the disk is full.
	s := newScene(t, append(namespace, "sh", "-c", mountSmall, "sh"), "OCR_SERVER_MIN_FREE_DISK=0")
	s.use(t)
	spooled := request{"/api/ocr/document", pdf, spooledPDF, 3, readAnswer, false}
	f := fault{name: "disk full for uploads", mix: []request{spooled, spooled, mixed[1]}, begin: fillDisk}
	s.run(t, f, form(500*time.Millisecond, 6*time.Second))
}

// fillDisk takes half of the room, in the gateway's own view of the file system.
func fillDisk(t *testing.T, s *scene) func() {
	path := filepath.Join("/proc", strconv.Itoa(s.gateway.PID()), "root", s.gateway.tempDir, "ballast")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
		t.Error(err)
	}
	return func() { os.Remove(path) }
}

// large is a document whose pages take as many pixels as may be.
var large = request{"/api/ocr/document?dpi=600", pdf, textPDF(2, 0), 2, readAnswer, false}

// room is how many MiB the limit lets the gateway and its children grow: enough for the
// gateway's pages, not for all children with a large page beside them.
const room = 150

// memoryGroups is where control groups limit memory, by the kernel's older interface.
const memoryGroups = "/sys/fs/cgroup/memory"

// TestMemoryPressure has the kernel kill for want of memory. The rendering children ask to
// be taken first.
func TestMemoryPressure(t *testing.T) {
	beside(t)
	if program.Race {
		t.Skip("the race detector takes the memory itself")
	}
	group := filepath.Join(memoryGroups, fmt.Sprintf("ocr-gateway-faults-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skipf("no control group can be made: %v", err)
	}
	t.Cleanup(func() { waitFor(time.Minute, func() bool { return os.Remove(group) == nil }) })
	s := newScene(t, nil, "OCR_PIPELINE_MEMORY_BUDGET=64MiB")
	s.use(t)
	pids := append(descendants(s.gateway.PID()), s.gateway.PID())
	for _, pid := range pids {
		if err := os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o600); err != nil {
			t.Skipf("the gateway cannot be put under a limit: %v", err)
		}
	}
	f := fault{name: "memory limit of the machine reached", mix: []request{large, mixed[1]}, begin: func(t *testing.T, s *scene) func() {
		_, pss := treeMemory(s.gateway.PID())
		limit := strconv.Itoa(int(pss+room) << 20)
		if err := os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte(limit), 0o600); err != nil {
			t.Skipf("no limit can be set: %v", err)
		}
		return func() { os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte("-1"), 0o600) }
	}}
	s.run(t, f, form(300*time.Millisecond, 6*time.Second))
}
