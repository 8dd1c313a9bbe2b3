package faults_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

// jpegBomb is a progressive JPEG of 7000 x 7000 pixels that says next to nothing. Each scan
// makes a decoder walk over all blocks, and each component hold its coefficients.
func jpegBomb(components, scans int) []byte {
	const side, blocks = 7000, 875 * 875
	var out bytes.Buffer
	segment := func(marker byte, body ...byte) {
		n := len(body) + 2
		out.Write([]byte{0xff, marker, byte(n >> 8), byte(n)})
		out.Write(body)
	}
	// A table with a single code, 0, of one bit.
	oneCode := func(table, symbol byte) {
		segment(0xc4, append(append([]byte{table, 1}, make([]byte, 15)...), symbol)...)
	}
	out.Write([]byte{0xff, 0xd8})
	segment(0xee, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...)
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := []byte{8, side >> 8, side & 0xff, side >> 8, side & 0xff, byte(components)}
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
	}
	segment(0xc2, frame...)
	oneCode(0x00, 0x00)
	oneCode(0x10, 0xe0)
	for i := range components {
		segment(0xda, 1, byte(i+1), 0, 0, 0, 0)
		out.Write(make([]byte, (blocks+7)/8))
	}
	for range scans {
		segment(0xda, 1, 1, 0, 1, 63, 0)
		// 47 times "nothing new in the next 16384 blocks", in 15 bits each, all zeros.
		out.Write(append(make([]byte, 47*15/8), 0x7f))
	}
	out.Write([]byte{0xff, 0xd9})
	return out.Bytes()
}

// peakMemory is the most that a process had resident, in MiB.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib >> 10
}

// TestPictureBombs sends pictures that cost much to decode, beside pictures that do not. The
// gateway's own memory stays within its budget for pages (256 MiB) and 64 MiB.
func TestPictureBombs(t *testing.T) {
	if !*long {
		t.Skip("the long form only: each picture takes the page limit, 5 s")
	}
	for _, bomb := range []struct {
		name string
		data []byte
	}{
		{"JPEGs of 49 megapixels in 490 scans", jpegBomb(1, 490)},
		{"progressive CMYK JPEGs of 49 megapixels", jpegBomb(4, 1)},
	} {
		t.Run(bomb.name, func(t *testing.T) {
			s := newScene(t, nil)
			s.use(t)
			before := peakMemory(t, s.gateway.PID())
			hostile := request{"/api/ocr/document", "image/jpeg", bomb.data, 1, readAnswer, false}
			s.run(t, fault{name: bomb.name, mix: []request{mixed[0], hostile, mixed[4]}, begin: nothing}, 6*time.Second)
			peak := peakMemory(t, s.gateway.PID())
			t.Logf("memory of the gateway's process: %d MiB before, %d MiB at most", before, peak)
			if peak > before+256+64 && !program.Race {
				t.Errorf("the gateway took %d MiB, %d before", peak, before)
			}
		})
	}
}

// TestOutOfDescriptors gives the gateway few descriptors, and has clients hold more connections than
// that. They are idle, so they give way.
func TestOutOfDescriptors(t *testing.T) {
	beside(t)
	s := newScene(t, []string{"sh", "-c", `ulimit -n 256 && exec "$@"`, "sh"})
	s.use(t)
	address := strings.TrimPrefix(s.gateway.URL, "http://")
	f := fault{name: "300 idle connections at 256 descriptors", all: true, begin: func(t *testing.T, _ *scene) func() {
		var conns []net.Conn
		for range 300 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				continue
			}
			fmt.Fprint(c, "GET /livez HTTP/1.1\r\nHost: gateway\r\n\r\n")
			if _, err := c.Read(make([]byte, 1)); err != nil {
				t.Errorf("connection %d: %v", len(conns), err)
			}
			conns = append(conns, c)
		}
		return func() {
			for _, c := range conns {
				c.Close()
			}
		}
	}}
	s.run(t, f, form(500*time.Millisecond, 6*time.Second))
}

// processGroups is where control groups limit processes, by the kernel's older interface.
const processGroups = "/sys/fs/cgroup/pids"

// TestNoForks lets no process start for a while. One client at a time asks: a process of ours
// that needs another thread for more of them would end.
func TestNoForks(t *testing.T) {
	beside(t)
	group := filepath.Join(processGroups, fmt.Sprintf("ocr-gateway-faults-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skipf("no control group can be made: %v", err)
	}
	put := func(name, value string) error {
		return os.WriteFile(filepath.Join(group, name), []byte(value), 0o600)
	}
	t.Cleanup(func() { waitFor(time.Minute, func() bool { return os.Remove(group) == nil }) })
	s := newScene(t, nil)
	s.use(t)
	for _, pid := range append(descendants(s.gateway.PID()), s.gateway.PID()) {
		if err := put("cgroup.procs", strconv.Itoa(pid)); err != nil {
			t.Skipf("the gateway cannot be put under a limit: %v", err)
		}
	}
	rss, _ := treeMemory(s.gateway.PID())
	probe := s.gateway.probe()
	if err := put("pids.max", "1"); err != nil {
		t.Fatal(err)
	}
	var a account
	said := false
	ask := request{"/api/ocr/document", pdf, shortPDF, 5, readAnswer, false}
	if !waitFor(recoverTime, func() bool {
		a.add(ask.pages, s.gateway.send(t.Context(), ask))
		resp, err := s.gateway.client.Get(s.gateway.URL + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		said = said || resp.StatusCode == http.StatusServiceUnavailable
		return said && a.refused > 0
	}) {
		t.Errorf("%d pages refused; /readyz says so: %v", a.refused, said)
	}
	if err := put("pids.max", "max"); err != nil {
		t.Fatal(err)
	}
	p99 := probe.stop(t)
	s.warm(t)
	after, leaked := s.settle(s.before)
	report(t, "no process can be started", &a, leaked, idleTimes{}, p99, rss, after.rss)
	for reason := range a.reasons {
		if !strings.HasPrefix(reason, "overloaded: ") {
			t.Errorf("refused with %s", reason)
		}
	}
	for _, why := range append(a.lost, leaked) {
		if why != "" {
			t.Error(why)
		}
	}
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range rasterChildren(s.gateway.PID()) {
		if theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid)); err == nil && theirs == ours {
			t.Errorf("child %d shares the gateway's network", pid)
		}
	}
}
