package provision_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/provision"
	"ocr-gateway/provision/card"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/runpodtest"
)

// failing starts no container so many times, which brings a pod into ERROR.
func (w *world) failing(starts int32) {
	w.t.Helper()
	left := new(atomic.Int32)
	left.Store(starts)
	w.fake.Change(func(c *runpodtest.Config) {
		c.Start = func(ctx context.Context, spec runpodtest.Spec) (runpodtest.Container, error) {
			if left.Add(-1) >= 0 {
				return nil, errors.New("no space left on device")
			}
			return startShell(ctx, spec)
		}
	})
}

func TestFailedPodIsStartedAgain(t *testing.T) {
	t.Run("by the next run", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		w.failing(1)
		d, err := w.up(options())
		if err != nil && !strings.Contains(err.Error(), "the cloud says that the pod failed") { // it may have been seen and mended in one run
			t.Fatal(err)
		}
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		if n := w.fake.Count("start"); n != 1 {
			t.Errorf("it was started %d times", n)
		}
		_ = w.one()
	})
	t.Run("once in a run, and the cloud's reason is shown", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		w.failing(100)
		d, err := w.up(options())
		if err == nil {
			t.Fatal("a pod that failed was taken for a good one")
		}
		before := w.fake.Count("start")
		if err := w.enter(d, plan.Plan{}); err == nil || !strings.Contains(err.Error(), "failed") || !strings.Contains(err.Error(), "--terminate --pod-id "+d.PodID) {
			t.Errorf("got %v", err)
		}
		if n := w.fake.Count("start") - before; n != 1 {
			t.Errorf("it was started %d times in one run", n)
		}
		if !strings.Contains(strings.Join(w.recorder.Lines, "\n"), "no space left on device") {
			t.Errorf("told %q", w.recorder.Lines)
		}
	})
	t.Run("it is not asked to stop", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		w.failing(100)
		d, _ := w.up(options())
		if err := w.Stop(t.Context(), d); err == nil || !strings.Contains(err.Error(), "cannot be stopped") || !strings.Contains(err.Error(), "--terminate --pod-id "+d.PodID) {
			t.Errorf("got %v", err)
		}
		if n := w.fake.Count("stop"); n != 0 {
			t.Errorf("it was asked %d times", n)
		}
	})
}

func TestRefusedChangesAreAskedForOnce(t *testing.T) {
	for action, do := range map[string]func(*world, *deployment.Deployment) error{
		"stop":      func(w *world, d *deployment.Deployment) error { return w.Stop(t.Context(), d) },
		"terminate": func(w *world, d *deployment.Deployment) error { return w.TerminatePod(t.Context(), d.PodID) },
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, runpodtest.Config{})
			d, err := w.up(options())
			if err != nil {
				t.Fatal(err)
			}
			w.Deadlines.Stop = 300 * time.Millisecond
			w.fake.Change(func(c *runpodtest.Config) {
				c.Fault = runpodtest.FirstOf(action, 100, runpodtest.Fault{Status: http.StatusConflict, Body: `{"status":409,"detail":"a job holds the pod"}`})
			})
			if err := do(w, d); err == nil || !strings.Contains(err.Error(), "a job holds the pod") {
				t.Errorf("got %v", err)
			}
			if n := w.fake.Count(action); n != 1 {
				t.Errorf("it was asked %d times", n)
			}
		})
	}
	t.Run("again in another state", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{Starting: 200 * time.Millisecond})
		d := w.starting()
		w.fake.Change(func(c *runpodtest.Config) {
			c.Fault = func(call runpodtest.Call) runpodtest.Fault {
				if call.Op == "stop" && call.N == 1 {
					return runpodtest.Fault{Status: http.StatusConflict}
				}
				return runpodtest.Fault{}
			}
		})
		if err := w.Stop(t.Context(), d); err != nil {
			t.Error(err)
		}
		if n := w.fake.Count("stop"); n != 2 {
			t.Errorf("it was asked %d times", n)
		}
	})
}

