package runpodtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Statuses of a pod: the API's, and one for a pod that is gone without being terminated.
const (
	provisioning = "PROVISIONING"
	starting     = "STARTING"
	running      = "RUNNING"
	exited       = "EXITED"
	failed       = "ERROR"
	terminated   = "TERMINATED"
	vanished     = "VANISHED"
)

// pod is one, with its life when it has one. All but ops and life is guarded by Fake.mu.
type pod struct {
	ops  sync.Mutex // held through an action, which may take long; locked before Fake.mu
	life *life      // guarded by ops

	id      string
	other   bool
	order   order
	status  string
	history []Event
	created time.Time
	started time.Time
	gpus    int
	center  string
	volume  string // folder

	container Container   // nil when none runs
	public    map[int]int // TCP ports as they are
	equal     map[int]int // what ports above 70000 got, inside and outside
	stale     map[int]int // as they were before the start
	staleFor  int         // answers that still tell those
	toldFrom  time.Time   // ports are told from then, by the machine's clock
	patched   bool        // the ports were asked for once more
	starts    int

	billed float64   // USD
	since  time.Time // of the last reckoning

	logs logbook
}

func (p *pod) alive() bool { return p.status != terminated && p.status != vanished }

func (p *pod) actions() []string {
	switch p.status {
	case running:
		return []string{"stop", "restart", "terminate"}
	case exited, failed:
		return []string{"start", "terminate"}
	case provisioning, starting:
		return []string{"stop", "terminate"}
	}
	return []string{}
}

func (p *pod) cost() float64 {
	if p.status == exited || !p.alive() {
		return 0
	}
	return p.order.price * float64(p.order.count)
}

// turn changes the status. f.mu is held.
func (f *Fake) turn(p *pod, status string) {
	f.reckon(p)
	p.status = status
	p.history = append(p.history, Event{f.now(), status})
}

// reckon adds what a pod has cost since the last time. f.mu is held.
func (f *Fake) reckon(p *pod) {
	now := f.now()
	if !p.since.IsZero() {
		p.billed += p.cost() * now.Sub(p.since).Hours()
	}
	p.since = now
}

// addPod makes a pod. f.mu is held.
func (f *Fake) addPod(o order) *pod {
	f.serial++
	p := &pod{id: fmt.Sprintf("fake%08dpod", f.serial), order: o, created: f.now(), gpus: o.count, center: o.center}
	p.volume = f.volumeFolder(p)
	f.pods = append(f.pods, p)
	return p
}

// addOther adds a pod of other people, which runs and does nothing.
func (f *Fake) addOther(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.addPod(order{
		Name: name, Image: "someone/else:latest", Cloud: "COMMUNITY", Disk: 20,
		gpu: "NVIDIA GeForce RTX 4090", count: 1, price: 0.34, center: "US-TX-3",
	})
	p.other = true
	p.started = p.created
	f.turn(p, running)
}

func (f *Fake) createPod(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	older := f.config.OlderBodies
	f.mu.Unlock()
	var o order
	if list := check(body, createShape(older), &o); len(list) > 0 {
		refuse(w, http.StatusUnprocessableEntity, "the body breaks the contract", list...)
		return
	}
	if no := o.rules(); no != nil {
		refuse(w, no.status, no.text)
		return
	}
	f.mu.Lock()
	if no := f.place(&o); no != nil {
		f.mu.Unlock()
		refuse(w, no.status, no.text)
		return
	}
	p := f.addPod(o)
	f.turn(p, provisioning)
	alive := 0
	for _, other := range f.pods {
		if other.alive() && !other.other {
			alive++
		}
	}
	f.peak = max(f.peak, alive)
	f.mu.Unlock()

	p.ops.Lock()
	defer p.ops.Unlock()
	f.beginLife(p, true)
	answer(w, http.StatusCreated, f.view(p))
}

