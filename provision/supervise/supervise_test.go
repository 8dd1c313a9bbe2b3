package supervise_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/provision/supervise"
)

// probe is an address that a test makes answer 200 or 503.
func probe(t *testing.T) (url string, good *atomic.Bool) {
	good = new(atomic.Bool)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !good.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, good
}

func TestStartsInOrderAndStopsInReverse(t *testing.T) {
	s := newSite(t, obedient("model"), obedient("gateway"), obedient("last"))
	stop := s.run()
	for _, name := range []string{"model", "gateway", "last"} {
		p := s.awaitState(name, supervise.Ready)
		if p.Starts != 1 || p.PID == 0 || p.ReadySince.IsZero() || p.LastExit != nil {
			t.Errorf("%s: %+v", name, p)
		}
		s.awaitBegun(name)
	}
	stop()
	if order := s.read("order"); order != "last\ngateway\nmodel\n" {
		t.Errorf("stopped in this order: %q", order)
	}
	status := s.status()
	if status.PID != os.Getpid() || len(status.Programs) != 3 {
		t.Errorf("status: %+v", status)
	}
	for _, p := range status.Programs {
		if p.State != supervise.Stopped || p.PID != 0 || p.LastExit == nil || p.LastExit.Code != 0 || p.LastExit.Reason != "told to stop" {
			t.Errorf("%s: %+v", p.Name, p)
		}
	}
	if info, err := os.Stat(s.path("run/status.json")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("status file: %v, %v", info.Mode(), err)
	}
}

func TestStartsInOrder(t *testing.T) {
	var programs []supervise.Program
	for _, name := range []string{"h", "g", "f", "e", "d", "c", "b", "a"} {
		programs = append(programs, shell(name, `exec sleep 1000`))
	}
	s := newSite(t, programs...)
	s.run()
	s.awaitState("a", supervise.Ready)
	var order string
	for _, match := range regexp.MustCompile(`"program started" program=(.)`).FindAllStringSubmatch(s.log.String(), -1) {
		order += match[1]
	}
	if order != "hgfedcba" {
		t.Errorf("started in this order: %s", order)
	}
}

func TestStartsAgainWhatEnds(t *testing.T) {
	s := newSite(t, shell("bad", `echo "no GPU; key $KEY"; exit 3`))
	s.put("secrets.env", "# keys\n\nKEY=sk-0123456789\n")
	s.cfg.Programs[0].EnvFile = s.path("secrets.env")
	s.write()
	s.run()
	p := s.awaitState("bad", supervise.Failed)
	if p.Starts < 5 || p.Failures < 5 || p.LastExit.Code != 3 || p.LastExit.Signal != "" || p.LastExit.Output != "no GPU; key ***\n" {
		t.Errorf("%+v, %+v", p, p.LastExit)
	}
	if log := s.read("logs/bad.log"); !strings.Contains(log, "key sk-0123456789\n") {
		t.Errorf("log: %q", log)
	}
	if text := s.read("run/status.json") + s.log.String(); strings.Contains(text, "sk-0123") {
		t.Error("a secret is shown")
	}
}

func TestNamesTheSignal(t *testing.T) {
	s := newSite(t, shell("dies", `kill -SEGV $$`))
	s.run()
	p := s.await("dies", "ended", func(p supervise.ProgramStatus) bool { return p.LastExit != nil })
	if p.LastExit.Code != -1 || p.LastExit.Signal != "segmentation fault" || p.LastExit.Reason != "" {
		t.Errorf("%+v", p.LastExit)
	}
}

func TestSaysWhatCannotBeStarted(t *testing.T) {
	s := newSite(t, supervise.Program{Name: "absent", Command: []string{"no-such-program"}}, obedient("other"))
	s.run()
	p := s.awaitState("absent", supervise.Failed)
	if p.LastExit.Code != -1 || !strings.Contains(p.LastExit.Reason, "could not be started") {
		t.Errorf("%+v", p.LastExit)
	}
	s.awaitState("other", supervise.Ready)
}

func TestFindsCommandsByTheProgramsPath(t *testing.T) {
	s := newSite(t, supervise.Program{Name: "own", Command: []string{"found-here"}})
	s.put("found-here", "#!/bin/sh\necho found; exec sleep 1000\n")
	s.cfg.Programs[0].Env = map[string]string{"PATH": s.dir + ":" + os.Getenv("PATH")}
	s.write()
	s.run()
	s.awaitState("own", supervise.Ready)
	eventually(t, func() bool { return s.read("logs/own.log") == "found\n" }, func() string { return "no output" })
}

