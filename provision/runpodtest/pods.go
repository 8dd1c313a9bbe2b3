package runpodtest

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
)

func (f *Fake) createPod(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var o order
	if list := f.contract().decode("create", body, &o); len(list) > 0 {
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
	f.beginLife(p)
	answer(w, http.StatusCreated, f.view(p))
}

func (f *Fake) listPods(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	size, older := cmp.Or(f.config.PageSize, 50), f.config.OlderLists
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

func (f *Fake) actOnPod(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var b struct {
		Action string `json:"action"`
	}
	if list := f.contract().decode("action", body, &b); len(list) > 0 {
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
			f.beginLife(p)
		case "restart":
			f.endLife(p)
			f.beginLife(p)
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
	var given map[string]json.RawMessage
	if list := f.contract().decode("patch", body, &given); len(list) > 0 {
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
			f.beginLife(p)
		}
		answer(w, http.StatusOK, f.view(p))
	})
}
