package runpodtest

import (
	"cmp"
	"strconv"
	"strings"
)

// GPU is a kind of GPU in the catalog.
type GPU struct {
	ID, Name     string
	Memory       int     // GB
	Secure       float64 // USD an hour; 0 means not rented so
	Community    float64
	MaxCount     int      // in one pod; 0 means 8
	Availability string   // as the catalog tells it; empty means HIGH
	DataCenters  []string // "ID" or "ID=AVAILABILITY"; none means that the catalog tells none
	CUDA         string   // the newest that its hosts have; empty means "13.0"
	Refuse       string   // what creates are answered with, status 400; empty means that one is free
}

// Texts that were recorded from creates and starts for which nothing was free.
const (
	NoLonger     = "There are no longer any instances available with the requested specifications. Please refresh and try again."
	NoneNow      = "There are no instances currently available"
	NoResources  = "This machine does not have the resources to deploy your pod. Please try a different machine"
	NoPods       = "Could not find any pods with required specifications. Double check your deployment request specs."
	NoGPUsOnHost = "There are not enough free GPUs on the host machine to start this pod."
)

// GPUs is a catalog as it was in 2026. The prices are made up.
func GPUs() []GPU {
	return []GPU{
		{ID: "NVIDIA H100 80GB HBM3", Name: "H100 SXM", Memory: 80, Secure: 2.99, DataCenters: []string{"US-KS-2", "EU-FR-1=LOW"}},
		{ID: "NVIDIA H100 PCIe", Name: "H100 PCIe", Memory: 80, Secure: 2.39, Community: 1.99, Availability: "LOW", DataCenters: []string{"US-KS-2=LOW"}},
		{ID: "NVIDIA H100 NVL", Name: "H100 NVL", Memory: 94, Secure: 2.79, Availability: "MEDIUM", DataCenters: []string{"US-GA-1=MEDIUM"}},
		{ID: "NVIDIA A100 80GB PCIe", Name: "A100 PCIe", Memory: 80, Secure: 1.64, Community: 1.19, DataCenters: []string{"US-KS-2", "EU-RO-1"}},
		{ID: "NVIDIA A100-SXM4-80GB", Name: "A100 SXM", Memory: 80, Secure: 1.74, DataCenters: []string{"US-KS-2=MEDIUM"}},
		{ID: "NVIDIA A40", Name: "A40", Memory: 48, Secure: 0.40, Community: 0.35, CUDA: "12.9", DataCenters: []string{"EU-SE-1", "CA-MTL-1"}},
		{ID: "NVIDIA RTX A6000", Name: "RTX A6000", Memory: 48, Secure: 0.49, Community: 0.33, Availability: "MEDIUM", DataCenters: []string{"EU-SE-1=MEDIUM"}},
		{ID: "NVIDIA RTX A4000", Name: "RTX A4000", Memory: 16, Secure: 0.25, Community: 0.17},
		{ID: "NVIDIA L40S", Name: "L40S", Memory: 48, Secure: 0.86, Community: 0.79, DataCenters: []string{"US-KS-2=NONE"}, Availability: "NONE"},
	}
}

func (g GPU) price(cloud string) float64 {
	if cloud == "COMMUNITY" {
		return g.Community
	}
	return g.Secure
}

func (g GPU) most() int {
	if g.MaxCount == 0 {
		return 8
	}
	return g.MaxCount
}

func (g GPU) availability() string { return cmp.Or(g.Availability, "HIGH") }

// hasCUDA reports whether a host with at least this version exists.
func (g GPU) hasCUDA(floor string) bool {
	return floor == "" || version(cmp.Or(g.CUDA, "13.0")) >= version(floor)
}

// version makes "12.9" comparable.
func version(s string) int {
	major, minor, _ := strings.Cut(s, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a*1000 + b
}

// stockIn is a GPU's stock in a data center.
func (g GPU) stockIn(id string) string {
	for _, text := range g.DataCenters {
		name, stock, told := strings.Cut(text, "=")
		if name == id {
			if !told {
				return "HIGH"
			}
			return stock
		}
	}
	return "NONE"
}

// centerFor is the first of some data centers, or of any when there are none, that
// has one free; empty when none has. Where the catalog tells no places, all have.
func (g GPU) centerFor(wanted []string) string {
	if len(g.DataCenters) == 0 {
		return append(wanted, "US-KS-2")[0]
	}
	if len(wanted) == 0 {
		for _, text := range g.DataCenters {
			id, _, _ := strings.Cut(text, "=")
			wanted = append(wanted, id)
		}
	}
	for _, id := range wanted {
		if g.stockIn(id) != "NONE" {
			return id
		}
	}
	return ""
}
