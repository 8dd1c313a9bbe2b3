package app

import (
	"context"
	"errors"
	"syscall"

	"ocr-gateway/bench"
	"ocr-gateway/engine/embedded/stages"
)

// Stages measures what the stages of reading cost that read does, which returns how many
// pages it read. The embedded engine must have one thread: what others do of an inference
// is not seen as a part of its stage.
func (a *App) Stages(ctx context.Context, read func(context.Context) (pages int, err error)) (s bench.Stages, err error) {
	if a.embedded == nil {
		return s, errors.New("the stages of reading are those of the embedded engine, and it is not in use")
	}
	rates, err := a.embedded.Rates(ctx)
	if err != nil {
		return s, err
	}
	s.Rates.Full, s.Rates.Whole = rates.Full, rates.Whole
	var meter stages.Meter
	before, err := used()
	if err != nil {
		return s, err
	}
	if s.Pages, err = read(meter.Measured(ctx)); err != nil {
		return s, err
	}
	after, err := used()
	if err != nil {
		return s, err
	}
	pages, costs, rest := float64(max(s.Pages, 1)), meter.Costs(), after.own-before.own
	s.Stages = append(s.Stages, bench.Stage{Name: "render", CPU: (after.children - before.children) / pages})
	for _, name := range []stages.Stage{stages.Detect, stages.Layout, stages.Orient, stages.Recognize} {
		c := costs[name]
		floor := c.Full / rates.Full
		if c.Whole > 0 {
			floor += c.Whole / rates.Whole
		}
		s.Stages = append(s.Stages, bench.Stage{Name: string(name), CPU: c.CPU.Seconds() / pages, Floor: floor / pages})
		rest -= c.CPU.Seconds()
	}
	s.Stages = append(s.Stages, bench.Stage{Name: "compose", CPU: rest / pages})
	return s, nil
}

// usage is processor time in seconds.
type usage struct{ own, children float64 }

// used is that of the process and of its children so far.
func used() (u usage, err error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return usage{}, err
	}
	u.own = float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
	u.children, err = bench.ChildrenCPU()
	return u, err
}
