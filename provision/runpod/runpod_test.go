package runpod_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/runpod"
	"ocr-gateway/provision/runpodtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "rpa_SECRETSECRET"

// clock jumps ahead instead of sleeping, and yields, so that the world can go on.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	c.mu.Unlock()
	return ctx.Err()
}

func (c *clock) total() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sum time.Duration
	for _, d := range c.slept {
		sum += d
	}
	return sum
}

// world is a client at a fake.
type world struct {
	*runpodtest.Fake
	cloud *runpod.Cloud
	clock *clock
	log   *lockedBuffer

	notices []string // only of calls one after the other
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t *testing.T, config runpodtest.Config) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}, log: &lockedBuffer{}}
	config.Key, config.Now = key, w.clock.Now
	w.Fake = runpodtest.New(config)
	w.cloud = runpod.New(runpod.Config{
		Key: key, BaseURL: w.URL(), ProxyURL: w.Fake.ProxyURL(), UserAgent: "ocr-gateway/test",
		Timeout: 2 * time.Second, Clock: w.clock, Notice: func(text string) { w.notices = append(w.notices, text) },
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() {
		w.cloud.Close()
		w.Fake.Close()
		if strings.Contains(w.log.String(), key) {
			t.Error("the key is in the log")
		}
	})
	return w
}

func order() cloud.Order {
	return cloud.Order{
		Name: "ocr-gateway-x7k2", Image: "vllm/vllm-openai:v0.19.1", GPU: "NVIDIA A40", Count: 1,
		Tenure: cloud.Secure, MinCUDA: "12.9", DataCenters: []string{"EU-SE-1"},
		DiskGB: 60, VolumeGB: 50, VolumePath: "/workspace",
		Ports:      []cloud.Port{{Number: 22}, {Number: 8007, HTTP: true}},
		Env:        map[string]string{"PUBLIC_KEY": "ssh-ed25519 AAAA"},
		Entrypoint: []string{"/bin/bash", "-c"}, Cmd: []string{`echo "a && b" > /tmp/x`},
		MinRAMGB: 32, MinVCPUsPerGPU: 8,
	}
}

