package runpod_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/internal/logtest"
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
	log   *logtest.Buffer

	notices []string // only of calls one after the other
}

func newWorld(t *testing.T, config runpodtest.Config) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}, log: &logtest.Buffer{}}
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