func (f *Fake) listPods(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	size, older := or(f.config.PageSize, 50), f.config.OlderLists
	all := slices.DeleteFunc(slices.Clone(f.pods), func(p *pod) bool { return !p.alive() })
	f.mu.Unlock()
	if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && n > 0 {
		size = n
	}
	begin := 0
	if cursor := r.URL.Query().Get("cursor"); cursor != "" && !older {
		begin = slices.IndexFunc(all, func(p *pod) bool { return "after-"+p.id == cursor }) + 1
	}
	end := min(begin+size, len(all))
	if older {
		end = len(all)
	}
	views := []podView{}
	for _, p := range all[begin:end] {
		views = append(views, f.tell(p))
	}
	body := map[string]any{"pods": views}
	if !older {
		page := map[string]any{"nextCursor": nil, "hasNextPage": end < len(all)}
		if end < len(all) {
			page["nextCursor"] = "after-" + all[end-1].id
		}
		body["pagination"] = page
	}
	answer(w, http.StatusOK, body)
}

func (f *Fake) getPod(w http.ResponseWriter, r *http.Request) {
	p := f.find(r.PathValue("id"))
	if p == nil {
		refuse(w, http.StatusNotFound, "pod not found")
		return
	}
	answer(w, http.StatusOK, f.tell(p))
}

func (f *Fake) deletePod(w http.ResponseWriter, r *http.Request) {
	f.withPod(w, r, func(p *pod) {
		f.destroy(p, terminated)
		w.WriteHeader(http.StatusNoContent)
	})
}

// withPod holds a pod's actions back while do runs.
func (f *Fake) withPod(w http.ResponseWriter, r *http.Request, do func(*pod)) {
	p := f.find(r.PathValue("id"))
	if p != nil {
		p.ops.Lock()
		defer p.ops.Unlock()
		f.mu.Lock()
		alive := p.alive() // it may have gone meanwhile
		f.mu.Unlock()
		if alive {
			do(p)
			return
		}
	}
	refuse(w, http.StatusNotFound, "pod not found")
}

// destroy ends a pod and its own volume. p.ops is held.
func (f *Fake) destroy(p *pod, status string) {
	f.endLife(p)
	f.mu.Lock()
	f.turn(p, status)
	p.logs.wake()
	own := p.order.Mounts != nil && p.order.Mounts.Persistent != nil
	f.mu.Unlock()
	if own {
		_ = os.RemoveAll(p.volume)
	}
}

func (f *Fake) actOnPod(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var b struct {
		Action string `json:"action"`
	}
	if list := check(body, actionShape, &b); len(list) > 0 {
		refuse(w, http.StatusUnprocessableEntity, "the body breaks the contract", list...)
		return
	}
	f.withPod(w, r, func(p *pod) {
		f.mu.Lock()
		allowed := slices.Contains(p.actions(), b.Action)
		status := p.status
		noGPU := allowed && b.Action == "start" && f.config.StartRefusals > 0
		if noGPU {
			f.config.StartRefusals--
		}
		f.mu.Unlock()
		switch {
		case !allowed:
			refuse(w, http.StatusConflict, "cannot "+b.Action+" a pod that is "+status)
			return
		case noGPU:
			refuse(w, http.StatusBadRequest, NoGPUsOnHost)
			return
		}
		switch b.Action {
		case "start":
			f.beginLife(p, false)
		case "restart":
			f.endLife(p)
			f.beginLife(p, false)
		case "stop":
			f.endLife(p)
			f.mu.Lock()
			f.turn(p, exited)
			f.mu.Unlock()
		case "terminate":
			f.destroy(p, terminated)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, http.StatusOK, f.view(p))
	})
}

func (f *Fake) patchPod(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	older := f.config.OlderBodies
	f.mu.Unlock()
	var given map[string]json.RawMessage
	if list := check(body, patchShape(older), &given); len(list) > 0 {
		refuse(w, http.StatusUnprocessableEntity, "the body breaks the contract", list...)
		return
	}
	f.withPod(w, r, func(p *pod) {
		f.mu.Lock()
		changed := p.order.change(body)
		if no := changed.patchRules(); no != nil {
			f.mu.Unlock()
			refuse(w, no.status, no.text)
			return
		}
		_, named := given["name"]
		resets := p.status == running && (len(given) > 1 || len(given) == 1 && !named)
		_, asked := given["ports"]
		p.order = changed
		p.patched = p.patched || asked
		if resets {
			p.history = append(p.history, Event{f.now(), "RESET"})
		}
		f.mu.Unlock()
		if resets {
			f.endLife(p)
			f.beginLife(p, false)
		}
		answer(w, http.StatusOK, f.view(p))
	})
}
