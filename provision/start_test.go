package provision_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/runpodtest"
)

func TestStart(t *testing.T) {
	stopped := func(t *testing.T, w *world) *deployment.Deployment {
		t.Helper()
		d, err := w.up(options())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Stop(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	t.Run("ports move, and the old ones are told at first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{StalePorts: 2})
		d := stopped(t, w)
		before := w.login.Address
		w.Connect = func(_ context.Context, login deployment.Login) (host.Host, error) {
			if login.Address == before {
				return nil, errors.New("connection refused")
			}
			w.login = login
			return unreached{}, nil
		}
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("127.0.0.1:%d", w.one().TCP[22]); w.login.Address != want {
			t.Errorf("logged in at %s, want %s", w.login.Address, want)
		}
	})
	t.Run("no GPU is free: it says what to do", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		d := stopped(t, w)
		w.fake.Change(func(c *runpodtest.Config) { c.StartRefusals = 1 })
		err := w.enter(d, plan.Plan{})
		if !errors.Is(err, cloud.ErrNoStock) || !strings.Contains(err.Error(), "--replace") || !strings.Contains(err.Error(), "its storage costs") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no GPU is free: it is waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		d := stopped(t, w)
		w.fake.Change(func(c *runpodtest.Config) { c.StartRefusals = 5 })
		w.Deadlines.Machine = 30 * time.Millisecond // shorter than what the refusals take
		d.Options.RetryFor = time.Minute
		if err := w.enter(d, plan.Plan{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("it comes back without a GPU", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		d := stopped(t, w)
		w.fake.Change(func(c *runpodtest.Config) { c.StartNoGPU = true })
		if err := w.enter(d, plan.Plan{}); !errors.Is(err, cloud.ErrNoStock) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another machine takes its place when it is ready", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		d := stopped(t, w)
		successor, unlock, err := w.Replace(d)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		if err := w.enter(successor, plan.Plan{}); err != nil {
			t.Fatal(err)
		}
		if len(w.fake.Live()) != 2 {
			t.Errorf("the old pod went before the new one was ready: %+v", w.fake.Live())
		}
		for _, d := range []*deployment.Deployment{successor, d} { // the old one is not ended with the new one
			if live := w.fake.Live(); len(live) == 0 {
				t.Error("both went at once")
			}
			if err := w.Terminate(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		if live := w.fake.Live(); len(live) != 0 {
			t.Errorf("orphans: %+v", live)
		}
	})
}

// A replacement that is not to be had leaves the old deployment as it was, and one
// that was interrupted is resumed.
func TestReplaceLosesNoPod(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	old, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	first, unlock, err := w.Replace(old)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	again, unlock, err := w.Replace(old)
	if err != nil || again.Name != first.Name {
		t.Fatalf("replaced twice: %+v, %v", again, err)
	}
	defer unlock()
	w.fake.Refuse(a40, runpodtest.NoLonger)
	w.fake.Refuse(a6000, runpodtest.NoLonger)
	if err := w.enter(again, plan.Plan{}); !errors.Is(err, cloud.ErrNoStock) {
		t.Fatalf("got %v", err)
	}
	if all, err := w.Store.Known(); err != nil || len(all) != 1 || all[0].PodID != old.PodID {
		t.Errorf("known: %+v, %v", all, err)
	}
}

// Whoever takes a pod over without its state must not change what it is.
func TestTakenOverWithItsOptions(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	o := options()
	o.IdleStop, o.Model, o.LayoutModel, o.MTP, o.VLLMPort = time.Hour, "a/b", "", false, 9000
	d, err := w.up(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store.Drop(d); err != nil {
		t.Fatal(err)
	}
	again, unlock, err := w.take(t.Context(), d.PodID)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if again.Options.String() != d.Options.String() {
		t.Errorf("%s became %s", d.Options, again.Options)
	}
}

func TestStopThatFailsSaysWhatIsBilled(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	d, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for action, do := range map[string]func(context.Context, *deployment.Deployment) error{"stop": w.Stop, "terminate": w.Terminate} {
		var failure *provision.Failure
		if err := do(ctx, d); !errors.As(err, &failure) || failure.Billed == "" || !strings.Contains(err.Error(), "--"+action+" --pod-id "+d.PodID) {
			t.Errorf("%s: got %v", action, err)
		}
	}
}