// starting returns a deployment whose pod has not started yet.
func (w *world) starting() *deployment.Deployment {
	w.t.Helper()
	plan, err := w.Plan(w.t.Context(), options())
	if err != nil {
		w.t.Fatal(err)
	}
	d, _, unlock, err := w.Begin(options(), plan.Ceiling, false)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(unlock)
	pod, err := w.Cloud.Create(w.t.Context(), cloud.Order{
		Name: d.Name, Image: d.Options.Image, GPU: a40, Count: 1, Tenure: cloud.Secure, DiskGB: 20, Ports: []cloud.Port{{Number: 22}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	d.PodID = pod.ID
	return d
}

func TestRefusalsNameFields(t *testing.T) {
	for body, blamed := range map[string]bool{
		`{"status":422,"detail":"the image cannot be pulled, contact support"}`:                                   false,
		`{"status":422,"detail":"transport endpoint"}`:                                                            false,
		`{"status":422,"detail":"ports: 8007 is listed twice"}`:                                                   true,
		`{"status":422,"detail":"Port 8007 is taken"}`:                                                            true,
		`{"status":422,"detail":"it breaks the contract","errors":[{"path":"ports/2","message":"listed twice"}]}`: true,
		`{"status":422,"detail":"it breaks the contract","errors":[{"path":"disk","message":"no port free"}]}`:    false,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 1, runpodtest.Fault{Status: 422, Body: body})})
			d, err := w.up(options())
			if blamed && (err != nil || !strings.Contains(d.Without.DirectPort, "HTTP 422")) {
				t.Errorf("got %v, without %+v", err, d.Without)
			}
			if !blamed && (!errors.Is(err, cloud.ErrRequest) || w.fake.Count("create") != 1) {
				t.Errorf("got %v after %d orders", err, w.fake.Count("create"))
			}
		})
	}
	t.Run("an order that is refused without the port too was not refused for it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 100, runpodtest.Fault{Status: 422, Body: `{"detail":"no port of call"}`})})
		plan, err := w.Plan(t.Context(), options())
		if err != nil {
			t.Fatal(err)
		}
		d, _, unlock, err := w.Begin(options(), plan.Ceiling, false)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		if err := w.enter(d, plan); !errors.Is(err, cloud.ErrRequest) || d.Without.DirectPort != "" {
			t.Errorf("got %v, without %+v", err, d.Without)
		}
	})
}

