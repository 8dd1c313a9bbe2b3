package provision_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

const (
	a40   = "NVIDIA A40"
	a6000 = "NVIDIA RTX A6000"
	h100  = "NVIDIA H100 80GB HBM3"
)

func TestOrdersAreCarriedOutOnce(t *testing.T) {
	for name, fault := range map[string]runpodtest.Fault{
		"timed out yet carried out":      {Hang: true, After: true},
		"timed out and not carried out":  {Hang: true},
		"cut off yet carried out":        {Reset: true, After: true},
		"failed yet carried out":         {Status: 500, After: true},
		"failed and not carried out":     {Status: 504},
		"too many requests for a moment": {Status: 429, RetryAfter: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 1, fault)})
			o := options()
			o.MaxPrice = 0.45 // one kind: no other is ordered instead
			d, err := w.up(o)
			if err == nil && !fault.After && fault.RetryAfter == 0 {
				t.Fatal("an order that was not carried out left no word")
			}
			if err != nil { // the pod may yet come up, under the name that is known here
				all, _ := w.Store.Known()
				if len(all) != 1 || !strings.Contains(err.Error(), "may still come up") {
					t.Errorf("%d deployments are known, said: %v", len(all), err)
				}
			}
			if fault.After || fault.RetryAfter > 0 {
				if err != nil {
					t.Fatal(err)
				}
			} else if err := w.enter(d, plan.Plan{}); err != nil { // typed once more
				t.Fatal(err)
			}
			if pod := w.one(); d.PodID != pod.ID {
				t.Errorf("deployment has pod %q, the cloud %q", d.PodID, pod.ID)
			}
		})
	}
}

// A pod that comes up after its order was given up is found and ended.
func TestLateDuplicateIsEnded(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	d, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	_ = w.one()
	duplicate, err := w.Cloud.Create(t.Context(), cloud.Order{
		Name: d.Name, Image: d.Options.Image, GPU: a40, Count: 1, Tenure: cloud.Secure, DiskGB: 20, VolumeGB: 20, VolumePath: "/workspace",
		Ports: []cloud.Port{{Number: 22}}, Env: map[string]string{"GATEWAY_DIR": "/workspace/ocr-gateway"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.take(t.Context(), duplicate.ID); err == nil || !strings.Contains(err.Error(), d.PodID) {
		t.Errorf("the duplicate was taken for the deployment's pod: %v", err)
	}
	if all, err := w.Store.Known(); err != nil || len(all) != 1 || all[0].PodID != d.PodID {
		t.Errorf("known: %+v, %v", all, err)
	}
	if err := w.TerminateDuplicates(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if live := w.fake.Live(); len(live) != 1 || live[0].ID == duplicate.ID {
		t.Errorf("alive: %+v", live)
	}
}

// Terminating a deployment ends every pod that was made for it.
func TestTerminateEndsDuplicates(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	d, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Cloud.Create(t.Context(), cloud.Order{
		Name: d.Name, Image: d.Options.Image, GPU: a40, Count: 1, Tenure: cloud.Secure, DiskGB: 20, Ports: []cloud.Port{{Number: 22}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.Terminate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if live := w.fake.Live(); len(live) != 0 {
		t.Errorf("alive: %+v", live)
	}
}

func TestStock(t *testing.T) {
	refuse := func(w *world, gpus ...string) {
		for _, gpu := range gpus {
			w.fake.Refuse(gpu, runpodtest.NoLonger)
		}
	}
	t.Run("the next kind is taken", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		refuse(w, h100, "NVIDIA H100 PCIe", "NVIDIA H100 NVL")
		o := options()
		o.GPU = "H100"
		if _, err := w.up(o); err != nil {
			t.Fatal(err)
		}
		if pod := w.one(); !strings.Contains(pod.GPU, "A100") {
			t.Errorf("got %s", pod.GPU)
		}
	})
	t.Run("an alternative is said before it is ordered, and kept with the deployment", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		refuse(w, a40)
		d, err := w.up(options())
		if err != nil {
			t.Fatal(err)
		}
		if pod := w.one(); pod.GPU != a6000 || d.InsteadOf != "A40" {
			t.Errorf("got %s instead of %q", pod.GPU, d.InsteadOf)
		}
		if all, err := w.Store.Known(); err != nil || all[0].InsteadOf != "A40" {
			t.Errorf("kept: %+v, %v", all, err)
		}
		if want := "warn A40 is not to be had: ordering RTX A6000 at $0.49 an hour instead"; !slices.Contains(w.recorder.Lines, want) {
			t.Errorf("it did not say %q:\n%s", want, strings.Join(w.recorder.Lines, "\n"))
		}
	})
	t.Run("an alternative more expensive than the bound is not ordered", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		refuse(w, a40)
		o := options()
		o.MaxPrice = 0.45
		if _, err := w.up(o); !errors.Is(err, cloud.ErrNoStock) || w.fake.Created() != 0 {
			t.Errorf("got %v, %d pods", err, w.fake.Created())
		}
	})
	t.Run("none is left: nothing is begun and nothing is billed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		refuse(w, a40, a6000)
		_, err := w.up(options())
		if !errors.Is(err, cloud.ErrNoStock) || w.fake.Created() != 0 || strings.Contains(err.Error(), "billed $") {
			t.Errorf("got %v, %d pods", err, w.fake.Created())
		}
		if all, err := w.Store.Known(); err != nil || len(all) != 0 {
			t.Errorf("left behind: %+v, %v", all, err)
		}
	})
	t.Run("it is waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 2, runpodtest.Fault{
			Status: 400, Body: `{"title":"Bad Request","status":400,"detail":"` + runpodtest.NoLonger + `"}`,
		})})
		w.StockPause = 10 * time.Millisecond
		o := options()
		o.RetryFor = time.Minute
		if _, err := w.up(o); err != nil {
			t.Fatal(err)
		}
		_ = w.one()
	})
	t.Run("it is waited for though another kind is not for this account", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{Fault: func(c runpodtest.Call) runpodtest.Fault {
			switch {
			case c.Op == "create" && c.N == 1:
				return runpodtest.Fault{Status: 400, Body: `{"status":400,"detail":"` + runpodtest.NoLonger + `"}`}
			case c.Op == "create" && c.N == 2:
				return runpodtest.Fault{Status: 403}
			}
			return runpodtest.Fault{}
		}})
		w.StockPause = 10 * time.Millisecond
		o := options()
		o.GPU, o.RetryFor = "A40,L40S", time.Minute
		if _, err := w.up(o); err != nil {
			t.Fatal(err)
		}
		_ = w.one()
	})
	t.Run("more expensive than agreed to is not taken", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, runpodtest.Config{})
		d, _, unlock, err := w.Begin(options(), 0.10, false)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		if err := w.enter(d, plan.Plan{}); !errors.Is(err, cloud.ErrNoStock) || w.fake.Created() != 0 {
			t.Errorf("got %v, %d pods", err, w.fake.Created())
		}
	})
}