func TestReadyOnceItAnswers(t *testing.T) {
	url, good := probe(t)
	model := obedient("model")
	model.Ready = url
	s := newSite(t, model)
	s.run()
	p := s.awaitState("model", supervise.Starting)
	good.Store(true)
	if after := s.awaitState("model", supervise.Ready); after.PID != p.PID || p.PID == 0 {
		t.Errorf("%d became %d", p.PID, after.PID)
	}
}

func TestEndsWhatDoesNotBecomeReady(t *testing.T) {
	url, _ := probe(t)
	slow := obedient("slow")
	slow.Ready, slow.StartTimeout = url, supervise.Duration(50*time.Millisecond)
	s := newSite(t, slow)
	s.run()
	p := s.await("slow", "started again", func(p supervise.ProgramStatus) bool { return p.Starts > 1 })
	if p.LastExit == nil || p.LastExit.Reason != "not ready within 50ms" || p.Failures == 0 {
		t.Errorf("%+v, %+v", p, p.LastExit)
	}
}

func TestStartsAgainWhatFallsSilent(t *testing.T) {
	url, good := probe(t)
	good.Store(true)
	model := obedient("model")
	model.Ready = url
	s := newSite(t, model)
	s.run()
	before := s.awaitState("model", supervise.Ready)
	good.Store(false)
	p := s.await("model", "started again", func(p supervise.ProgramStatus) bool { return p.Starts == 2 })
	if p.LastExit.Reason != "silent for 6 looks in a row" {
		t.Errorf("%+v", p.LastExit)
	}
	good.Store(true)
	if p := s.awaitState("model", supervise.Ready); p.PID == before.PID {
		t.Error("it is the same process")
	}
}

// Only silence in a row counts.
func TestToleratesLateAnswers(t *testing.T) {
	var looks atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if looks.Add(1)%6 != 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(srv.Close)
	model := obedient("model")
	model.Ready = srv.URL
	s := newSite(t, model)
	s.run()
	eventually(t, func() bool { return looks.Load() > 60 }, func() string { return "nobody looks" })
	if p := s.program("model"); p.Starts != 1 || p.State != supervise.Ready {
		t.Errorf("%+v, %+v", p, p.LastExit)
	}
}

// A program and a child of it, both deaf to SIGTERM.
const deaf = `trap "" TERM; sh -c 'trap "" TERM; sleep 1000' & echo $! > child; wait; wait`

func TestKillsTheGroupOfWhatDoesNotStop(t *testing.T) {
	p := shell("deaf", deaf)
	p.StopTimeout = supervise.Duration(50 * time.Millisecond)
	s := newSite(t, p)
	stop := s.run()
	child := s.awaitPID("child")
	stop()
	s.awaitGone(child)
	if exit := s.program("deaf").LastExit; exit == nil || exit.Signal != "killed" {
		t.Errorf("%+v", exit)
	}
}

// A model server whose front process died must not keep the GPU.
func TestKillsWhatAProgramLeavesBehind(t *testing.T) {
	s := newSite(t, shell("leaves", `[ -e child ] && exec sleep 1000; sleep 1000 & echo $! > child; exit 1`))
	s.run()
	s.await("leaves", "started again", func(p supervise.ProgramStatus) bool { return p.Starts == 2 })
	if child := s.awaitPID("child"); alive(child) {
		t.Errorf("process %d lives on", child)
	}
}

func TestNothingOutlivesAKilledSupervisor(t *testing.T) {
	p := shell("deaf", deaf)
	p.StopTimeout = supervise.Duration(50 * time.Millisecond)
	s := newSite(t, p, obedient("other"))
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, supervisorArgument, s.path("supervise.json"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	pids := []int{s.awaitPID("child"), s.awaitState("deaf", supervise.Ready).PID, s.awaitState("other", supervise.Ready).PID}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	for _, pid := range pids {
		s.awaitGone(pid)
	}
	for _, group := range pids[1:] {
		eventually(t, func() bool { return len(members(t, group)) == 0 }, func() string {
			return fmt.Sprintf("of group %d are left: %v", group, members(t, group))
		})
	}
	s.run() // the lock went with it
	s.await("other", "started anew", func(p supervise.ProgramStatus) bool { return p.PID != pids[2] && p.State == supervise.Ready })
}

// members are the running processes of a group.
func members(t *testing.T, group int) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || !alive(pid) {
			continue
		}
		if g, err := syscall.Getpgid(pid); err == nil && g == group {
			found = append(found, pid)
		}
	}
	return found
}

func TestOneSupervisorForAStatusFile(t *testing.T) {
	s := newSite(t, obedient("only"))
	s.run()
	s.awaitState("only", supervise.Ready)
	err := supervise.Run(t.Context(), s.path("supervise.json"), s.options())
	if !errors.Is(err, supervise.ErrHeld) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v", err)
	}
}

