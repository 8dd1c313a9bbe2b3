package runpodtest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/provision/runpodtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// box is a container whose ports are served in this process.
type box struct {
	spec  runpodtest.Spec
	done  chan struct{}
	end   func()
	ports map[int]http.Handler
	mu    sync.Mutex
	all   sync.WaitGroup
}

// yard starts boxes.
type yard struct {
	mu    sync.Mutex
	boxes []*box
	ports map[int]http.Handler
	fail  error
}

func (y *yard) start(_ context.Context, spec runpodtest.Spec) (runpodtest.Container, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.fail != nil {
		return nil, y.fail
	}
	done := make(chan struct{})
	b := &box{spec: spec, done: done, end: sync.OnceFunc(func() { close(done) }), ports: y.ports}
	y.boxes = append(y.boxes, b)
	spec.Log(fmt.Sprintf("box %d is up", len(y.boxes)))
	return b, nil
}

func (y *yard) last() *box {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.boxes[len(y.boxes)-1]
}

func (y *yard) count() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return len(y.boxes)
}

// Dial serves one connection by the port's handler, or echoes on port 22.
func (b *box) Dial(_ context.Context, port int) (net.Conn, error) {
	handler, listens := b.ports[port]
	if !listens && port != 22 {
		return nil, fmt.Errorf("nothing listens on %d", port)
	}
	b.mu.Lock() // Kill may come meanwhile
	defer b.mu.Unlock()
	select {
	case <-b.done:
		return nil, net.ErrClosed
	default:
	}
	outer, inner := net.Pipe()
	b.all.Go(func() {
		<-b.done
		outer.Close()
		inner.Close()
	})
	if port == 22 {
		b.all.Go(func() { _, _ = io.Copy(inner, inner) })
		return outer, nil
	}
	server := &http.Server{Handler: handler}
	b.all.Go(func() { _ = server.Serve(&single{conn: inner, done: b.done}) })
	b.all.Go(func() {
		<-b.done
		server.Close()
	})
	return outer, nil
}

func (b *box) Done() <-chan struct{} { return b.done }

func (b *box) Kill() error {
	b.mu.Lock()
	b.end()
	b.mu.Unlock()
	b.all.Wait()
	return nil
}

// single is a listener with one connection.
type single struct {
	conn net.Conn
	once bool
	done <-chan struct{}
}

func (s *single) Accept() (net.Conn, error) {
	if !s.once {
		s.once = true
		return s.conn, nil
	}
	<-s.done
	return nil, net.ErrClosed
}

func (s *single) Close() error   { return nil }
func (s *single) Addr() net.Addr { return s.conn.LocalAddr() }

const body = `{"name":"a","image":"i","gpu":{"id":"NVIDIA A40","count":1},"disk":20,
	"mounts":{"persistent":{"size":20,"path":"/workspace"}},"ports":["22/tcp","8007/http"],
	"env":{"A":"1"},"entrypoint":["/bin/bash","-c"],"cmd":["script"]}`

func newFake(t *testing.T, config runpodtest.Config) *runpodtest.Fake {
	t.Helper()
	f := runpodtest.New(config)
	t.Cleanup(f.Close)
	return f
}

// answer is one of the API's.
type answer struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func call(t *testing.T, f *runpodtest.Fake, method, path, body string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("User-Agent", "test/1")
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	got := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	_ = json.Unmarshal(text, &got.json)
	return got
}

func create(t *testing.T, f *runpodtest.Fake) string {
	t.Helper()
	got := call(t, f, "POST", "/pods", body)
	if got.status != 201 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	return got.json["id"].(string)
}

// until polls until something holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to: %s", what)
		}
	}
}

func runs(t *testing.T, f *runpodtest.Fake, id string) runpodtest.Seen {
	t.Helper()
	return becomes(t, f, id, "RUNNING")
}

func becomes(t *testing.T, f *runpodtest.Fake, id, status string) (seen runpodtest.Seen) {
	t.Helper()
	until(t, status, func() bool {
		for _, p := range f.Pods() {
			if p.ID == id {
				seen = p
			}
		}
		return seen.Status == status
	})
	return seen
}

