package host

import (
	"fmt"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// probe is what a host is.
type probe struct {
	OS, Arch, Glibc, Python string
	CPUs, MemoryMB          int
	DiskGB, UsedGB          int // free, and taken by what was installed before
	GPUs                    []gpu
}

type gpu struct {
	Name     string
	Driver   string
	MemoryMB int
}

// fit says why a host cannot serve; nil when it can.
func (p probe) fit(o deployment.Options) error {
	switch {
	case p.Arch != "x86_64":
		return fmt.Errorf("the host is %s: this program and vLLM's packages are for x86_64", p.Arch)
	case len(p.GPUs) == 0:
		return fmt.Errorf("nvidia-smi finds no GPU: install the NVIDIA driver, or take another host")
	case len(p.GPUs) < o.GPUCount:
		return fmt.Errorf("the host has %d GPUs, --gpu-count asks for %d", len(p.GPUs), o.GPUCount)
	case p.Python == "":
		return fmt.Errorf("the host has no python3: install it")
	case p.DiskGB+p.UsedGB < minDiskGB:
		return fmt.Errorf("only %d GB are free where %s lies, %d are needed", p.DiskGB, o.Dir, minDiskGB)
	}
	for _, g := range p.GPUs {
		if floor := plan.MinDriver(plan.MinCUDA(o.Image)); floor != "" && !plan.AtLeast(g.Driver, floor) {
			return fmt.Errorf("the driver of %s is %s, the image %s needs %s: take another host, or an --image for an older CUDA", g.Name, g.Driver, o.Image, floor)
		}
		if g.MemoryMB < plan.MinMemoryGB*1000 {
			return fmt.Errorf("%s has %d MB, the model needs %d GB", g.Name, g.MemoryMB, plan.MinMemoryGB)
		}
	}
	return nil
}

// minDiskGB is what models, packages and logs take on the host's disk.
const minDiskGB = 15
