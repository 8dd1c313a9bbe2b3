package sshhost_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/sshhost"
)

func TestRun(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	cases := []struct {
		name, script, want string
		code               int
		tail               string
	}{
		{"output", "echo hello", "hello\n", 0, ""},
		{"empty script", "", "", 0, ""},
		{"code", "echo before; exit 7; echo after", "before\n", 7, "before"},
		{"set -e", "set -e\nfalse\necho after", "", 1, ""},
		{"pipefail", "set -o pipefail\nfalse | cat", "", 1, ""},
		{"exit trap", "trap 'echo bye' EXIT; exit 3", "bye\n", 3, "bye"},
		{"signal of the script's shell", "kill -9 $BASHPID", "", 137, ""},
		{"nothing on stdin to eat", "cat; read -r x || echo empty", "empty\n", 0, ""},
		{"quotes and odd characters", `printf '%s|' "it's" '$HOME' "a\"b" 'ü' '*'`, `it's|$HOME|a"b|ü|*|`, 0, ""},
		{"here document", "cat <<'E'\na 'b' $c\nE\n", "a 'b' $c\n", 0, ""},
		{"comment without an end of line", "echo a # b", "a\n", 0, ""},
		{"what runs on in the background lets go", "sleep 100 >/dev/null 2>&1 & kill $!", "", 0, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := h.Run(within(t, 10*time.Second), c.script, &out)
			if c.code == 0 && err != nil {
				t.Fatal(err)
			}
			if c.code != 0 {
				exit, ok := errors.AsType[*host.ExitError](err)
				if !ok || exit.Code != c.code || (c.tail != "" && exit.Tail != c.tail) {
					t.Fatalf("error %v, want code %d and tail %q", err, c.code, c.tail)
				}
			}
			if !strings.Contains(c.name, "signal") && out.String() != c.want {
				t.Errorf("output %q, want %q", &out, c.want)
			}
		})
	}
}

func TestScriptErrorsAreShown(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	err := h.Run(t.Context(), "echo one >&2\nno_such_program", nil)
	exit, ok := errors.AsType[*host.ExitError](err)
	if !ok || exit.Code != 127 || !strings.Contains(exit.Tail, "no_such_program: command not found") {
		t.Fatal(err)
	}
	if err := h.Run(t.Context(), "if true", nil); err == nil {
		t.Error("half a script ran")
	}
	if err := h.Run(t.Context(), "echo a\x00b", nil); err == nil {
		t.Error("a script with a NUL ran")
	}
}

func TestStreamsKeepTheirOrder(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	var out bytes.Buffer
	if err := h.Run(t.Context(), "for i in {1..2000}; do echo $i; echo $i >&2; done", &out); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i := 1; i <= 2000; i++ {
		fmt.Fprintf(&want, "%d\n%d\n", i, i)
	}
	if out.String() != want.String() {
		t.Error("the streams are out of order")
	}
}

func TestOutputIsBounded(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var count counter
	err := h.Run(t.Context(), "yes 'a line of some length' | head -c 20000000; echo; echo the last words; exit 9", &count)
	runtime.GC()
	runtime.ReadMemStats(&after)
	exit, ok := errors.AsType[*host.ExitError](err)
	if !ok || exit.Code != 9 {
		t.Fatal(err)
	}
	if len(exit.Tail) > 4<<10 || !strings.HasSuffix(exit.Tail, "the last words") || !strings.HasPrefix(exit.Tail, "a line of some length\n") {
		t.Errorf("tail of %d bytes: %.40q", len(exit.Tail), exit.Tail)
	}
	if count < 20_000_000 {
		t.Errorf("only %d bytes came", count)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestBrokenOutputDoesNotHangTheScript(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	done := filepath.Join(t.TempDir(), "done")
	err := h.Run(within(t, 20*time.Second), "head -c 5000000 /dev/zero; touch "+done, broken{})
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(done); err != nil {
		t.Error("the script did not end by itself")
	}
}

// family is a script that leaves the pids of itself and its children in a file:
// one of them ignores TERM, another has lost its parent.
func family(file string) string {
	return fmt.Sprintf(`( trap '' TERM; echo $BASHPID >>%[1]s; while :; do sleep 0.1; done ) &
( ( echo $BASHPID >>%[1]s; exec sleep 1000 ) & )
echo $BASHPID >>%[1]s
sleep 1000 & echo $! >>%[1]s
wait`, file)
}

func pids(t *testing.T, file string, count int) []int {
	var all []int
	eventually(t, "the script runs", func() bool {
		content, _ := os.ReadFile(file)
		all = nil
		for word := range strings.FieldsSeq(string(content)) {
			pid, _ := strconv.Atoi(word)
			all = append(all, pid)
		}
		return len(all) == count
	})
	return all
}

func wantGone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		eventually(t, "process "+strconv.Itoa(pid)+" is gone", func() bool { return !alive(pid) })
	}
}

