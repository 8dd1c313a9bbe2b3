// Package stage runs steps that look at the world, act and wait until they are met,
// and shows how they go.
package stage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Phase is one of the five parts of a run.
type Phase string

// The phases, in order.
const (
	PhaseInfrastructure Phase = "infrastructure"
	PhaseEnvironment    Phase = "environment"
	PhaseVLLM           Phase = "vLLM"
	PhaseGateway        Phase = "OCR API"
	PhaseVerification   Phase = "verification"
)

// Stage is a step towards a serving host. It is met when check says so, which
// looks at the world and not at what was done before; so a stage may be entered
// any number of times.
type Stage struct {
	Name     string
	Phase    Phase
	Deadline time.Duration // from its first look
	// check returns nil when the stage is met. An unmet error says what is
	// missing; any other ends the run.
	Check func(context.Context) error
	// Act brings the world nearer, where more than waiting is needed. An unmet
	// error means that it may be tried again.
	Act func(context.Context) error
	// Every is the time between looks.
	Every time.Duration
}

// Unmet says what a stage still waits for.
type Unmet struct{ why string }

func (u Unmet) Error() string { return u.why }

// WaitFor returns an Unmet that says what is missing.
func WaitFor(format string, args ...any) error { return Unmet{fmt.Sprintf(format, args...)} }

// PodSource is the source of lines of a pod's own log.
const PodSource = "pod"

// Progress is told how a run goes. Calls come from one goroutine at a time.
type Progress interface {
	Begin(stage string, phase Phase)
	// Waiting says what a stage waits for; it may say the same again.
	Waiting(why string)
	// Log hands over a line of a log of the host's, such as "pod" or "vllm".
	Log(source, line string)
	Warn(text string)
	// End ends a stage: err is nil when it is met.
	End(stage string, took time.Duration, err error)
}

// Error is a stage that could not be met.
type Error struct {
	Stage string
	Err   error
}

func (e *Error) Error() string { return e.Stage + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// ErrDeadline means that a stage waited as long as it may.
var ErrDeadline = errors.New("it took too long")

// Meet runs the stages in order and returns the first failure as *Error.
func Meet(ctx context.Context, stages []Stage, progress Progress) error {
	for _, s := range stages {
		start := time.Now()
		progress.Begin(s.Name, s.Phase)
		err := s.meet(ctx, progress)
		progress.End(s.Name, time.Since(start), err)
		if err != nil {
			return &Error{s.Name, err}
		}
	}
	return nil
}

// meet looks, acts and waits in turn until the stage is met.
func (s *Stage) meet(parent context.Context, progress Progress) error {
	ctx, cancel := context.WithTimeout(parent, s.Deadline)
	defer cancel()
	var missing Unmet
	step := func(do func(context.Context) error) (met bool, err error) {
		err = do(ctx)
		switch {
		case err == nil:
			return true, nil
		case parent.Err() != nil:
			return false, context.Cause(parent)
		case ctx.Err() != nil:
			return false, s.late(missing)
		case errors.As(err, &missing):
			progress.Waiting(missing.why)
			return false, nil
		default:
			return false, err
		}
	}
	for {
		if met, err := step(s.Check); met || err != nil {
			return err
		}
		acted := false
		if s.Act != nil {
			var err error
			if acted, err = step(s.Act); err != nil {
				return err
			}
		}
		if acted {
			if met, err := step(s.Check); met || err != nil {
				return err
			}
		}
		select {
		case <-parent.Done():
			return context.Cause(parent)
		case <-ctx.Done():
			return s.late(missing)
		case <-time.After(s.Every):
		}
	}
}

func (s *Stage) late(missing Unmet) error {
	if missing.why == "" {
		return fmt.Errorf("%w (%s)", ErrDeadline, s.Deadline)
	}
	return fmt.Errorf("%w (%s): %s", ErrDeadline, s.Deadline, missing.why)
}