func TestAccountFaults(t *testing.T) {
	for status, want := range map[int]error{401: cloud.ErrKey, 402: cloud.ErrBalance, 422: cloud.ErrRequest, 403: cloud.ErrForbidden} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 100, runpodtest.Fault{Status: status})})
			if _, err := w.up(options()); !errors.Is(err, want) || w.fake.Created() != 0 {
				t.Errorf("got %v, %d pods", err, w.fake.Created())
			}
		})
	}
}

func TestOlderContractsAndOtherPeoplesPods(t *testing.T) {
	w := newWorld(t, runpodtest.Config{OlderBodies: true, OlderLists: true, Others: []string{"theirs", "ocr-gateway-theirs"}})
	if _, err := w.up(options()); err != nil {
		t.Fatal(err)
	}
	_ = w.one()
}

func TestOnePortTwiceIsGivenUp(t *testing.T) {
	w := newWorld(t, runpodtest.Config{Fault: runpodtest.FirstOf("create", 1, runpodtest.Fault{
		Status: 422, Body: `{"title":"Unprocessable","status":422,"detail":"ports: 8007 is listed twice"}`,
	})})
	if _, err := w.up(options()); err != nil {
		t.Fatal(err)
	}
	if _, mapped := w.one().TCP[8007]; mapped {
		t.Error("the port was asked for as TCP again")
	}
}

