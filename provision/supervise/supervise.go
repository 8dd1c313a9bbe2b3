// Package supervise keeps the programs of a GPU host running: it starts them,
// looks whether they answer, starts them again when they end or fall silent,
// keeps their logs, and stops them in order. It can also stop the rented host
// when nobody has used it for a while.
package supervise

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// Run supervises the programs of a config file until ctx ends; then it stops
// them, the last one first, each when the one before is gone. It fails when the
// config is faulty or another supervisor works with the same status file.
//
// Children that outlive their parent are not its business: they are killed with
// their process group, and whoever is process 1 (bash, in a container) reaps them.
func Run(ctx context.Context, file string, opts Options) error {
	began := time.Now()
	plan, err := load(file, opts)
	if err != nil {
		return err
	}
	lock, err := lockStatus(plan.status)
	if err != nil {
		return err
	}
	defer lock.Close()

	s := &supervisor{file: file, opts: opts, board: newBoard(plan.status, opts.Log)}
	opts.Log.InfoContext(ctx, "supervising", "config", file, "pid", os.Getpid(), "programs", len(plan.programs))
	s.apply(began, plan)
	for {
		select {
		case <-ctx.Done():
			s.stop()
			return nil
		case <-opts.Reload:
			s.reload()
		}
	}
}

// supervisor runs a plan. Its methods are for one goroutine.
type supervisor struct {
	file    string
	opts    Options
	board   *board
	keepers []*keeper  // as in the config
	idle    *idleWatch // nil when the host is never stopped
}

// reload goes over to the config file as it is now. A faulty one changes nothing.
func (s *supervisor) reload() {
	began := time.Now()
	plan, err := load(s.file, s.opts)
	if err == nil && plan.status != s.board.path {
		err = fmt.Errorf("%s: status cannot change while the supervisor runs", s.file)
	}
	if err != nil {
		s.opts.Log.Error("config not taken, everything stays as it is", "error", err)
		s.board.read(began, err)
		return
	}
	s.opts.Log.Info("config read again", "programs", len(plan.programs))
	s.apply(began, plan)
}

// apply stops what the plan does not have as it runs, and starts what does not run.
// What failed is started at once, and its failures count anew: whoever has the
// config read again may have taken the cause away.
func (s *supervisor) apply(began time.Time, plan plan) {
	wanted := map[string]launch{}
	order := make([]string, 0, len(plan.programs))
	for _, l := range plan.programs {
		wanted[l.Name] = l
		order = append(order, l.Name)
	}
	kept := map[string]*keeper{}
	for _, k := range slices.Backward(s.keepers) {
		if l, ok := wanted[k.launch.Name]; ok && l.equal(k.launch) && !s.board.failing(l.Name) {
			kept[l.Name] = k
			continue
		}
		k.stop()
	}
	s.board.arrange(order)
	s.keepers = nil
	for _, l := range plan.programs {
		k := kept[l.Name]
		if k == nil {
			k = keep(l, s.opts, s.board)
		}
		s.keepers = append(s.keepers, k)
	}
	s.idle.close()
	s.idle = watchIdle(plan.idle, s.opts, s.board)
	s.board.read(began, nil)
}

func (s *supervisor) stop() {
	s.opts.Log.Info("stopping")
	s.idle.close()
	for _, k := range slices.Backward(s.keepers) {
		k.stop()
	}
	s.opts.Log.Info("stopped")
}