// The API's own port, refused once, is asked for again: at a start, or when that is
// asked for, as it resets a pod that runs.
func TestDirectPortIsTriedAgain(t *testing.T) {
	refused := func(t *testing.T) (*world, *deployment.Deployment) {
		t.Helper()
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 1, runpodtest.Fault{Status: 422, Body: `{"detail":"ports: 8007 is listed twice"}`})})
		d, err := w.up(options())
		if err != nil {
			t.Fatal(err)
		}
		if _, mapped := w.one().TCP[8007]; mapped {
			t.Fatal("the test's port was not refused")
		}
		states, err := w.Status(t.Context())
		if err != nil || len(states) != 1 || len(states[0].Off) != 1 || !strings.Contains(states[0].Off[0], "listed twice") {
			t.Errorf("status %+v, %v", states, err)
		}
		return w, d
	}
	has := func(t *testing.T, w *world, d *deployment.Deployment) {
		t.Helper()
		if _, mapped := w.one().TCP[8007]; !mapped || d.Without.DirectPort != "" {
			t.Errorf("ports %v, without %+v", w.one().TCP, d.Without)
		}
	}
	t.Run("by a start", func(t *testing.T) {
		t.Parallel()
		w, d := refused(t)
		if err := w.Stop(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		has(t, w, d)
	})
	t.Run("a start goes on without it where it is refused again", func(t *testing.T) {
		t.Parallel()
		w, d := refused(t)
		if err := w.Stop(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		w.fake.Change(func(c *runpodtest.Config) {
			c.Fault = runpodtest.FirstOf("patch", 100, runpodtest.Fault{Status: 422, Body: `{"detail":"ports: still twice"}`})
		})
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		if d.Without.DirectPort != "ports: still twice" || w.fake.Count("patch") != 1 {
			t.Errorf("without %+v after %d tries", d.Without, w.fake.Count("patch"))
		}
	})
	t.Run("of a pod that runs only when asked to", func(t *testing.T) {
		t.Parallel()
		w, d := refused(t)
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		if w.fake.Count("patch") != 0 || strings.Contains(w.one().Steps(), "RESET") {
			t.Error("a pod that runs was reset unasked")
		}
		d.TryAgain = true
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		has(t, w, d)
	})
}

// A limit that ends after a stage's deadline, or no stage's, is said at once.
func TestLongLimitIsNotWaitedFor(t *testing.T) {
	limit := runpodtest.Fault{Status: 429, RetryAfter: 45000}
	for _, op := range []string{"catalog", "create"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf(op, 100, limit)})
			if _, err := w.up(options()); !errors.Is(err, cloud.ErrLimited) || !strings.Contains(err.Error(), "in 12h") {
				t.Errorf("got %v", err)
			}
			if n := w.fake.Count(op); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestBlames(t *testing.T) {
	for _, tt := range []struct {
		detail string
		fields []string
		field  string
		want   bool
	}{
		{"entrypoint is not allowed", nil, "entrypoint", true},
		{"the cmdline is wrong", nil, "cmd", false},
		{"a bad body", []string{"gpu.minRamPerGpu"}, "minRamPerGpu", true},
		{"a bad body", []string{"/ports/1"}, "ports", true},
		{"a bad body", []string{"ports[1]"}, "ports", true},
		{"ports", []string{"disk"}, "ports", false},
		{"", nil, "ports", false},
	} {
		e := &cloud.Error{Detail: tt.detail, Fields: tt.fields}
		if got := e.NamesField(tt.field); got != tt.want {
			t.Errorf("%+v: got %t", tt, got)
		}
	}
}

func TestWithoutSaysWhy(t *testing.T) {
	got := deployment.Without{MTP: "a", Layout: "b", DirectPort: "c"}.Lines()
	if want := []string{"MTP: a", "layout: b", "the API's own port: c"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := (deployment.Without{}).Lines(); got == nil || len(got) != 0 {
		t.Errorf("got %#v", got)
	}
	var b strings.Builder
	states := []provision.State{{Name: "ocr-gateway-x", PodID: "p", Pod: cloud.PodRunning, Ready: true, Off: []string{"MTP: vllm ended"}, Next: []string{"retry p"}}}
	if err := provision.WriteStatus(&b, states); err != nil || !strings.Contains(b.String(), "ocr-gateway-x runs without MTP: vllm ended.\nIt is tried again by the next start, or now by:\n  retry p\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// Lines to paste carry the key: they name an address with TLS, or the tunnel.
func TestCardKeepsTheKeyOffPlainHTTP(t *testing.T) {
	for name, tt := range map[string]struct {
		urls   []string
		base   string
		tunnel bool
	}{
		"a proxy with TLS":     {[]string{"http://203.0.113.7:31007", "https://p-8007.proxy.example"}, "https://p-8007.proxy.example", false},
		"plain HTTP alone":     {[]string{"http://203.0.113.7:8117"}, "http://127.0.0.1:8117", true},
		"no address from here": {nil, "http://127.0.0.1:8117", true},
	} {
		t.Run(name, func(t *testing.T) {
			card := card.Card{Address: "203.0.113.7:22", URLs: tt.urls, LocalURL: "http://127.0.0.1:8117", Tunnel: "ocr-gateway provision --tunnel --host u@h", APIKey: "K"}
			var b strings.Builder
			if err := card.Write(&b); err != nil {
				t.Fatal(err)
			}
			lines := 0
			for line := range strings.Lines(b.String()) {
				if strings.Contains(line, "Authorization") {
					lines++
					if !strings.Contains(line, " "+tt.base+"/") {
						t.Errorf("the key goes elsewhere: %s", line)
					}
				}
			}
			if lines == 0 || strings.Contains(b.String(), card.Tunnel+"   # first") != tt.tunnel {
				t.Errorf("%d lines in\n%s", lines, b.String())
			}
		})
	}
}