func TestPortsThatDoNotComeAreAskedForAgain(t *testing.T) {
	w := newWorld(t, runpodtest.Config{PortsUntilPatch: true})
	if _, err := w.up(options()); err != nil {
		t.Fatal(err)
	}
	if n := w.fake.Count("patch"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	_ = w.one()
}

// What a pod costs while it is stopped is said wherever it is.
func TestStorageIsPriced(t *testing.T) {
	said := func(t *testing.T, w *world) (text, perMonth string) {
		t.Helper()
		states, err := w.Status(t.Context())
		if err != nil || len(states) != 1 {
			t.Fatalf("status %+v, %v", states, err)
		}
		var out strings.Builder
		if err := provision.WriteStatus(&out, states); err != nil {
			t.Fatal(err)
		}
		return out.String(), fmt.Sprintf("%.2f", states[0].StoragePerMonth)
	}
	t.Run("a volume of the pod's own", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{})
		o := options()
		o.DiskGB, o.VolumeGB = 40, 50
		d, err := w.up(o)
		if err != nil {
			t.Fatal(err)
		}
		if text, perMonth := said(t, w); perMonth != "9.00" {
			t.Errorf("running: $%s a month\n%s", perMonth, text)
		}
		if err := w.Stop(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		text, perMonth := said(t, w)
		if perMonth != "10.00" || !strings.Contains(text, "and $10.00 a month for storage") {
			t.Errorf("stopped: $%s a month\n%s", perMonth, text)
		}
		if bill := w.StoppedCost(t.Context(), d.PodID); bill != "$10.00 a month" {
			t.Errorf("--stop says %q", bill)
		}
	})
	t.Run("a network volume", func(t *testing.T) {
		w := newWorld(t, runpodtest.Config{Volumes: []runpodtest.Volume{{ID: "v1", Name: "v", Size: 200, DataCenter: "EU-SE-1"}}})
		o := options()
		o.NetworkVolume = "v1"
		d, err := w.up(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Stop(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if text, perMonth := said(t, w); perMonth != "14.00" {
			t.Errorf("stopped: $%s a month\n%s", perMonth, text)
		}
	})
}

func TestRefusedLoginIsNotWaitedForLong(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	var tries int
	w.Connect = func(context.Context, deployment.Login) (host.Host, error) {
		tries++
		return nil, fmt.Errorf("%w: the key is not known there", host.ErrLogin)
	}
	_, err := w.up(options())
	if !errors.Is(err, host.ErrLogin) || !strings.Contains(err.Error(), "billed $0.40") || tries > 20 {
		t.Errorf("after %d tries: %v", tries, err)
	}
}

func TestVanishedPodIsSaidAndForgotten(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	d, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Vanish(d.PodID)
	err = w.enter(d, plan.Plan{})
	if !errors.Is(err, cloud.ErrGone) || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v", err)
	}
	states, err := w.Status(t.Context())
	if err != nil || len(states) != 1 || states[0].Pod != "gone" {
		t.Errorf("status %+v, %v", states, err)
	}
	if err := w.Terminate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if states, err := w.Status(t.Context()); err != nil || len(states) != 0 {
		t.Errorf("status %+v, %v", states, err)
	}
}

func TestStatusTellsOursFromOrphansAndOthers(t *testing.T) {
	w := newWorld(t, runpodtest.Config{Others: []string{"theirs"}})
	d, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store.Drop(d); err != nil { // as if made from another machine
		t.Fatal(err)
	}
	states, err := w.Status(t.Context())
	if err != nil || len(states) != 1 || !states[0].Orphan || states[0].PodID != d.PodID {
		t.Fatalf("status %+v, %v", states, err)
	}
	again, unlock, err := w.take(t.Context(), d.PodID)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if err := w.enter(again, plan.Plan{}); err != nil {
		t.Errorf("taken over: %v", err)
	}
	for _, pod := range w.fake.Pods() {
		if pod.Other {
			if _, _, err := w.take(t.Context(), pod.ID); err == nil {
				t.Error("a pod of other people was taken over")
			}
		}
	}
}

// A run that ended before its order leaves a deployment that can be gone on with
// or forgotten.
func TestUnorderedDeployment(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	_, _, unlock, err := w.Begin(options(), 1, false)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	states, err := w.Status(t.Context())
	if err != nil || len(states) != 1 || states[0].Pod != "not ordered" {
		t.Fatalf("status %+v, %v", states, err)
	}
	known, err := w.Store.Known()
	if err != nil {
		t.Fatal(err)
	}
	d, err := known.Only()
	if err != nil || d == nil {
		t.Fatalf("got %+v, %v", d, err)
	}
	if err := w.Terminate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if all, err := w.Store.Known(); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
}

// A second call resumes the first one's deployment, and never builds another unasked.
func TestBegin(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	d, _, unlock, err := w.Begin(options(), 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := w.Begin(options(), 1, false); !errors.Is(err, deployment.ErrBusy) {
		t.Errorf("while another works on it: %v", err)
	}
	unlock()
	again, resumed, unlock, err := w.Begin(options(), 1, false)
	if err != nil || !resumed || again.Name != d.Name {
		t.Fatalf("got %+v, %v, %v", again, resumed, err)
	}
	again.Ready = time.Now()
	if err := w.Store.Save(again); err != nil {
		t.Fatal(err)
	}
	unlock()
	if _, _, _, err := w.Begin(options(), 1, false); !errors.Is(err, provision.ErrExists) {
		t.Errorf("a ready one was built twice: %v", err)
	}
	other, resumed, unlock, err := w.Begin(options(), 1, true)
	if err == nil {
		unlock()
		if unfinished, resumed, unlock, err := w.Begin(options(), 1, false); err != nil || !resumed || unfinished.Name != other.Name {
			t.Errorf("an unfinished one beside a ready one: %+v, %v", unfinished, err)
		} else {
			unlock()
		}
	}
	if err != nil || resumed || other.Name == d.Name {
		t.Fatalf("--new: %+v, %v, %v", other, resumed, err)
	}
	unlock()
}
