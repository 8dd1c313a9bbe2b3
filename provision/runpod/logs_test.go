package runpod_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/runpodtest"
)

var errEnough = errors.New("enough")

// logged follows a log until it has n lines.
func (w world) logged(t *testing.T, id string, source cloud.LogSource, since time.Time, n int) []cloud.LogLine {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var lines []cloud.LogLine
	err := w.cloud.Logs(ctx, id, source, since, func(l cloud.LogLine) error {
		if lines = append(lines, l); len(lines) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("after %d lines: %v", len(lines), err)
	}
	return lines
}

func words(lines []cloud.LogLine) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Text)
	}
	return all
}

func TestLogs(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	p := w.until(t, w.create(t).ID, "running", running)
	w.Log(p.ID, "container", "ocr-gateway: host key ssh-ed25519 AAAA")
	w.Log(p.ID, "container", "  héllo \t")
	lines := w.logged(t, p.ID, cloud.LogContainer, time.Time{}, 2)
	if !slices.Equal(words(lines), []string{"ocr-gateway: host key ssh-ed25519 AAAA", "  héllo \t"}) {
		t.Errorf("%q", lines)
	}
	if lines[0].Source != cloud.LogContainer || !lines[0].Time.Equal(w.clock.Now()) {
		t.Errorf("%+v", lines[0])
	}
	system := w.logged(t, p.ID, cloud.LogSystem, time.Time{}, 2)
	if system[0].Source != cloud.LogSystem {
		t.Errorf("%+v", system)
	}

	_ = w.clock.Sleep(t.Context(), time.Minute)
	from := w.clock.Now()
	w.Log(p.ID, "container", "later")
	if got := words(w.logged(t, p.ID, cloud.LogContainer, from, 1)); got[0] != "later" {
		t.Errorf("%q", got)
	}
}

// A stream that breaks off goes on where it was: no line is lost, none comes twice,
// though all are of one instant.
func TestLogsResume(t *testing.T) {
	for name, change := range map[string]func(*runpodtest.Config){
		"cut":   func(c *runpodtest.Config) { c.LogCut = 3 },
		"fails": func(c *runpodtest.Config) { c.Fault = every(2, "logs", runpodtest.Fault{Status: 502}); c.LogCut = 2 },
		"limited": func(c *runpodtest.Config) {
			c.Fault = every(2, "logs", runpodtest.Fault{Status: 429, RetryAfter: 3})
			c.LogCut = 2
		},
		"refused for its state": func(c *runpodtest.Config) { c.Fault = every(2, "logs", runpodtest.Fault{Status: 409}); c.LogCut = 2 },
		"not there yet":         func(c *runpodtest.Config) { c.Fault = every(2, "logs", runpodtest.Fault{Status: 404}); c.LogCut = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, runpodtest.Config{})
			p := w.until(t, w.create(t).ID, "running", running)
			w.Change(change)
			var want []string
			for i := range 20 {
				want = append(want, fmt.Sprint("line ", i))
				w.Log(p.ID, "container", want[i])
				if i%4 == 0 { // some of an instant, some not
					_ = w.clock.Sleep(t.Context(), time.Millisecond)
				}
			}
			if got := words(w.logged(t, p.ID, cloud.LogContainer, time.Time{}, 20)); !slices.Equal(got, want) {
				t.Errorf("%q", got)
			}
		})
	}
}

func every(n int, op string, f runpodtest.Fault) func(runpodtest.Call) runpodtest.Fault {
	return func(c runpodtest.Call) runpodtest.Fault {
		if c.Op == op && c.N%n == 1 {
			return f
		}
		return runpodtest.Fault{}
	}
}

func TestLogsEnd(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	p := w.until(t, w.create(t).ID, "running", running)
	w.Log(p.ID, "container", "the only one")

	ctx, cancel := context.WithCancel(t.Context())
	err := w.cloud.Logs(ctx, p.ID, cloud.LogContainer, time.Time{}, func(cloud.LogLine) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	err = w.cloud.Logs(t.Context(), p.ID, cloud.LogContainer, time.Time{}, func(cloud.LogLine) error {
		w.Vanish(p.ID)
		return nil
	})
	if !errors.Is(err, cloud.ErrGone) {
		t.Errorf("gone: %v", err)
	}
	w.Change(func(c *runpodtest.Config) { c.Fault = every(1000, "logs", runpodtest.Fault{}) })
	if err := w.cloud.Logs(t.Context(), p.ID, "nonsense", time.Time{}, nil); !errors.Is(err, cloud.ErrGone) {
		t.Errorf("gone before: %v", err)
	}
	q := w.until(t, w.create(t).ID, "running", running)
	if err := w.cloud.Logs(t.Context(), q.ID, "nonsense", time.Time{}, nil); !errors.Is(err, cloud.ErrRequest) {
		t.Errorf("a source that is none: %v", err)
	}
}