func TestReload(t *testing.T) {
	s := newSite(t, obedient("same"), obedient("changed"), obedient("secret"), obedient("built"), obedient("removed"))
	s.put("secrets.env", "KEY=one\n")
	s.put("program", "#!/bin/sh\nexec sleep 1000\n")
	s.cfg.Programs[2].EnvFile = s.path("secrets.env")
	s.cfg.Programs[3].Command = []string{s.path("program")}
	s.write()
	s.run()
	before := map[string]int{}
	for _, p := range s.cfg.Programs {
		before[p.Name] = s.awaitState(p.Name, supervise.Ready).PID
		if p.Name != "built" {
			s.awaitBegun(p.Name)
		}
	}

	s.cfg.Programs[1].Env = map[string]string{"NEW": "1"}
	s.cfg.Programs[4] = obedient("added")
	s.put("secrets.env", "KEY=two\n")
	s.put("program", "#!/bin/sh\nexec sleep 1001 # a new build\n")
	s.write()
	s.reload <- syscall.SIGHUP

	for _, name := range []string{"changed", "secret", "built", "added"} {
		s.await(name, "new and ready", func(p supervise.ProgramStatus) bool {
			return p.PID != before[name] && p.State == supervise.Ready
		})
	}
	if p := s.program("same"); p.PID != before["same"] || p.Starts != 1 {
		t.Errorf("same: %+v", p)
	}
	s.awaitGone(before["removed"])
	var names []string
	for _, p := range s.status().Programs {
		names = append(names, p.Name)
	}
	if want := []string{"same", "changed", "secret", "built", "added"}; !slices.Equal(names, want) {
		t.Errorf("status has %v", names)
	}
	if order := s.read("order"); order != "removed\nsecret\nchanged\n" {
		t.Errorf("stopped in this order: %q", order)
	}
}

// A program with a new definition has a clean slate, and the status says when the
// change is done.
func TestReloadMendsAFailedProgram(t *testing.T) {
	s := newSite(t, shell("model", `exit 1`))
	s.run()
	s.awaitState("model", supervise.Failed)
	before := s.status().ConfigRead
	s.cfg.Programs[0] = obedient("model")
	s.write()
	s.reload <- syscall.SIGHUP
	eventually(t, func() bool { return s.status().ConfigRead.After(before) }, func() string { return "not read again" })
	if p := s.program("model"); p.State == supervise.Failed || p.Failures != 0 || before.IsZero() {
		t.Errorf("%+v", p)
	}
	s.awaitState("model", supervise.Ready)
}

func TestABadConfigChangesNothing(t *testing.T) {
	s := newSite(t, obedient("only"))
	s.run()
	before := s.awaitState("only", supervise.Ready)
	good := s.read("supervise.json")
	s.put("supervise.json", `{"status":"elsewhere","programs":[]}`)
	for _, bad := range []struct{ config, says string }{
		{`{"programs":`, "line 1"},
		{`{"status":"elsewhere","programs":[]}`, "status cannot change"},
	} {
		s.put("supervise.json", bad.config)
		s.reload <- syscall.SIGHUP
		eventually(t, func() bool { return strings.Contains(s.status().ConfigError, bad.says) }, func() string {
			return "the status does not say it: " + s.status().ConfigError
		})
	}
	s.put("supervise.json", good)
	s.reload <- syscall.SIGHUP
	eventually(t, func() bool { return s.status().ConfigError == "" }, func() string { return "the fault stays" })
	if after := s.program("only"); after.PID != before.PID || after.State != supervise.Ready || after.Starts != 1 {
		t.Errorf("%+v", after)
	}
}

func TestBackoff(t *testing.T) {
	for failures, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 7: time.Minute, 1e6: time.Minute} {
		if got := supervise.BackoffOf(failures); got > most || got < most/2 {
			t.Errorf("after %d failures: %v, want the upper half of %v", failures, got, most)
		}
	}
}

// A program that was good for a while starts with a short wait again.
func TestFailuresAreForgottenOnceItWasReadyForAWhile(t *testing.T) {
	s := newSite(t, shell("brief", `exit 1`))
	opts := s.options()
	opts.Timing.StableAfter = 0
	s.runWith(opts)
	p := s.await("brief", "started often", func(p supervise.ProgramStatus) bool { return p.Starts > 8 && p.LastExit != nil })
	if p.Failures != 1 || p.State == supervise.Failed {
		t.Errorf("%+v", p)
	}
}

