package runpod_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/runpod"
	"ocr-gateway/provision/runpodtest"
)

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
