package runpod_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/runpod"
	"ocr-gateway/provision/runpodtest"
)

func TestRepeats(t *testing.T) {
	for name, fault := range map[string]runpodtest.Fault{
		"fails":   {Status: 503},
		"breaks":  {Reset: true},
		"no JSON": {Status: 200, Body: `{"pods":[`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 3, fault)})
			if _, err := w.cloud.Pods(t.Context()); err != nil {
				t.Error(err)
			}
			if n := w.Count("list"); n != 4 {
				t.Errorf("%d questions", n)
			}
			if slept := w.clock.total(); slept < 3*time.Second || slept > 8*time.Second {
				t.Errorf("slept %s: want growing pauses", slept)
			}
		})
	}
	t.Run("not for ever", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1000, runpodtest.Fault{Status: 500})})
		if _, err := w.cloud.Pods(t.Context()); err == nil {
			t.Error("no error")
		}
		if n := w.Count("list"); n != 6 {
			t.Errorf("%d questions", n)
		}
	})
	t.Run("terminate that says nothing", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("terminate", 1, runpodtest.Fault{Reset: true, After: true})})
		if err := w.cloud.Terminate(t.Context(), w.create(t).ID); err != nil {
			t.Error(err)
		}
		if len(w.Live()) != 0 {
			t.Error("it lives")
		}
	})
}

func TestUnreachable(t *testing.T) {
	fake := runpodtest.New(runpodtest.Config{})
	address := fake.URL()
	fake.Close()
	c := &clock{}
	client := runpod.New(runpod.Config{Key: key, BaseURL: address, Clock: c})
	defer client.Close()
	_, err := client.Create(t.Context(), order())
	if err == nil || errors.Is(err, cloud.ErrUnknownOutcome) {
		t.Errorf("%v: an order that never left has a known outcome", err)
	}
	if len(c.slept) != 5 {
		t.Errorf("%d pauses", len(c.slept))
	}
}

func TestRateLimit(t *testing.T) {
	t.Run("Retry-After", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 2, runpodtest.Fault{Status: 429, RetryAfter: 12})})
		w.create(t) // a 429 made nothing: it may be asked again
		if slept := w.clock.total(); slept != 24*time.Second {
			t.Errorf("slept %s", slept)
		}
	})
	t.Run("quota", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{PerMinute: 3})
		for range 10 {
			if _, err := w.cloud.Pods(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range w.Requests() {
			if r.Status != 200 {
				t.Errorf("status %d: the quota's end was not waited for", r.Status)
			}
		}
		if slept := w.clock.total(); slept != 3*time.Minute {
			t.Errorf("slept %s", slept)
		}
	})
	t.Run("no time for it", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Status: 429, RetryAfter: 3600})})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := w.cloud.Pods(ctx); !errors.Is(err, cloud.ErrLimited) || len(w.clock.slept) != 0 {
			t.Errorf("%v after %v", err, w.clock.slept)
		}
	})
	t.Run("too long without a deadline", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Status: 429, RetryAfter: 45000})})
		_, err := w.cloud.Pods(t.Context())
		if !errors.Is(err, cloud.ErrLimited) || !strings.Contains(err.Error(), "in 12h30m0s, at 00:30 UTC") || len(w.clock.slept) != 0 {
			t.Errorf("%v after %v", err, w.clock.slept)
		}
	})
	t.Run("a wait is said", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Status: 429, RetryAfter: 12})})
		if _, err := w.cloud.Pods(t.Context()); err != nil || len(w.notices) != 1 || !strings.Contains(w.notices[0], "waiting 12s") {
			t.Errorf("%v, said %q", err, w.notices)
		}
	})
}

func TestKey(t *testing.T) {
	fake := runpodtest.New(runpodtest.Config{Key: "other", Fault: func(c runpodtest.Call) runpodtest.Fault {
		if c.Op == "list" {
			return runpodtest.Fault{Status: 401, Body: `{"error":"no such key: ` + key + `"}`}
		}
		return runpodtest.Fault{}
	}})
	defer fake.Close()
	for _, k := range []string{key, "other"} {
		client := runpod.New(runpod.Config{Key: k, BaseURL: fake.URL()})
		_, err := client.Pods(t.Context())
		if !errors.Is(err, cloud.ErrKey) {
			t.Error(err)
		}
		if k == key && strings.Contains(err.Error(), key) {
			t.Error("the key is in the error")
		}
		client.Close()
	}
}

// A redirect would carry the key elsewhere.
func TestRedirect(t *testing.T) {
	w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Status: 307})})
	var fault *cloud.Error
	if _, err := w.cloud.Pods(t.Context()); !errors.As(err, &fault) || fault.Status != 307 {
		t.Error(err)
	}
}

// A wait ends with its context, by the machine's clock too.
func TestWaitEnds(t *testing.T) {
	for _, status := range []int{429, 500} {
		ctx, cancel := context.WithCancel(t.Context())
		fake := runpodtest.New(runpodtest.Config{Fault: func(runpodtest.Call) runpodtest.Fault {
			time.AfterFunc(50*time.Millisecond, cancel)
			return runpodtest.Fault{Status: status, RetryAfter: 60}
		}})
		client := runpod.New(runpod.Config{Key: key, BaseURL: fake.URL()})
		if _, err := client.Pods(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v", status, err)
		}
		if n := fake.Count("list"); n != 1 {
			t.Errorf("%d: %d questions", status, n)
		}
		client.Close()
		fake.Close()
		cancel()
	}
}

// An answer without end is not read to its end.
func TestLargeAnswer(t *testing.T) {
	large := `{"pods":[` + strings.Repeat(" ", 9<<20) + `]}`
	w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1000, runpodtest.Fault{Status: 200, Body: large})})
	if _, err := w.cloud.Pods(t.Context()); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Error(err)
	}
	w = newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Status: 400, Body: large})})
	if _, err := w.cloud.Pods(t.Context()); err == nil || len(err.Error()) > 3000 {
		t.Error("a long detail was kept")
	}
}