// The keys of the cloud are the supervisor's own, whatever else programs inherit.
func TestEnvironmentOfPrograms(t *testing.T) {
	t.Setenv("RUNPOD_API_KEY", "of-the-pod")
	t.Setenv("INHERITED", "1")
	t.Setenv("FROM_FILE", "inherited")
	s := newSite(t, shell("env", `echo "$INHERITED $FROM_FILE $FROM_ENV [$RUNPOD_API_KEY]"; exec sleep 1000`))
	s.put("secrets.env", "FROM_FILE=file\nFROM_ENV=file\n")
	s.cfg.Programs[0].EnvFile = s.path("secrets.env")
	s.cfg.Programs[0].Env = map[string]string{"FROM_ENV": "env"}
	s.write()
	s.run()
	eventually(t, func() bool { return s.read("logs/env.log") == "1 file env []\n" }, func() string { return s.read("logs/env.log") })
}

// Idle with a real supervisor: no look while the model starts, then looks, of which
// those that see no gateway are said.
func TestIdleBeginsWhenAllHasStarted(t *testing.T) {
	var looks, good atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		looks.Add(1)
		if good.Load() == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(srv.Close)
	model := obedient("model")
	model.Ready = srv.URL
	s := newSite(t, model)
	s.cfg.Idle = &supervise.Idle{After: supervise.Duration(time.Hour), Metrics: srv.URL + "/metrics"}
	s.write()
	opts := s.options()
	opts.Timing.IdleCheck = time.Millisecond
	s.runWith(opts)
	eventually(t, func() bool { return looks.Load() > 20 }, func() string { return "nobody looks" })
	const said = "cannot tell whether there is work"
	if log := s.log.String(); strings.Contains(log, said) {
		t.Errorf("looked while the model starts:\n%s", log)
	}
	good.Store(1)
	eventually(t, func() bool { return strings.Contains(s.log.String(), said) }, s.log.String)
}

// What a program writes just before it ends is in its log.
func TestKeepsLastOutput(t *testing.T) {
	s := newSite(t, shell("talks", `cat burst; exit 1`))
	burst := strings.Repeat("last words\n", 5000) // most of a pipe's buffer
	s.put("burst", burst)
	stop := s.run()
	s.await("talks", "started often", func(p supervise.ProgramStatus) bool { return p.Starts > 20 })
	stop() // in the middle of a run, maybe
	log := s.read("logs/talks.log")
	if len(log) < 20*len(burst) || !strings.HasPrefix(strings.Repeat(burst, len(log)/len(burst)+1), log) {
		t.Errorf("%d bytes of output, of %d each time", len(log), len(burst))
	}
}

// All that a program writes is in its log, in order, and the end comes even when
// somebody who left the group keeps the pipe open.
func TestKeepsAllOutput(t *testing.T) {
	const lines = 5000
	s := newSite(t, shell("talks", `[ -e child ] && exec sleep 1000
		setsid sleep 1000 & echo $! > child
		i=0; while [ $i -lt `+strconv.Itoa(lines)+` ]; do i=$((i+1)); echo "line $i"; done; echo oops >&2; exit 1`))
	t.Cleanup(func() { syscall.Kill(s.awaitPID("child"), syscall.SIGKILL) })
	s.run()
	s.await("talks", "started again", func(p supervise.ProgramStatus) bool { return p.Starts == 2 })
	var want strings.Builder
	for i := range lines {
		fmt.Fprintf(&want, "line %d\n", i+1)
	}
	if log := s.read("logs/talks.log"); log != want.String()+"oops\n" {
		t.Errorf("%d bytes of output, want %d", len(log), want.Len()+5)
	}
}

// Whoever has the config read again may have taken the cause of a failure away: what
// failed is started at once and its failures count anew, what is ready keeps running.
func TestReloadStartsWhatFailedAtOnce(t *testing.T) {
	s := newSite(t, shell("model", `[ -f mended ] && exec sleep 1000; exit 1`), obedient("gateway"))
	s.cfg.Programs[0].Ready = "" // ready once it runs
	s.write()
	options := s.options()
	options.Timing.BackoffMin, options.Timing.BackoffMax = time.Hour, time.Hour // only a reload starts it again
	s.runWith(options)
	s.await("model", "ended", func(p supervise.ProgramStatus) bool { return p.State == supervise.Backoff && p.Failures == 1 })
	before := s.awaitState("gateway", supervise.Ready).PID
	s.put("mended", "")
	s.reload <- syscall.SIGHUP
	s.await("model", "ready", func(p supervise.ProgramStatus) bool {
		return p.State == supervise.Ready && p.Failures == 0 && p.Starts == 2
	})
	if p := s.program("gateway"); p.PID != before {
		t.Errorf("gateway: %+v", p)
	}
}
