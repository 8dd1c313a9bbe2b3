package admission_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service/admission"
)

// control admits without looking at disk and memory.
func control(change func(*admission.Config)) *admission.Control {
	cfg := admission.DefaultConfig()
	cfg.MinFreeDisk, cfg.MinFreeMemory = 0, 0
	change(&cfg)
	return admission.New(cfg)
}

// enter lets a client in, or wants it refused for a limit.
func enter(t *testing.T, c *admission.Control, client, limit string) *admission.Ticket {
	t.Helper()
	ticket, err := c.Enter(client, 1)
	p, _ := errors.AsType[*document.Problem](err)
	if (limit == "") != (err == nil) || p != nil && (p.Limit != limit || !p.Retryable) {
		t.Fatalf("%s: %v, want refused for %q", client, err, limit)
	}
	return ticket
}

// TestShares: alone a client may have all places, and others have their share after it.
func TestShares(t *testing.T) {
	c := control(func(c *admission.Config) { c.MaxRequests = 2 })
	first, second := enter(t, c, "anna", ""), enter(t, c, "anna", "")
	enter(t, c, "anna", "max_requests")
	if err := errors.Join(first.Run(t.Context()), second.Run(t.Context())); err != nil {
		t.Fatal(err)
	}
	enter(t, c, "bert", "max_requests") // no place is free, and bert is remembered
	first.Leave()
	enter(t, c, "anna", "max_requests_per_client")
	enter(t, c, "bert", "").Leave()
	second.Leave()
	here := c.Counts()
	if here.Running+here.Uploading != 0 || here.Refused["max_requests"] != 2 || here.Refused["max_requests_per_client"] != 1 {
		t.Errorf("%+v", here)
	}
}

// TestPlacesAreWaitedFor by uploads that are complete, for as long as their context allows.
func TestPlacesAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := control(func(c *admission.Config) { c.MaxRequests, c.MaxRequestsPerClient = 1, 1 })
		first, second := enter(t, c, "anna", ""), enter(t, c, "bert", "")
		if err := first.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p, ok := errors.AsType[*document.Problem](second.Run(ctx))
		if !ok || p.Code != document.CodeDeadlineExceeded {
			t.Errorf("got %v", p)
		}
		ran := make(chan error, 1)
		go func() { ran <- second.Run(t.Context()) }()
		synctest.Wait()
		first.Leave()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		second.Leave()
	})
}

// TestDrain waits for who is here and lets nobody in.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := control(func(*admission.Config) {})
		ticket := enter(t, c, "anna", "")
		brief, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Drain(brief); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v while somebody is here", err)
		}
		if _, err := c.Enter("bert", 1); err == nil {
			t.Error("somebody was let in")
		}
		drained := make(chan error, 1)
		go func() { drained <- c.Drain(t.Context()) }()
		synctest.Wait()
		ticket.Leave()
		if err := <-drained; err != nil {
			t.Error(err)
		}
	})
}

// TestUploadsAreMetered while they come.
func TestUploadsAreMetered(t *testing.T) {
	c := control(func(c *admission.Config) { c.MinFreeDisk = 1 << 60 })
	ticket := enter(t, c, "anna", "")
	defer ticket.Leave()
	if n, err := io.Copy(io.Discard, ticket.Meter(strings.NewReader("x"))); n != 1 || err != nil {
		t.Errorf("what was declared: %d bytes, %v", n, err)
	}
	_, err := io.Copy(io.Discard, ticket.Meter(strings.NewReader("more")))
	if p, ok := errors.AsType[*document.Problem](err); !ok || p.Limit != "min_free_disk" {
		t.Errorf("more than was declared: %v", err)
	}
}

func TestFreeMemory(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, tc := range map[string]struct {
		files fstest.MapFS
		want  int64
		known bool
	}{
		"nothing known": {fstest.MapFS{}, 0, false},
		"machine only":  {fstest.MapFS{"proc/meminfo": file("MemTotal: 9 kB\nMemAvailable:      7 kB\n")}, 7 << 10, true},
		"no limit": {fstest.MapFS{
			"proc/meminfo": file("MemAvailable: 7 kB"), "sys/fs/cgroup/memory.max": file("max\n"), "sys/fs/cgroup/memory.current": file("5\n"),
		}, 7 << 10, true},
		"limit with files": {fstest.MapFS{
			"proc/meminfo": file("MemAvailable: 7 kB"), "proc/self/cgroup": file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("4000\n"), "sys/fs/cgroup/memory.current": file("3000\n"),
			"sys/fs/cgroup/memory.stat": file("anon 5\ninactive_file 500\n"),
		}, 1500, true},
		"the parent has less": {fstest.MapFS{
			"proc/self/cgroup":             file("1:cpu:/x\n0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("4000"), "sys/fs/cgroup/a/b/memory.current": file("1000"),
			"sys/fs/cgroup/a/memory.max": file("4000"), "sys/fs/cgroup/a/memory.current": file("3900"),
		}, 100, true},
		"over the limit": {fstest.MapFS{"sys/fs/cgroup/memory.max": file("10"), "sys/fs/cgroup/memory.current": file("15")}, -5, true},
		"rubbish":        {fstest.MapFS{"proc/meminfo": file("MemAvailable: lots kB"), "sys/fs/cgroup/memory.max": file("")}, 0, false},
	} {
		if got, known := admission.FreeMemoryIn(tc.files); got != tc.want || known != tc.known {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, known, tc.want, tc.known)
		}
	}
}

func TestRate(t *testing.T) {
	var r admission.Rate
	if got := r.PerSecond(time.Hour); got != 0 {
		t.Errorf("%v before anything happened", got)
	}
	at := time.Hour
	for range 10 { // two in each second
		r.Add(at)
		r.Add(at + time.Second/2)
		at += time.Second
	}
	for _, tc := range []struct {
		later time.Duration
		want  float64
	}{{-time.Second, 2}, {9 * time.Second, 1}, {49 * time.Second, 20.0 / 59}, {55 * time.Second, 8.0 / 59}, {2 * time.Minute, 0}} {
		if got := r.PerSecond(at + tc.later); got < tc.want-.02 || got > tc.want+.02 {
			t.Errorf("%v later: %v, want %v", tc.later, got, tc.want)
		}
	}
}

func BenchmarkAdmission(b *testing.B) {
	cfg := admission.DefaultConfig()
	for name, declared := range map[string]int64{"small": 1 << 10, "spooled": 10 << 20} {
		b.Run(name, func(b *testing.B) {
			a := admission.New(cfg)
			b.ReportAllocs()
			for b.Loop() {
				t, err := a.Enter("10.0.0.1", declared)
				if err != nil {
					b.Fatal(err)
				}
				t.Leave()
			}
		})
	}
}
