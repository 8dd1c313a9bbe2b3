package runpod_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/runpodtest"
)

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
