package runpodtest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// podView is a pod as the API tells it.
type podView struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Status       string            `json:"status"`
	Actions      []string          `json:"actions"`
	Image        string            `json:"image"`
	Args         *string           `json:"args,omitempty"`
	Entrypoint   []string          `json:"entrypoint,omitempty"`
	Cmd          []string          `json:"cmd,omitempty"`
	Disk         int               `json:"disk"`
	Mounts       *mounts           `json:"mounts"`
	GPU          map[string]any    `json:"gpu"`
	Cloud        string            `json:"cloud"`
	DataCenterID *string           `json:"dataCenterId"`
	CUDAVersion  *string           `json:"cudaVersion"`
	Cost         float64           `json:"cost"`
	Locked       bool              `json:"locked"`
	Runtime      map[string]any    `json:"runtime"`
	Ports        []string          `json:"ports"`
	Env          map[string]string `json:"env"`
	Registry     *string           `json:"registry"`
	Template     *string           `json:"template"`
	CreatedAt    time.Time         `json:"createdAt"`
	StartedAt    *time.Time        `json:"startedAt"`
	Networking   map[string]any    `json:"globalNetworking"`
	SSH          map[string]any    `json:"ssh"`
}

type portView struct {
	Private int     `json:"private"`
	Public  *int    `json:"public"`
	Type    string  `json:"type"`
	IP      *string `json:"ip"`
}

// tell is a pod for one who asks how it is. Ports from before a start are told
// one time less then.
func (f *Fake) tell(p *pod) podView {
	v := f.view(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	if v.Status == running && p.staleFor > 0 {
		p.staleFor--
	}
	return v
}

// view is a pod as it is now.
func (f *Fake) view(p *pod) podView {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := podView{
		ID: p.id, Name: p.order.Name, Status: p.status, Actions: p.actions(), Image: p.order.Image,
		Args: p.order.Args, Entrypoint: p.order.Entrypoint, Cmd: p.order.Cmd,
		Disk: p.order.Disk, Mounts: p.order.Mounts, GPU: map[string]any{"id": p.order.gpu, "count": p.gpus},
		Cloud: p.order.Cloud, Cost: p.cost(), Ports: p.order.Ports, Env: p.order.Env, CreatedAt: p.created,
		Networking: map[string]any{"enabled": false, "ip": nil, "internalDns": nil},
	}
	if v.Ports == nil {
		v.Ports = []string{}
	}
	if v.Env == nil {
		v.Env = map[string]string{}
	}
	v.SSH = map[string]any{
		"proxy":  map[string]any{"host": "ssh.runpod.io", "port": 22, "username": p.id + "-64411111"},
		"direct": nil,
	}
	center, started := p.center, p.started // the view is written without the lock
	if p.status != provisioning {
		v.DataCenterID = &center
	}
	if !started.IsZero() {
		v.StartedAt = &started
	}
	if p.status == running {
		v.Runtime = map[string]any{}
		f.viewRuntime(p, &v)
	}
	return v
}

// viewRuntime adds what is told of a running pod. f.mu is held.
func (f *Fake) viewRuntime(p *pod, v *podView) {
	told := p.public
	switch {
	case p.other:
		return
	case p.staleFor > 0:
		told = p.stale
	case f.config.PortsUntilPatch && !p.patched || time.Now().Before(p.toldFrom):
		return
	}
	ip := "127.0.0.1"
	list := []portView{}
	for _, port := range p.order.ports() {
		if port.http {
			list = append(list, portView{Private: port.number, Type: "http"})
		}
	}
	for inner, public := range told {
		v := portView{Private: inner, Type: "tcp"}
		if !f.config.NoAddress {
			v.Public, v.IP = &public, &ip
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b portView) int { return a.Private - b.Private })
	v.Runtime["uptime"] = int(f.now().Sub(p.started).Seconds())
	v.Runtime["ports"] = list
	v.Runtime["gpus"] = slices.Repeat([]map[string]any{{"util": 0, "memoryUtil": 0}}, p.gpus)
	if public, there := told[22]; there && !f.config.NoAddress {
		v.SSH["direct"] = map[string]any{
			"host": ip, "port": public, "username": "root",
			"command": strings.Join([]string{"ssh", "root@" + ip, "-p", strconv.Itoa(public)}, " "),
		}
	}
}
