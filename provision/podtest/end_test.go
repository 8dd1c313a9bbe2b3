package podtest_test

import (
	"bufio"
	"context"
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
echo namespaces $(readlink /proc/self/ns/{mnt,pid,net,uts,ipc})
sleep 1004
`

// members are the processes of the machine that are in one of the namespaces.
func members(t *testing.T, namespaces []string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/ns/*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && slices.Contains(namespaces, target) {
			found = append(found, link)
		}
	}
	return found
}

// machine is what a pod must not change: mounts of the machine, and folders of
// podtest among its temporary ones.
func machine(t *testing.T) []string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), "podtest*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(strings.Split(string(mounts), "\n"), folders...)
}

func TestKillLeavesNothing(t *testing.T) {
	pods := podtest.New(t)
	before := machine(t)
	goroutines := goleak.IgnoreCurrent()
	r := start(t, pods, busy, runpodtest.Spec{})
	namespaces := strings.Fields(r.until(t, "namespaces "))[1:]
	if len(namespaces) != 5 || len(members(t, namespaces)) < 5*4 {
		t.Fatalf("of %v there are only %v", namespaces, members(t, namespaces))
	}
	equal(t, machine(t), before...)
	for range 2 { // a second Kill changes nothing
		if err := r.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	if left := members(t, namespaces); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	equal(t, machine(t), before...)
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
	before := machine(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestProgramToBeKilled$", "-test.v")
	cmd.Env = append(os.Environ(), "PODTEST_TO_BE_KILLED=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var namespaces []string
	for scan := bufio.NewScanner(out); namespaces == nil && scan.Scan(); {
		if _, list, ok := strings.Cut(scan.Text(), "namespaces "); ok {
			namespaces = strings.Fields(list)
		}
	}
	if len(namespaces) != 5 || len(members(t, namespaces)) == 0 {
		t.Errorf("the program has no pod: %v", namespaces)
	}
	cmd.Process.Kill()
	cmd.Wait()
	// Nobody can wait for processes of another program, so look again and again.
	for left := members(t, namespaces); len(left) > 0; left = members(t, namespaces) {
		if ctx.Err() != nil {
			t.Fatalf("left are %v", left)
		}
		time.Sleep(5 * time.Millisecond)
	}
	equal(t, machine(t), before...)
}

// TestProgramToBeKilled is the other program of TestPodsDieWithTheProgram. It
// starts none itself.
func TestProgramToBeKilled(t *testing.T) {
	if os.Getenv("PODTEST_TO_BE_KILLED") == "" {
		t.Skip("only as a program of its own")
	}
	r := start(t, podtest.New(t), busy, runpodtest.Spec{})
	t.Log(r.until(t, "namespaces "))
	r.ended(t)
}