func (w *world) create(t *testing.T) cloud.Pod {
	t.Helper()
	p, err := w.cloud.Create(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// until reads a pod until it is as wanted.
func (w *world) until(t *testing.T, id string, what string, is func(cloud.Pod) bool) cloud.Pod {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		p, err := w.cloud.Pod(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if is(p) {
			return p
		}
		if time.Now().After(deadline) {
			t.Fatalf("the pod is not %s: %+v", what, p)
		}
		time.Sleep(2 * time.Millisecond) // between two polls of another process's state
	}
}

func running(p cloud.Pod) bool { return p.State == cloud.PodRunning }

func reachable(p cloud.Pod) bool { return running(p) && p.Addresses[22].Port != 0 }

func TestLife(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	p := w.create(t)
	if p.ID == "" || p.Name != "ocr-gateway-x7k2" {
		t.Fatalf("created %+v", p)
	}
	p = w.until(t, p.ID, "reachable", reachable)
	want := []cloud.Port{{Number: 22}, {Number: 8007, HTTP: true}}
	if !slices.Equal(p.Ports, want) || p.VolumeGB != 50 || p.DiskGB != 60 || p.GPUCount != 1 || p.GPU != "NVIDIA A40" ||
		p.PricePerHour != 0.40 || p.Tenure != cloud.Secure || p.DataCenter != "EU-SE-1" || p.Image != order().Image ||
		p.Created.IsZero() || p.Started.IsZero() || p.Env["PUBLIC_KEY"] == "" || p.Addresses[22].Host != "127.0.0.1" {
		t.Errorf("pod %+v", p)
	}
	first := p.Addresses[22]
	if err := w.cloud.Start(t.Context(), p.ID); !errors.Is(err, cloud.ErrNotNow) {
		t.Errorf("start of a running pod: %v", err)
	}
	if err := w.cloud.Stop(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	p = w.until(t, p.ID, "stopped", func(p cloud.Pod) bool { return p.State == cloud.PodStopped })
	if p.PricePerHour != 0 || len(p.Addresses) != 0 {
		t.Errorf("stopped %+v", p)
	}
	if err := w.cloud.Start(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	p = w.until(t, p.ID, "reachable", reachable)
	if p.Addresses[22] == first {
		t.Error("the address did not move")
	}
	for range 2 { // gone already is success
		if err := w.cloud.Terminate(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.cloud.Pod(t.Context(), p.ID); !errors.Is(err, cloud.ErrGone) {
		t.Errorf("a terminated pod: %v", err)
	}
	seen := w.Pods()[0]
	if got, want := seen.Steps(), "PROVISIONING STARTING RUNNING EXITED STARTING RUNNING TERMINATED"; got != want {
		t.Errorf("steps %q, want %q", got, want)
	}
}

func TestCreateBody(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	w.create(t)
	got := w.Requests()[0].Body
	want := `{"name":"ocr-gateway-x7k2","image":"vllm/vllm-openai:v0.19.1","cloud":"SECURE",` +
		`"gpu":{"id":"NVIDIA A40","count":1,"minCudaVersion":"12.9","minRamPerGpu":32,"minVcpuCountPerGpu":8},` +
		`"dataCenterIds":["EU-SE-1"],"disk":60,"mounts":{"persistent":{"size":50,"path":"/workspace"}},` +
		`"ports":["22/tcp","8007/http"],"env":{"PUBLIC_KEY":"ssh-ed25519 AAAA"},` +
		`"entrypoint":["/bin/bash","-c"],"cmd":["echo \"a && b\" > /tmp/x"]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOlderContract(t *testing.T) {
	w := newWorld(t, runpodtest.Config{OlderBodies: true})
	w.Refuse("NVIDIA A40", runpodtest.NoneNow)
	if _, err := w.cloud.Create(t.Context(), order()); !errors.Is(err, cloud.ErrNoStock) {
		t.Fatal(err)
	}
	w.Refuse("NVIDIA A40", "")
	second := order()
	second.Name = "ocr-gateway-2"
	if _, err := w.cloud.Create(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	var statuses []int
	for _, r := range w.Requests() {
		statuses = append(statuses, r.Status)
	}
	if !slices.Equal(statuses, []int{422, 400, 201}) {
		t.Errorf("answers %v: the form that holds was not remembered", statuses)
	}
	want := `"args":"{\"entrypoint\":[\"/bin/bash\",\"-c\"],\"cmd\":[\"echo \\\"a && b\\\" > /tmp/x\"]}"`
	if body := w.Requests()[1].Body; !strings.Contains(body, want) || strings.Contains(body, "minRam") {
		t.Errorf("the older body %s", body)
	}
}

func TestCreateFaults(t *testing.T) {
	type fault = runpodtest.Fault
	for name, c := range map[string]struct {
		fault fault
		kind  error
		pods  int // that exist after it
	}{
		"fails, nothing made":     {fault{Status: 500}, cloud.ErrUnknownOutcome, 0},
		"bad gateway, nothing":    {fault{Status: 502, Body: "<html>bad gateway</html>"}, cloud.ErrUnknownOutcome, 0},
		"times out, yet made":     {fault{Status: 504, After: true}, cloud.ErrUnknownOutcome, 1},
		"hangs, yet made":         {fault{Hang: true, After: true}, cloud.ErrUnknownOutcome, 1},
		"breaks, yet made":        {fault{Reset: true, After: true}, cloud.ErrUnknownOutcome, 1},
		"breaks, nothing made":    {fault{Reset: true}, cloud.ErrUnknownOutcome, 0},
		"no JSON, yet made":       {fault{Status: 201, Body: "ok", After: true}, cloud.ErrUnknownOutcome, 1},
		"no id, yet made":         {fault{Status: 201, Body: "{}", After: true}, cloud.ErrUnknownOutcome, 1},
		"cut off, yet made":       {fault{Status: 201, Body: `{"id":"a`, After: true}, cloud.ErrUnknownOutcome, 1},
		"no stock by the old 500": {fault{Status: 500, Body: `{"error":"create pod: There are no instances currently available"}`}, cloud.ErrNoStock, 0},
		"balance":                 {fault{Status: 402}, cloud.ErrBalance, 0},
		"not for you":             {fault{Status: 403}, cloud.ErrForbidden, 0},
		"not for you, at length":  {fault{Status: 403, Body: `{"detail":"not allowed; there are no instances available to this account"}`}, cloud.ErrForbidden, 0},
		"a word that has a text":  {fault{Status: 400, Body: `{"detail":"unknown image casino instances available"}`}, cloud.ErrRequest, 0},
		"key":                     {fault{Status: 401}, cloud.ErrKey, 0},
		"image":                   {fault{Status: 422, Body: `{"title":"Unprocessable","status":422,"detail":"image not found in registry"}`}, cloud.ErrRequest, 0},
		"rule":                    {fault{Status: 400, Body: `{"error":"spend limit"}`}, cloud.ErrRequest, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 1, c.fault)})
			_, err := w.cloud.Create(t.Context(), order())
			if !errors.Is(err, c.kind) {
				t.Errorf("error %v, want %v", err, c.kind)
			}
			if n := w.Count("create"); n != 1 {
				t.Errorf("the order was sent %d times", n)
			}
			if n := len(w.Live()); n != c.pods {
				t.Errorf("%d pods, want %d", n, c.pods)
			}
			// The unique name finds what was made.
			pods, err := w.cloud.Pods(t.Context())
			if err != nil || len(pods) != c.pods {
				t.Errorf("pods %v, %v", pods, err)
			}
		})
	}
}

func TestCreateCanceled(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	w.Change(func(c *runpodtest.Config) {
		c.Fault = func(runpodtest.Call) runpodtest.Fault {
			cancel()
			return runpodtest.Fault{Hang: true, After: true}
		}
	})
	_, err := w.cloud.Create(ctx, order())
	if !errors.Is(err, cloud.ErrUnknownOutcome) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestNoStock(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	for _, text := range []string{runpodtest.NoLonger, runpodtest.NoneNow, runpodtest.NoResources, runpodtest.NoPods} {
		w.Refuse("NVIDIA A40", text)
		_, err := w.cloud.Create(t.Context(), order())
		var fault *cloud.Error
		if !errors.Is(err, cloud.ErrNoStock) || !errors.As(err, &fault) || fault.Detail != text ||
			fault.Status != 400 || !strings.HasPrefix(fault.RequestID, "req-") {
			t.Errorf("%q: %v", text, err)
		}
		if !strings.Contains(w.log.String(), fault.RequestID) {
			t.Error("the request id is not in the log")
		}
	}
	if w.Created() != 0 {
		t.Error("a pod was made")
	}
	w.Refuse("NVIDIA A40", "")
	w.create(t)
}

func TestStartRefused(t *testing.T) {
	w := newWorld(t, runpodtest.Config{StartRefusals: 1, StartNoGPU: true})
	p := w.until(t, w.create(t).ID, "running", running)
	if err := w.cloud.Stop(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.cloud.Start(t.Context(), p.ID); !errors.Is(err, cloud.ErrNoStock) {
		t.Errorf("start: %v", err)
	}
	if err := w.cloud.Start(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if p = w.until(t, p.ID, "running", running); p.GPUCount != 0 {
		t.Errorf("it came back with %d GPUs", p.GPUCount)
	}
}

func TestStartUnknown(t *testing.T) {
	w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("start", 1, runpodtest.Fault{Status: 503, After: true})})
	p := w.until(t, w.create(t).ID, "running", running)
	if err := w.cloud.Stop(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.cloud.Start(t.Context(), p.ID); !errors.Is(err, cloud.ErrUnknownOutcome) {
		t.Errorf("start: %v", err)
	}
	w.until(t, p.ID, "running", running)
}

func TestPorts(t *testing.T) {
	t.Run("until a patch", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{PortsUntilPatch: true})
		p := w.until(t, w.create(t).ID, "running", running)
		if len(p.Addresses) != 0 {
			t.Fatal("ports are told already")
		}
		if err := w.cloud.SetPorts(t.Context(), p.ID, p.Ports); err != nil {
			t.Fatal(err)
		}
		w.until(t, p.ID, "reachable", reachable)
		if steps := w.Pods()[0].Steps(); !strings.Contains(steps, "RESET") {
			t.Errorf("steps %s", steps)
		}
	})
	t.Run("without an address", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{NoAddress: true})
		if p := w.until(t, w.create(t).ID, "running", running); len(p.Addresses) != 0 || len(p.Ports) != 2 {
			t.Errorf("%+v", p)
		}
	})
	t.Run("late", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{PortsLate: 50 * time.Millisecond})
		p := w.until(t, w.create(t).ID, "running", running)
		w.until(t, p.ID, "reachable", reachable)
	})
	t.Run("stale", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{StalePorts: 1})
		p := w.until(t, w.create(t).ID, "reachable", reachable)
		before := p.Addresses[22]
		if err := w.cloud.Stop(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.cloud.Start(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if p = w.until(t, p.ID, "running", running); p.Addresses[22] != before {
			t.Errorf("the first answer tells %v, not the old %v", p.Addresses[22], before)
		}
		w.until(t, p.ID, "moved", func(p cloud.Pod) bool { return reachable(p) && p.Addresses[22] != before })
	})
}