func TestScriptEnds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		settings []string
		end      func(cancel func(), host host.Host, way *line)
		want     error
	}{
		{"with its context", nil, func(cancel func(), _ host.Host, _ *line) { cancel() }, context.Canceled},
		{
			"with its context, below a forced command",
			[]string{`ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"; exit $?`},
			func(cancel func(), _ host.Host, _ *line) { cancel() }, context.Canceled,
		},
		{"with the host's Close", nil, func(_ func(), h host.Host, _ *line) { h.Close() }, nil},
		// What the kernel does for a provisioner that is killed: the socket closes.
		{"with the connection", nil, func(_ func(), _ host.Host, way *line) { way.cut() }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // three seconds each are those between TERM and KILL
			sshd := startSSHD(t, ed25519Only, c.settings...)
			way := newLine(t, sshd.address, 0)
			h := sshd.connect(t, func(_ *sshhost.Config, login *deployment.Login) { login.Address = way.address })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			file := filepath.Join(t.TempDir(), "pids")
			ended := make(chan error, 1)
			go func() { ended <- h.Run(ctx, family(file), nil) }()
			running := pids(t, file, 4)
			for _, pid := range running {
				if !alive(pid) {
					t.Fatalf("process %d does not run", pid)
				}
			}
			c.end(cancel, h, way)
			err := <-ended
			if err == nil || errors.Is(err, host.ErrLogin) || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("error %v", err)
			}
			wantGone(t, running)
		})
	}
}

func TestWhatStandsAboveAScriptIsSpared(t *testing.T) {
	above := filepath.Join(t.TempDir(), "above")
	h := startSSHD(t, ed25519Only, `ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"; touch `+above).connect(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	file := filepath.Join(t.TempDir(), "pid")
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx, "echo $$ >"+file+"; sleep 1000", nil) }()
	script := pids(t, file, 1)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	wantGone(t, script)
	eventually(t, "the forced command goes on", func() bool { _, err := os.Stat(above); return err == nil })
}

func TestSetsidOutlivesItsScript(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	file := filepath.Join(t.TempDir(), "pid")
	if err := h.Run(within(t, 10*time.Second), "setsid bash -c 'echo $$ >"+file+"; exec sleep 1000' >/dev/null 2>&1 &", nil); err != nil {
		t.Fatal(err)
	}
	pid := pids(t, file, 1)[0]
	h.Close()
	if !alive(pid) {
		t.Error("a daemon was ended with its script")
	}
	syscall.Kill(pid, syscall.SIGKILL)
}

func TestManyScriptsSideBySide(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	errs := make(chan error)
	for i := range 8 {
		go func() {
			var out bytes.Buffer
			err := h.Run(t.Context(), fmt.Sprintf("sleep 0.1; echo %d", i), &out)
			if err == nil && out.String() != fmt.Sprintf("%d\n", i) {
				err = fmt.Errorf("output %q of script %d", &out, i)
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
