package runpodtest

import (
	"net/http"
	"slices"
)

// billPods tells what each pod has cost, in one record each: the buckets of the
// real one only split that up.
func (f *Fake) billPods(w http.ResponseWriter, r *http.Request) {
	type record struct {
		PodID       string  `json:"podId"`
		TotalAmount float64 `json:"totalAmount"`
		GPUAmount   float64 `json:"gpuAmount"`
		CPUAmount   float64 `json:"cpuAmount"`
		DiskAmount  float64 `json:"diskAmount"`
	}
	size := r.URL.Query().Get("bucketSize")
	if !slices.Contains([]string{"", "hour", "day"}, size) {
		refuse(w, http.StatusUnprocessableEntity, "the query breaks the contract", violation{"bucketSize", "must be hour or day"})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	records := []record{}
	total := 0.0
	for _, p := range f.pods {
		f.reckon(p)
		id := r.URL.Query().Get("podId")
		if p.billed > 0 && (id == "" || id == p.id) {
			records = append(records, record{PodID: p.id, TotalAmount: p.billed, GPUAmount: p.billed})
			total += p.billed
		}
	}
	answer(w, http.StatusOK, map[string]any{
		"records": records, "metadata": map[string]any{"totals": map[string]any{"totalAmount": total}},
	})
}
