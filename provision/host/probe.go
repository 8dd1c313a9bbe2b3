package host

import (
	"bytes"
	"context"
	"strconv"
	"strings"
)

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
