package child_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/internal/child"
)

// parentArgument makes the test binary a parent that starts a child with a guard and waits.
const parentArgument = "child-test-parent"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == parentArgument {
		os.Exit(parent())
	}
	goleak.VerifyTestMain(m)
}

// family is a shell that starts another process, writes its number and does more.
func family(more string) *exec.Cmd {
	return exec.Command("/bin/sh", "-c", "sleep 1000 & echo $!; "+more)
}

// member waits for the number that a family writes.
func member(t *testing.T, said *bytes.Buffer) int {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(said.String()))
	if err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	return pid
}

// wantGone waits until a process has ended. One that nobody reaps is a zombie.
func wantGone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d lives on", pid)
		}
	}
}

func TestNothingOutlivesAChild(t *testing.T) {
	for _, start := range []func(*exec.Cmd) (*child.Process, error){child.Start, child.StartGuarded} {
		var said bytes.Buffer
		cmd := family("exit 3")
		cmd.Stdout, cmd.WaitDelay = &said, time.Minute
		p, err := start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		<-p.Done()
		if code := p.State().ExitCode(); code != 3 {
			t.Errorf("ended with %d, want 3", code)
		}
		wantGone(t, member(t, &said))
		p.Kill() // what is gone
	}
}

func TestStop(t *testing.T) {
	for _, c := range []struct {
		script string
		grace  time.Duration
		killed bool
	}{
		{"echo ready; read -r _", time.Minute, false},
		{"trap '' TERM; echo ready; while :; do read -r _ || sleep 1; done", 10 * time.Millisecond, true},
	} {
		cmd := exec.Command("/bin/sh", "-c", c.script)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		p, err := child.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if killed := p.Stop(c.grace); killed != c.killed {
			t.Errorf("%s: killed %v", c.script, killed)
		}
		if signal := p.State().Sys().(syscall.WaitStatus).Signal(); (signal == syscall.SIGKILL) != c.killed {
			t.Errorf("%s: %v", c.script, p.State())
		}
		in.Close()
		p.Stop(0) // what is gone
	}
}

// TestOutputIsBounded has a process leave the group with the pipe.
func TestOutputIsBounded(t *testing.T) {
	var said bytes.Buffer
	cmd := exec.Command("/bin/sh", "-c", "setsid sleep 1000 & echo $!")
	cmd.Stdout, cmd.WaitDelay = &said, 10*time.Millisecond
	p, err := child.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	_ = syscall.Kill(member(t, &said), syscall.SIGKILL)
}

func TestWhatDoesNotStart(t *testing.T) {
	for _, start := range []func(*exec.Cmd) (*child.Process, error){child.Start, child.StartGuarded} {
		if _, err := start(exec.Command("/no/such/program")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
}

func parent() int {
	cmd := family("wait")
	cmd.Stdout = os.Stdout
	if _, err := child.StartGuarded(cmd); err != nil {
		return 1
	}
	select {}
}

// TestGuard kills a parent, whose child and all of its group have to follow.
func TestGuard(t *testing.T) {
	cmd := exec.Command("/proc/self/exe", parentArgument)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 100)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	wantGone(t, member(t, bytes.NewBuffer(line[:n])))
}
