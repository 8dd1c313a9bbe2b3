package host

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// minDiskGB is what models, packages and logs take on the host's disk.
const minDiskGB = 15

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

// probe looks at the host and ends the run where it cannot do the work.
func (s *Setup) probe(ctx context.Context) error {
	var out bytes.Buffer
	if err := s.onHost(ctx, s.script(probeScript, nil), &out); err != nil {
		return err
	}
	found := pairs(out.String())
	number := func(name string) int { n, _ := strconv.Atoi(first(found, name)); return n }
	p := probe{
		OS: first(found, "os"), Arch: first(found, "arch"), Glibc: first(found, "glibc"), Python: first(found, "python"),
		CPUs: number("cpus"), MemoryMB: number("memory_mb"), DiskGB: number("disk_gb"), UsedGB: number("used_gb"),
	}
	for _, line := range found["gpu"] {
		fields := strings.Split(line, ", ")
		if len(fields) != 3 {
			continue
		}
		memory, _ := strconv.Atoi(strings.TrimSpace(fields[2]))
		p.GPUs = append(p.GPUs, gpu{strings.TrimSpace(fields[0]), strings.TrimSpace(fields[1]), memory})
	}
	s.probed = p
	if err := p.fit(s.d.Options); err != nil {
		return err
	}
	return s.tryAgain(ctx)
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
