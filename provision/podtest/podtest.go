// Package podtest runs real pods on this machine, for tests: Linux namespaces
// over an overlay of the machine's root, with the real OpenSSH and with
// stand-ins for the tools that a GPU host has or fetches from the internet.
// A pod sees a network of its own with nothing in it, and leaves nothing behind:
// not when it is killed, and not when the test dies. It needs root.
package podtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"ocr-gateway/provision/podtest/inside"
	"ocr-gateway/provision/runpodtest"
)

// Pods starts pods, and holds what their stand-ins do and were asked.
type Pods struct {
	mu         sync.Mutex
	calls      []Call
	faults     []*armed
	acts       map[string]Act
	loading    time.Duration
	answer     string            // of vLLM; empty means the scripted ones
	mtpAnswer  string            // with speculative decoding; empty means answer
	acceptance float64           // of its draft head
	packages   map[string]string // Python packages of the image: name to version
	running    map[*pod]struct{} // nil after the end
}

// New makes Pods whose pods end with the test. Where pods cannot run the test
// is skipped, or fails when REQUIRE_PODS is 1.
func New(t testing.TB) *Pods {
	t.Helper()
	if err := Available(); err != nil {
		if os.Getenv("REQUIRE_PODS") == "1" {
			t.Fatalf("pods cannot run here: %v", err)
		}
		t.Skipf("pods cannot run here: %v", err)
	}
	p := &Pods{acts: stands(), acceptance: 0.7, packages: maps.Clone(imagePackages), running: map[*pod]struct{}{}}
	t.Cleanup(p.killAll)
	return p
}

// Start starts a pod from the image vllm/vllm-openai, whose sshd is not
// installed. It satisfies runpodtest.Start. ctx bounds only the start.
func (p *Pods) Start(ctx context.Context, spec runpodtest.Spec) (runpodtest.Container, error) {
	return p.start(ctx, spec, false)
}

func (p *Pods) start(ctx context.Context, spec runpodtest.Spec, withSSHD bool) (*pod, error) {
	programs, err := build()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	setup := inside.Setup{
		Hostname:   cmp.Or(spec.Pod, "pod"),
		Args:       arguments(spec),
		Env:        environment(spec.Env),
		Volume:     spec.Volume,
		VolumePath: spec.VolumePath,
		VLLM:       programs.vllm,
		OpenSSH:    programs.openSSH,
		HideSSHD:   !withSSHD,
		StandIns:   slices.Concat(slices.Sorted(maps.Keys(p.acts)), slices.Sorted(maps.Keys(otherNames))),
		Files:      packageFiles(imageSite, p.packages),
	}
	p.mu.Unlock()
	c, err := launch(programs.init, spec.Log)
	if err != nil {
		return nil, fmt.Errorf("start pod %s: %w", spec.Pod, err)
	}
	c.spec, c.pods = spec, p
	if err := c.furnished(ctx, setup); err != nil {
		c.Kill()
		return nil, fmt.Errorf("start pod %s: %w", spec.Pod, err)
	}
	if !p.remember(c) {
		c.Kill()
		return nil, fmt.Errorf("start pod %s: the test has ended", spec.Pod)
	}
	return c, nil
}

// remember says false after the end.
func (p *Pods) remember(c *pod) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return false
	}
	p.running[c] = struct{}{}
	return true
}

func (p *Pods) forget(c *pod) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, c)
}

func (p *Pods) killAll() {
	p.mu.Lock()
	running := p.running
	p.running = nil
	p.mu.Unlock()
	for c := range running {
		c.Kill()
	}
}

// arguments are those of the main process. The image's own entrypoint takes the
// place of an absent one.
func arguments(spec runpodtest.Spec) []string {
	if len(spec.Entrypoint) == 0 {
		return append([]string{"vllm", "serve"}, spec.Cmd...)
	}
	return slices.Concat(spec.Entrypoint, spec.Cmd)
}

func environment(ordered map[string]string) []string {
	env := map[string]string{
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME": "/root",
	}
	maps.Copy(env, ordered)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