func TestContainer(t *testing.T) {
	y := &yard{}
	f := newFake(t, runpodtest.Config{Start: y.start, Folder: t.TempDir(), CrashPause: time.Millisecond})
	id := create(t, f)
	seen := runs(t, f, id)
	first := y.last()
	s := first.spec
	if s.Pod != id || s.VolumePath != "/workspace" || s.GPU != "NVIDIA A40" || s.GPUs != 1 || s.Cmd[0] != "script" ||
		s.Env["A"] != "1" || s.Env["RUNPOD_POD_ID"] != id || s.Env["RUNPOD_TCP_PORT_22"] != fmt.Sprint(seen.TCP[22]) {
		t.Errorf("%+v", s)
	}
	if err := os.WriteFile(filepath.Join(s.Volume, "kept"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := echo(t, seen.TCP[22], "hello"); got != "hello" {
		t.Errorf("through the public port: %q", got)
	}

	first.end() // the main process ends: the provider starts it again, at the same ports
	until(t, "a second box", func() bool { return y.count() == 2 })
	until(t, "its port", func() bool { return echo(t, seen.TCP[22], "x") == "x" })

	if got := call(t, f, "POST", "/pods/"+id+"/action", `{"action":"stop"}`); got.status != 200 || got.json["status"] != "EXITED" || got.json["runtime"] != nil {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := echo(t, seen.TCP[22], "x"); got != "" {
		t.Errorf("a stopped pod answers %q", got)
	}
	if _, err := os.Stat(filepath.Join(s.Volume, "kept")); err != nil {
		t.Error(err)
	}
	call(t, f, "POST", "/pods/"+id+"/action", `{"action":"start"}`)
	moved := runs(t, f, id)
	if moved.TCP[22] == seen.TCP[22] || y.count() != 3 || y.last().spec.Volume != s.Volume {
		t.Errorf("%+v", moved)
	}
	call(t, f, "POST", "/pods/"+id+"/action", `{"action":"restart"}`)
	runs(t, f, id)
	if got := call(t, f, "POST", "/pods/"+id+"/action", `{"action":"terminate"}`); got.status != 204 {
		t.Errorf("%d", got.status)
	}
	if _, err := os.Stat(s.Volume); !os.IsNotExist(err) {
		t.Error("the volume is still there")
	}
	want := "PROVISIONING STARTING RUNNING CRASHED EXITED STARTING RUNNING STARTING RUNNING TERMINATED"
	if got := f.Pods()[0].Steps(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// echo sends a text to a port that echoes, and returns what comes back.
func echo(t *testing.T, port int, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
	if err != nil {
		return ""
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, text)
	got := make([]byte, len(text))
	n, _ := io.ReadFull(conn, got)
	return string(got[:n])
}

func TestContainerFails(t *testing.T) {
	y := &yard{fail: fmt.Errorf("no such image")}
	f := newFake(t, runpodtest.Config{Start: y.start})
	id := create(t, f)
	becomes(t, f, id, "ERROR")
	got := call(t, f, "GET", "/pods/"+id, "")
	if fmt.Sprint(got.json["actions"]) != "[start terminate]" {
		t.Error(got.text)
	}
	y.mu.Lock()
	y.fail = nil
	y.mu.Unlock()
	call(t, f, "POST", "/pods/"+id+"/action", `{"action":"start"}`)
	runs(t, f, id)
}

func TestDurations(t *testing.T) {
	f := newFake(t, runpodtest.Config{Provisioning: time.Hour})
	id := create(t, f)
	if got := call(t, f, "GET", "/pods/"+id, ""); got.json["status"] != "PROVISIONING" || got.json["dataCenterId"] != nil || got.json["runtime"] != nil {
		t.Error(got.text)
	}
	if got := call(t, f, "POST", "/pods/"+id+"/action", `{"action":"stop"}`); got.status != 200 {
		t.Error(got.text)
	}
	f.Change(func(c *runpodtest.Config) { c.Starting = time.Hour })
	call(t, f, "POST", "/pods/"+id+"/action", `{"action":"start"}`)
	if got := call(t, f, "GET", "/pods/"+id, ""); got.json["status"] != "STARTING" {
		t.Error(got.text)
	}
}

func TestNetworkVolume(t *testing.T) {
	y := &yard{}
	f := newFake(t, runpodtest.Config{Start: y.start, Volumes: []runpodtest.Volume{{ID: "v", DataCenter: "EU-SE-1", Size: 10}}})
	ask := `{"name":"a","image":"i","gpu":{"id":"NVIDIA A40"},"ports":["70001/tcp"],"mounts":{"network":[{"volumeId":"v","path":"/w"}]}}`
	var folders []string
	for range 2 {
		got := call(t, f, "POST", "/pods", ask)
		id := got.json["id"].(string)
		seen := runs(t, f, id)
		spec := y.last().spec
		folders = append(folders, spec.Volume)
		equal := spec.Env["RUNPOD_TCP_PORT_70001"]
		for inner, public := range seen.TCP {
			if inner != public || fmt.Sprint(inner) != equal {
				t.Errorf("an equal port %d:%d, told %s", inner, public, equal)
			}
		}
		call(t, f, "DELETE", "/pods/"+id, "")
	}
	if folders[0] != folders[1] {
		t.Errorf("folders %v", folders)
	}
	if _, err := os.Stat(folders[0]); err != nil {
		t.Error("a network volume is only detached")
	}
}

func TestLogStream(t *testing.T) {
	y := &yard{}
	f := newFake(t, runpodtest.Config{Start: y.start})
	id := create(t, f)
	runs(t, f, id)
	read := func(query, last string, n int) []string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, "GET", f.URL()+"/pods/"+id+"/logs"+query, nil)
		request.Header.Set("User-Agent", "test/1")
		request.Header.Set("Last-Event-ID", last)
		request.Close = true
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
			t.Errorf("type %s", kind)
		}
		var lines []string
		for s := bufio.NewScanner(response.Body); len(lines) < n && s.Scan(); {
			if s.Text() != "" {
				lines = append(lines, s.Text())
			}
		}
		return lines
	}
	got := read("?source=container", "", 2)
	if !strings.HasPrefix(got[0], "id: 20") || !strings.HasPrefix(got[1], "data: {") || !strings.Contains(got[1], `"line":"box 1 is up"`) || !strings.Contains(got[1], `"source":"container"`) {
		t.Errorf("%q", got)
	}
	f.Log(id, "container", "two")
	if got := read("", strings.TrimPrefix(got[0], "id: "), 2); !strings.Contains(got[1], `"line":"two"`) {
		t.Errorf("resumed %q", got)
	}
	if got := read("?source=container&tail=1", "", 2); !strings.Contains(got[1], "two") {
		t.Errorf("tail %q", got)
	}
	if got := read("?source=system&tail=5000", "", 8); !strings.Contains(strings.Join(got, "\n"), "Pulling") {
		t.Errorf("system %q", got)
	}
}

func TestQuota(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f := newFake(t, runpodtest.Config{PerMinute: 2, Now: func() time.Time { return now }})
	call(t, f, "GET", "/pods", "")
	if got := call(t, f, "GET", "/pods", ""); got.header.Get("RateLimit") != `"minute";r=0;t=60, "hour";r=98;t=3600, "day";r=1598;t=86400` {
		t.Error(got.header.Get("RateLimit"))
	}
	if got := call(t, f, "GET", "/pods", ""); got.status != 429 || got.header.Get("Retry-After") == "" {
		t.Errorf("%d %v", got.status, got.header)
	}
	now = now.Add(time.Minute)
	if got := call(t, f, "GET", "/pods", ""); got.status != 200 {
		t.Errorf("%d", got.status)
	}
}

// Close in the middle of everything leaves nothing behind; TestMain looks.
func TestCloseInTheMiddle(t *testing.T) {
	y := &yard{}
	f := runpodtest.New(runpodtest.Config{Start: y.start, Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Hang: true})})
	id := create(t, f)
	seen := runs(t, f, id)
	conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", seen.TCP[22]))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hung := make(chan error, 1)
	go func() {
		request, _ := http.NewRequest("GET", f.URL()+"/pods", nil)
		request.Header.Set("User-Agent", "test/1")
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		hung <- err
	}()
	until(t, "the call", func() bool { return f.Count("list") == 1 })
	f.Close()
	if err := <-hung; err == nil {
		t.Error("an answer came")
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection lives")
	}
	select {
	case <-y.last().done:
	default:
		t.Error("the container lives")
	}
	http.DefaultClient.CloseIdleConnections()
}