func TestPods(t *testing.T) {
	for name, config := range map[string]runpodtest.Config{
		"pages":    {PageSize: 2, Others: []string{"a", "b", "c"}},
		"no pages": {OlderLists: true, Others: []string{"a", "b", "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, config)
			p := w.create(t)
			pods, err := w.cloud.Pods(t.Context())
			if err != nil || len(pods) != 4 || pods[3].ID != p.ID || pods[0].Tenure != cloud.Community {
				t.Errorf("%v, %v", pods, err)
			}
			w.Vanish(p.ID)
			if _, err := w.cloud.Pod(t.Context(), p.ID); !errors.Is(err, cloud.ErrGone) {
				t.Errorf("a vanished pod: %v", err)
			}
			if pods, _ = w.cloud.Pods(t.Context()); len(pods) != 3 {
				t.Errorf("%v", pods)
			}
		})
	}
}

// An answer that is no list must not pass for an account without pods.
func TestPodsNoList(t *testing.T) {
	for _, body := range []string{`{}`, `[]`, `{"pods":null}`, `{"pods":[{}]}`, `{"pods":[{"id":"a"}],"pagination":{"hasNextPage":true,"nextCursor":"x"}}`, `no`} {
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1000, runpodtest.Fault{Status: 200, Body: body})})
		if pods, err := w.cloud.Pods(t.Context()); err == nil {
			t.Errorf("%s: %v", body, pods)
		}
	}
}

