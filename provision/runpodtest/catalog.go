package runpodtest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

type gpuView struct {
	ID           string             `json:"id"`
	Name         string             `json:"name"`
	Pool         string             `json:"pool"`
	Manufacturer string             `json:"manufacturer"`
	Memory       int                `json:"memory"`
	Secure       bool               `json:"secure"`
	Community    bool               `json:"community"`
	Price        map[string]float64 `json:"price"`
	MaxCount     map[string]int     `json:"maxCount"`
	Availability string             `json:"availability,omitempty"`
	DataCenters  []centerView       `json:"dataCenters,omitempty"`
	CUDAVersions []cudaView         `json:"cudaVersions,omitempty"`
}

type centerView struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Availability string `json:"availability"`
}

type cudaView struct {
	Version   string `json:"version"`
	Available bool   `json:"available"`
}

// view is a GPU as the catalog tells it. A price without its flag is a
// trap that the real one has.
func (g GPU) view(availability bool, cloud, floor string, countries []string) gpuView {
	v := gpuView{
		ID: g.ID, Name: g.Name, Pool: "POOL", Manufacturer: "NVIDIA", Memory: g.Memory,
		Secure: g.Secure > 0, Community: g.Community > 0,
		Price:    map[string]float64{"secure": cmp.Or(g.Secure, 0.01), "community": cmp.Or(g.Community, 0.01), "serverless": 0.001},
		MaxCount: map[string]int{"secure": 0, "community": 0},
	}
	if v.Secure {
		v.MaxCount["secure"] = g.most()
	}
	if v.Community {
		v.MaxCount["community"] = g.most()
	}
	if !availability {
		return v
	}
	v.Availability = g.availability()
	if !g.hasCUDA(floor) || g.price(cloud) == 0 {
		v.Availability = "NONE"
	}
	for _, text := range g.DataCenters {
		id, _, _ := strings.Cut(text, "=")
		// Ids are US-KS-2 or EU-FR-1: the country is the first part, or the second.
		parts := strings.Split(id, "-")
		if len(countries) > 0 && !slices.Contains(countries, parts[0]) && !slices.Contains(countries, parts[1]) {
			continue
		}
		v.DataCenters = append(v.DataCenters, centerView{ID: id, Name: id, Availability: g.stockIn(id)})
	}
	if len(countries) > 0 && len(v.DataCenters) == 0 {
		v.Availability = "NONE"
	}
	v.CUDAVersions = []cudaView{{Version: cmp.Or(g.CUDA, "13.0"), Available: true}}
	return v
}

func (f *Fake) listGPUs(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if (q.Get("include") == "") != (q.Get("product") == "") {
		refuse(w, http.StatusBadRequest, "include and product go together")
		return
	}
	cloud := cmp.Or(q.Get("cloud"), "SECURE")
	if cloud != "SECURE" && cloud != "COMMUNITY" {
		refuse(w, http.StatusUnprocessableEntity, "the query breaks the contract", violation{"cloud", "must be SECURE or COMMUNITY"})
		return
	}
	var countries []string
	if text := q.Get("countryCodes"); text != "" {
		countries = strings.Split(text, ",")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	views := []gpuView{}
	for _, g := range f.config.GPUs {
		views = append(views, g.view(q.Get("include") == "AVAILABILITY", cloud, q.Get("minCudaVersion"), countries))
	}
	answer(w, http.StatusOK, map[string]any{"gpus": views})
}

func (f *Fake) getGPU(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range f.config.GPUs {
		if g.ID == r.PathValue("id") {
			answer(w, http.StatusOK, g.view(false, "SECURE", "", nil))
			return
		}
	}
	refuse(w, http.StatusNotFound, "GPU type not found")
}

func (f *Fake) listDataCenters(w http.ResponseWriter, _ *http.Request) {
	type view struct {
		ID                 string           `json:"id"`
		Name               string           `json:"name"`
		Region             string           `json:"region"`
		GlobalNetwork      bool             `json:"globalNetwork"`
		NetworkVolumeTypes []string         `json:"networkVolumeTypes"`
		Compliance         []string         `json:"compliance"`
		GPUAvailability    []map[string]any `json:"gpuAvailability"`
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	views := []*view{}
	for _, g := range f.config.GPUs {
		for _, text := range g.DataCenters {
			id, _, _ := strings.Cut(text, "=")
			i := slices.IndexFunc(views, func(v *view) bool { return v.ID == id })
			if i < 0 {
				i = len(views)
				views = append(views, &view{ID: id, Name: id, Region: "EUROPE", NetworkVolumeTypes: []string{"STANDARD"}, Compliance: []string{}})
			}
			views[i].GPUAvailability = append(views[i].GPUAvailability, map[string]any{"id": g.ID, "name": g.Name, "availability": g.stockIn(id)})
		}
	}
	answer(w, http.StatusOK, map[string]any{"dataCenters": views})
}
