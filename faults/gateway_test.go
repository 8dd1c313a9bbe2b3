package faults_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// gateway is the running program.
type gateway struct {
	base    string // its address
	pid     int
	tempDir string // of its uploads and of what else it writes
	client  *http.Client

	cmd    *exec.Cmd
	reader sync.WaitGroup
	mu     sync.Mutex
	log    []string // its last lines
}

// keptLines is how much of the log a failed test shows.
const keptLines = 200

// startGateway starts the program with settings (OCR_… variables) and waits until it
// listens. wrap, which may be empty, is the command that is to start it. When the test
// ends it is told to stop, and has to do so well.
func startGateway(t *testing.T, wrap []string, settings ...string) *gateway {
	t.Helper()
	g := &gateway{tempDir: t.TempDir(), client: &http.Client{Timeout: 2 * time.Minute}}
	// The same connections for load and looks would hide what each leaves behind.
	g.client.Transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	command := append(wrap, binary, "serve", "--port", "0")
	g.cmd = exec.CommandContext(t.Context(), command[0], command[1:]...)
	g.cmd.Cancel = func() error { return g.cmd.Process.Signal(syscall.SIGTERM) }
	g.cmd.WaitDelay = time.Minute
	g.cmd.Env = append(os.Environ(), "TMPDIR="+g.tempDir, "OCR_SERVER_TEMP_DIR="+g.tempDir, "OCR_LOG_FORMAT=json", "OCR_SERVER_DRAIN_TIMEOUT=10s")
	g.cmd.Env = append(g.cmd.Env, settings...)
	stderr, err := g.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g.pid = g.cmd.Process.Pid
	address := make(chan string, 1)
	g.reader.Go(func() { g.readLog(stderr, address) })
	t.Cleanup(func() { g.ended(t) })
	var listening bool
	if g.base, listening = <-address; !listening {
		t.Fatal("the gateway does not listen")
	}
	return g
}

// readLog keeps the log's end, and finds the address in it.
func (g *gateway) readLog(r io.Reader, address chan<- string) {
	defer close(address)
	found := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var entry struct{ Msg, Address string }
		if !found && json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			address <- "http://" + entry.Address
			found = true
		}
		g.mu.Lock()
		if g.log = append(g.log, lines.Text()); len(g.log) > keptLines {
			g.log = g.log[1:]
		}
		g.mu.Unlock()
	}
}

// ended waits for the program, which the end of the test has told to stop.
func (g *gateway) ended(t *testing.T) {
	g.reader.Wait()
	g.cmd.Wait() // its error is the test's end
	if code := g.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the gateway ended with %s", g.cmd.ProcessState)
	}
	if t.Failed() {
		t.Log(strings.Join(g.log, "\n"))
	}
	if left := files(g.tempDir); left != 0 {
		t.Errorf("the gateway left %d files", left)
	}
}

// metric is the sum over all series of a metric.
func (g *gateway) metric(name string) (float64, error) {
	resp, err := g.client.Get(g.base + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	sum, found := 0.0, false
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if key, _, _ := strings.Cut(series, "{"); key != name {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, err
		}
		sum, found = sum+n, true
	}
	if !found {
		return 0, fmt.Errorf("there is no metric %s", name)
	}
	return sum, lines.Err()
}

// files counts what is in a folder.
func files(dir string) int {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return -1
	}
	return len(entries)
}