// What others run may look otherwise.
func TestPodsOdd(t *testing.T) {
	body := `{"pods":[{"id":"a","name":"n","gpu":null,"mounts":null,"runtime":null,"ports":null,"env":{"A":1},"ssh":null,
		"createdAt":"yesterday","startedAt":null,"dataCenterId":null,"status":"DANCING","new":{}}]}`
	w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("list", 1, runpodtest.Fault{Status: 200, Body: body})})
	pods, err := w.cloud.Pods(t.Context())
	if err != nil || len(pods) != 1 || pods[0].ID != "a" || pods[0].State != "dancing" {
		t.Errorf("%v, %v", pods, err)
	}
}

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

func TestOffers(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	ids := func(s cloud.Search) []string {
		offers, err := w.cloud.Offers(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, o := range offers {
			all = append(all, o.GPU)
		}
		slices.Sort(all)
		return all
	}
	if got := ids(cloud.Search{Tenure: cloud.Community}); slices.Contains(got, "NVIDIA H100 80GB HBM3") || !slices.Contains(got, "NVIDIA H100 PCIe") {
		t.Errorf("community has %v", got)
	}
	if got := ids(cloud.Search{Count: 9}); got != nil {
		t.Errorf("nine on one host: %v", got)
	}
	offer := func(gpu string, s cloud.Search) cloud.Offer {
		offers, err := w.cloud.Offers(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(offers, func(o cloud.Offer) bool { return o.GPU == gpu })
		if i < 0 {
			t.Fatalf("no offer of %s: %+v", gpu, offers)
		}
		return offers[i]
	}
	got := offer("NVIDIA H100 80GB HBM3", cloud.Search{Count: 2, MinCUDA: "12.9", Countries: []string{"fr"}, DataCenters: []string{"EU-FR-1"}})
	want := cloud.Offer{
		GPU: "NVIDIA H100 80GB HBM3", Name: "H100 SXM", MemoryGB: 80, PricePerGPU: 2.99,
		Stock: cloud.StockLow, DataCenters: []string{"EU-FR-1"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	asked := w.Requests()
	if q := asked[len(asked)-1].Query; q != "cloud=SECURE&count=2&countryCodes=FR&include=AVAILABILITY&minCudaVersion=12.9&product=POD" {
		t.Errorf("query %s", q)
	}
	if got := offer("NVIDIA A40", cloud.Search{}); got.PricePerGPU != 0.40 || got.ElsewherePerGPU != 0.35 {
		t.Errorf("the other cloud's price: %+v", got)
	}
	if got := offer("NVIDIA A40", cloud.Search{Tenure: cloud.Community}); got.PricePerGPU != 0.35 || got.ElsewherePerGPU != 0.40 {
		t.Errorf("the other cloud's price: %+v", got)
	}
	if got := offer("NVIDIA L40S", cloud.Search{}); got.Stock != cloud.StockNone || got.DataCenters != nil {
		t.Errorf("got %+v", got)
	}
	if got := offer("NVIDIA A40", cloud.Search{DataCenters: []string{"US-KS-2"}}); got.Stock != cloud.StockNone {
		t.Errorf("got %+v", got)
	}
	if got := offer("NVIDIA A40", cloud.Search{MinCUDA: "13.0"}); got.Stock != cloud.StockNone {
		t.Errorf("got %+v", got)
	}
}

func TestSpent(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	p := w.until(t, w.create(t).ID, "running", running)
	if spent, err := w.cloud.Spent(t.Context()); err != nil || len(spent) != 0 {
		t.Errorf("%v, %v", spent, err)
	}
	_ = w.clock.Sleep(t.Context(), 3*time.Hour)
	spent, err := w.cloud.Spent(t.Context())
	if err != nil || spent[p.ID] < 1.199 || spent[p.ID] > 1.201 {
		t.Errorf("%v, %v: want 3 hours at $0.40", spent, err)
	}
}

// A pod has a record for each day.
func TestSpentBuckets(t *testing.T) {
	body := `{"records":[{"podId":"a","totalAmount":1.5,"time":"x"},{"podId":"b","totalAmount":1},{"podId":"a","totalAmount":0.5},{"totalAmount":9}]}`
	w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("billing", 1, runpodtest.Fault{Status: 200, Body: body})})
	spent, err := w.cloud.Spent(t.Context())
	if err != nil || len(spent) != 2 || spent["a"] != 2 || spent["b"] != 1 {
		t.Errorf("%v, %v", spent, err)
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

func TestVolume(t *testing.T) {
	w := newWorld(t, runpodtest.Config{Volumes: []runpodtest.Volume{{ID: "vol1", Name: "models", DataCenter: "EU-SE-1", Size: 100}}})
	v, err := w.cloud.Volume(t.Context(), "vol1")
	if err != nil || v != (cloud.Volume{ID: "vol1", Name: "models", SizeGB: 100, DataCenter: "EU-SE-1"}) {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := w.cloud.Volume(t.Context(), "../pods"); !errors.Is(err, cloud.ErrGone) {
		t.Error(err)
	}
	o := order()
	o.NetworkVolume = "vol1"
	if _, err := w.cloud.Create(t.Context(), o); !errors.Is(err, cloud.ErrRequest) || w.Count("create") != 0 {
		t.Errorf("both volumes: %v", err)
	}
	o.VolumeGB = 0
	p, err := w.cloud.Create(t.Context(), o)
	if err != nil || p.NetworkVolume != "vol1" || p.VolumeGB != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestProxyURL(t *testing.T) {
	if got, want := runpod.New(runpod.Config{}).ProxyURL("abc", 8007), "https://abc-8007.proxy.runpod.net"; got != want {
		t.Errorf("got %s", got)
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
