package runpodtest

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// order is a create's body, and what a PATCH changes of it.
type order struct {
	Name          string            `json:"name"`
	Image         string            `json:"image"`
	TemplateID    string            `json:"templateId"`
	GPU           *orderGPU         `json:"gpu"`
	CPU           *struct{}         `json:"cpu"`
	Cloud         string            `json:"cloud"`
	DataCenterIDs []string          `json:"dataCenterIds"`
	Disk          int               `json:"disk"`
	Mounts        *mounts           `json:"mounts"`
	Ports         []string          `json:"ports"`
	Env           map[string]string `json:"env"`
	Entrypoint    []string          `json:"entrypoint"`
	Cmd           []string          `json:"cmd"`
	Args          *string           `json:"args"`
	StartSSH      bool              `json:"startSsh"`

	gpu    string  // kind
	count  int     // of GPUs
	price  float64 // USD an hour of one GPU
	center string  // data center that it was placed in
}

type orderGPU struct {
	ID                  string   `json:"id"`
	Count               int      `json:"count"`
	MinCUDAVersion      string   `json:"minCudaVersion"`
	AllowedCUDAVersions []string `json:"allowedCudaVersions"`
}

type mounts struct {
	Persistent *persistentMount `json:"persistent,omitempty"`
	Network    []networkMount   `json:"network,omitempty"`
}

type persistentMount struct {
	Size int    `json:"size"`
	Path string `json:"path"`
}

type networkMount struct {
	VolumeID string `json:"volumeId"`
	Path     string `json:"path"`
}

// path is where the volume is mounted.
func (o order) path() string {
	switch {
	case o.Mounts == nil:
		return ""
	case len(o.Mounts.Network) > 0:
		return o.Mounts.Network[0].Path
	case o.Mounts.Persistent != nil:
		return o.Mounts.Persistent.Path
	}
	return ""
}

// command is what the container runs: the arrays of the newer contract; the JSON
// text in the older one's args; or any other text there as the command, split at
// blanks with its quotes eaten.
func (o order) command() (entrypoint, cmd []string) {
	if o.Args == nil || o.Entrypoint != nil || o.Cmd != nil {
		return o.Entrypoint, o.Cmd
	}
	var both struct {
		Entrypoint []string `json:"entrypoint"`
		Cmd        []string `json:"cmd"`
	}
	if json.Unmarshal([]byte(*o.Args), &both) == nil {
		return both.Entrypoint, both.Cmd
	}
	return nil, strings.Fields(strings.NewReplacer(`"`, "", "'", "").Replace(*o.Args))
}

// port is one that the order asks for.
type port struct {
	number int
	http   bool
}

func (o order) ports() []port {
	var all []port
	for _, text := range o.Ports {
		number, kind, _ := strings.Cut(text, "/")
		n, _ := strconv.Atoi(number) // the contract was checked
		all = append(all, port{n, kind == "http"})
	}
	return all
}

// symmetric is above the port numbers there are: a TCP port there asks for an equal
// inner and outer port.
const symmetric = 70000

// rule is a refusal of an order that keeps to the contract's form.
type rule struct {
	status int
	text   string
}

func (o order) rules() *rule {
	switch {
	case o.Image == "" && o.TemplateID == "":
		return &rule{http.StatusUnprocessableEntity, "image is required"}
	case (o.GPU == nil) == (o.CPU == nil):
		return &rule{http.StatusUnprocessableEntity, "exactly one of gpu and cpu is required"}
	case o.CPU != nil:
		return &rule{http.StatusBadRequest, NoneNow}
	case o.GPU.MinCUDAVersion != "" && len(o.GPU.AllowedCUDAVersions) > 0:
		return &rule{http.StatusBadRequest, "minCudaVersion and allowedCudaVersions exclude each other"}
	case o.Mounts != nil && o.Mounts.Persistent != nil && o.Mounts.Network != nil:
		return &rule{http.StatusBadRequest, "mounts.persistent and mounts.network exclude each other"}
	case o.Mounts != nil && len(o.Mounts.Network) > 0 && o.Cloud == "COMMUNITY":
		return &rule{http.StatusBadRequest, "network volumes are in the secure cloud only"}
	case o.StartSSH && o.Env["PUBLIC_KEY"] == "":
		return &rule{http.StatusBadRequest, "startSsh needs an SSH key in the account"}
	}
	return o.patchRules()
}

// patchRules hold for changes too.
func (o order) patchRules() *rule {
	httpPorts := 0
	for _, p := range o.ports() {
		switch {
		case p.http:
			httpPorts++
		case p.number > symmetric:
			continue
		}
		if p.number > 65535 {
			return &rule{http.StatusBadRequest, "a port is out of range"}
		}
	}
	switch {
	case httpPorts > 10:
		return &rule{http.StatusBadRequest, "at most 10 http ports"}
	case len(o.Env) > 50:
		return &rule{http.StatusBadRequest, "at most 50 environment variables"}
	}
	return nil
}

// place finds the GPU for an order. f.mu is held.
func (f *Fake) place(o *order) *rule {
	i := slices.IndexFunc(f.config.GPUs, func(g GPU) bool { return g.ID == o.GPU.ID })
	if i < 0 {
		return &rule{http.StatusUnprocessableEntity, "gpu.id is not a GPU type"}
	}
	g := f.config.GPUs[i]
	o.Cloud = cmp.Or(o.Cloud, "SECURE")
	o.gpu, o.count, o.price = g.ID, max(o.GPU.Count, 1), g.price(o.Cloud)
	if o.Mounts != nil && len(o.Mounts.Network) > 0 {
		v := slices.IndexFunc(f.config.Volumes, func(v Volume) bool { return v.ID == o.Mounts.Network[0].VolumeID })
		if v < 0 {
			return &rule{http.StatusBadRequest, "the network volume does not exist"}
		}
		center := f.config.Volumes[v].DataCenter
		if len(o.DataCenterIDs) > 0 && !slices.Contains(o.DataCenterIDs, center) {
			return &rule{http.StatusBadRequest, "the network volume is in " + center}
		}
		o.DataCenterIDs = []string{center}
	}
	o.center = g.centerFor(o.DataCenterIDs)
	switch {
	case g.Refuse != "":
		return &rule{http.StatusBadRequest, g.Refuse}
	case o.price == 0, o.count > g.most(), !g.hasCUDA(o.GPU.MinCUDAVersion):
		return &rule{http.StatusBadRequest, NoPods}
	case o.center == "":
		return &rule{http.StatusBadRequest, NoneNow}
	}
	return nil
}

// change is the order with a PATCH laid over it.
func (o order) change(body []byte) order {
	o.Env, o.Ports = maps.Clone(o.Env), slices.Clone(o.Ports)
	var given map[string]json.RawMessage
	_ = json.Unmarshal(body, &given) // the contract was checked
	if _, whole := given["env"]; whole {
		o.Env = nil
	}
	_ = json.Unmarshal(body, &o)
	return o
}
