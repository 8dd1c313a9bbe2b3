package podtest_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

var _ runpodtest.Start = (*podtest.Pods)(nil).Start

// running is a pod with the log that it has written so far.
type running struct {
	runpodtest.Container
	lines chan string
}

// start runs a bash script as a pod's main process.
func start(t testing.TB, pods *podtest.Pods, script string, spec runpodtest.Spec) running {
	t.Helper()
	r := running{lines: make(chan string, 1000)}
	spec.Entrypoint, spec.Cmd = []string{"/bin/bash", "-c"}, []string{script}
	spec.Log = func(line string) { r.lines <- line }
	c, err := pods.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	r.Container = c
	return r
}

// output runs a script to its end and returns what it wrote.
func output(t testing.TB, pods *podtest.Pods, script string, spec runpodtest.Spec) []string {
	t.Helper()
	r := start(t, pods, script, spec)
	r.ended(t)
	close(r.lines)
	var all []string
	for line := range r.lines {
		all = append(all, line)
	}
	return all
}

func (r running) ended(t testing.TB) {
	t.Helper()
	select {
	case <-r.Done():
	case <-time.After(time.Minute):
		t.Fatal("the pod does not end")
	}
}

// until returns the first line from now on that begins so.
func (r running) until(t testing.TB, prefix string) string {
	t.Helper()
	limit := time.After(time.Minute)
	var seen []string
	for {
		select {
		case line := <-r.lines:
			if strings.HasPrefix(line, prefix) {
				return line
			}
			seen = append(seen, line)
		case <-limit:
			t.Fatalf("no line %q in:\n%s", prefix, strings.Join(seen, "\n"))
		}
	}
}

func equal(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestMainProcess(t *testing.T) {
	pods := podtest.New(t)
	got := output(t, pods, `tr '\0' '\n' </proc/1/environ | sort; echo pid $$ uid $UID; hostname; pwd; echo "two words"`,
		runpodtest.Spec{Pod: "abc", Env: map[string]string{"RUNPOD_POD_ID": "abc", "EMPTY": ""}})
	equal(t, got,
		"EMPTY=", "HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "RUNPOD_POD_ID=abc",
		"pid 1 uid 0", "abc", "/", "two words")
}

func TestStartErrors(t *testing.T) {
	pods := podtest.New(t)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx  context.Context
		spec runpodtest.Spec
		want string
	}{
		"no such program": {t.Context(), runpodtest.Spec{Pod: "p", Entrypoint: []string{"/no/such"}}, "start pod p: "},
		"no such volume":  {t.Context(), runpodtest.Spec{Entrypoint: []string{"true"}, Volume: "/no/such"}, "open the volume"},
		"canceled":        {canceled, runpodtest.Spec{Entrypoint: []string{"sleep", "1000"}}, "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pods.Start(tt.ctx, tt.spec)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestOnlyTheVolumeOutlivesAPod(t *testing.T) {
	pods := podtest.New(t)
	spec := runpodtest.Spec{Volume: t.TempDir(), VolumePath: "/workspace"}
	places := []string{"/workspace", "/etc", "/root", "/tmp", "/run", "/opt/podtest", "/usr/local/sbin", filepath.Dir(spec.Volume)}
	mark := "mark-of-" + filepath.Base(t.TempDir()) + "-podtest"
	write := "mkdir -p " + filepath.Dir(spec.Volume) + "\n"
	for _, place := range places {
		write += "echo x >" + filepath.Join(place, mark) + " || echo cannot write to " + place + "\n"
	}
	r := start(t, pods, write+"echo written; sleep 1000", spec)
	r.until(t, "written")
	for _, place := range places {
		if _, err := os.Stat(filepath.Join(place, mark)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the pod wrote to %s of the machine", place)
		}
	}
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	equal(t, output(t, pods, "ls "+strings.Join(places[:len(places)-1], " ")+" 2>/dev/null | grep "+mark+"; ls /workspace", spec), mark, mark)
	if _, err := os.Stat(filepath.Join(spec.Volume, mark)); err != nil {
		t.Error(err)
	}
}

func TestNetworkIsThePodsOwn(t *testing.T) {
	pods := podtest.New(t)
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	got := output(t, pods, `ls /sys/class/net; (echo >/dev/tcp/127.0.0.1/`+port+`) 2>/dev/null || echo cannot reach the machine`, runpodtest.Spec{})
	equal(t, got, "lo", "cannot reach the machine")
}

func TestPortsAreReachedFromOutside(t *testing.T) {
	pods := podtest.New(t)
	serve := func(name string) running {
		r := start(t, pods, `exec python3 -uc '
import socket
inner = socket.create_server(("127.0.0.1", 8000))
outer = socket.create_server(("0.0.0.0", 8007))
print("listening")
while True:
    connection, _ = outer.accept()
    connection.sendall(socket.gethostname().encode() + b"\n")
    connection.close()
'`, runpodtest.Spec{Pod: name})
		r.until(t, "listening")
		return r
	}
	// Two pods listen on the same port.
	for name, r := range map[string]running{"a": serve("a"), "b": serve("b")} {
		if conn, err := r.Dial(t.Context(), 8000); err == nil {
			conn.Close()
			t.Error("a port on the loopback address is reached from outside")
		}
		conn, err := r.Dial(t.Context(), 8007)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if said, err := bufio.NewReader(conn).ReadString('\n'); said != name+"\n" {
			t.Errorf("got %q, %v", said, err)
		}
		r.Kill()
		if conn, err := r.Dial(t.Context(), 8007); err == nil {
			conn.Close()
			t.Error("a killed pod takes a connection")
		}
	}
}
