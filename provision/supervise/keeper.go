package supervise

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/internal/child"
)

// keeper keeps one program running.
type keeper struct {
	launch launch
	opts   Options
	log    *slog.Logger
	board  *board
	output *logFile
	background

	begun    chan struct{} // closed when the program was started for the first time
	failures int
}

// keep starts the program, and starts it again when it ends, until stop. It
// returns when the first start is done, whatever came of it.
func keep(l launch, opts Options, board *board) *keeper {
	log := opts.Log.With("program", l.Name)
	k := &keeper{launch: l, opts: opts, log: log, board: board, output: newLogFile(l.Log, l.secrets, log), begun: make(chan struct{})}
	k.start(k.run)
	<-k.begun
	return k
}

func (k *keeper) run(ctx context.Context) {
	defer k.output.close()
	begun := sync.OnceFunc(func() { close(k.begun) })
	for ctx.Err() == nil {
		exit, readyFor := k.once(ctx, begun)
		if ctx.Err() != nil {
			k.ended(Stopped, exit, 0)
			return
		}
		k.failures++
		if readyFor >= k.opts.Timing.StableAfter {
			k.failures = 1 // it was good: this is the first trouble
		}
		state := Backoff
		if k.failures >= failedAfter {
			state = Failed
		}
		wait := k.opts.Timing.backoff().After(k.failures)
		k.ended(state, exit, wait)
		if backoff.Sleep(ctx, wait) != nil {
			k.set(Stopped, func(*ProgramStatus) {})
		}
	}
}

// ended says how the program ended, in the log and in the status.
func (k *keeper) ended(state State, exit Exit, again time.Duration) {
	attrs := []any{"code", exit.Code, "signal", exit.Signal, "reason", exit.Reason}
	if state == Stopped {
		k.log.Info("program stopped", attrs...)
	} else {
		k.log.Warn("program ended", append(attrs, "failures", k.failures, "again_in", again.Round(time.Millisecond).String())...)
	}
	k.set(state, func(p *ProgramStatus) {
		p.PID, p.LastExit, p.Failures = 0, &exit, k.failures
	})
}

func (k *keeper) set(state State, change func(*ProgramStatus)) {
	k.board.update(k.launch.Name, state, change)
}

// once runs the program until it ends, or ends it when ctx does, when it does not
// become ready, or when it falls silent. It returns when nothing of it is left.
func (k *keeper) once(ctx context.Context, begun func()) (exit Exit, readyFor time.Duration) {
	k.output.forget()
	p, err := startProcess(k.launch, k.output)
	if err != nil {
		k.set(Starting, func(s *ProgramStatus) {
			s.Starts++
			s.Failures = k.failures
		})
		begun()
		return Exit{Time: time.Now(), Code: -1, Reason: "could not be started: " + err.Error()}, 0
	}
	k.log.Info("program started", "pid", p.PID())
	k.set(Starting, func(s *ProgramStatus) {
		s.PID = p.PID()
		s.Starts++
		s.Failures = k.failures
	})
	begun()
	reason, ready := k.watch(ctx, p)
	if reason != "" {
		k.log.Info("ending the program", "reason", reason, "pid", p.PID())
		if p.Stop(time.Duration(k.launch.StopTimeout)) {
			k.log.Warn("program killed: it did not end in time", "timeout", time.Duration(k.launch.StopTimeout).String())
		}
	}
	<-p.Done()
	if !ready.IsZero() {
		readyFor = time.Since(ready)
	}
	exit = exitOf(p)
	exit.Reason, exit.Output = reason, k.output.last()
	return exit, readyFor
}

// watch looks after a running program. It returns why the program is to be
// ended, or "" when it ended by itself, and since when it was ready.
func (k *keeper) watch(ctx context.Context, p *child.Process) (reason string, ready time.Time) {
	began := time.Now()
	becomeReady := func() {
		ready = time.Now()
		k.log.Info("program ready", "pid", p.PID(), "after", ready.Sub(began).Round(time.Millisecond).String())
		k.set(Ready, func(*ProgramStatus) {})
	}
	var looks <-chan bool // none where nothing is to be looked at
	if k.launch.Ready == "" {
		becomeReady()
	} else {
		var l prober
		looks = l.watch(k.launch.Ready, k.opts.Timing)
		defer l.stop()
	}
	deadline := time.NewTimer(time.Duration(k.launch.StartTimeout))
	defer deadline.Stop()
	silent := 0
	for {
		select {
		case <-ctx.Done():
			return "told to stop", ready
		case <-p.Done():
			return "", ready
		case <-deadline.C:
			if ready.IsZero() {
				return fmt.Sprintf("not ready within %v", time.Duration(k.launch.StartTimeout)), ready
			}
		case good := <-looks:
			switch {
			case good && ready.IsZero():
				becomeReady()
			case good:
				silent = 0
			case !ready.IsZero():
				silent++
				k.log.Warn("program does not answer", "looks", silent, "of", maxMissedProbes)
			}
			if silent == maxMissedProbes {
				return fmt.Sprintf("silent for %d looks in a row", silent), ready
			}
		}
	}
}
