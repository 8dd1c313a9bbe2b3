package podtest_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

// busy is a pod with processes of every kind: children, orphans, sessions of their own.
const busy = `
sleep 1001 &
setsid sleep 1002 &
(setsid nohup sleep 1003 >/dev/null 2>&1 &)
mount -t tmpfs none /mnt
echo running
exec sleep 1004
`

// marked is the spec of a pod whose processes can be told from others.
func marked(mark string) runpodtest.Spec {
	return runpodtest.Spec{Env: map[string]string{"MARK": mark}}
}

// members are the processes of the machine that belong to the marked pod.
func members(t *testing.T, mark string) []string {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(processes, func(process string) bool {
		env, err := os.ReadFile(process + "/environ")
		return err != nil || !strings.Contains(string(env), "MARK="+mark)
	})
}

// complete waits until all processes of a busy pod are there. One that is just
// becoming another program has no environment.
func complete(t *testing.T, mark string) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); len(members(t, mark)) < 4; time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("there are only %v", members(t, mark))
		}
	}
}

// traces are what a pod could leave besides its processes: mounts, files among
// the temporary ones, and open namespaces.
func traces(t *testing.T) []string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	found := strings.Split(string(mounts), "\n")
	temporary, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	found = append(found, temporary...)
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range open {
		if target, err := os.Readlink(fd); err == nil && strings.HasPrefix(target, "net:") {
			found = append(found, target)
		}
	}
	return found
}

func TestKillLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	pods := podtest.New(t)
	before := traces(t)
	goroutines := goleak.IgnoreCurrent()
	mark := rand.Text()
	r := start(t, pods, busy, marked(mark))
	r.until(t, "running")
	complete(t, mark)
	for range 2 { // a second Kill changes nothing
		if err := r.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	if left := members(t, mark); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	equal(t, traces(t), before...)
	goleak.VerifyNone(t, goroutines)
}

func TestPodsEndWithTheTest(t *testing.T) {
	var r running
	var pods *podtest.Pods
	t.Run("inner", func(t *testing.T) {
		pods = podtest.New(t)
		r = start(t, pods, busy, runpodtest.Spec{})
	})
	if r.Container == nil {
		t.SkipNow()
	}
	select {
	case <-r.Done():
	default:
		t.Error("the pod outlives its test")
	}
	if _, err := pods.Start(t.Context(), runpodtest.Spec{Entrypoint: []string{"true"}}); err == nil {
		t.Error("a pod starts after the test")
	}
}

func TestPodsDieWithTheProgram(t *testing.T) {
	podtest.New(t) // or skip
	t.Setenv("TMPDIR", t.TempDir())
	before := traces(t)
	mark := rand.Text()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestProgramToBeKilled$", "-test.v")
	cmd.Env = append(os.Environ(), toBeKilled+"="+mark)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(out)
	for scan.Scan() && !strings.Contains(scan.Text(), "its pod runs") {
	}
	complete(t, mark)
	cmd.Process.Kill()
	cmd.Wait()
	// Nobody can wait for processes of another program, so look again and again.
	for left := members(t, mark); len(left) > 0; left = members(t, mark) {
		if ctx.Err() != nil {
			t.Fatalf("left are %v", left)
		}
		time.Sleep(5 * time.Millisecond)
	}
	equal(t, traces(t), before...)
}

const toBeKilled = "PODTEST_TO_BE_KILLED"

// TestProgramToBeKilled is the other program of TestPodsDieWithTheProgram. It
// starts none itself.
func TestProgramToBeKilled(t *testing.T) {
	mark := os.Getenv(toBeKilled)
	if mark == "" {
		t.Skip("only as a program of its own")
	}
	r := start(t, podtest.New(t), busy, marked(mark))
	r.until(t, "running")
	t.Log("its pod runs")
	r.ended(t)
}
