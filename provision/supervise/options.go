package supervise

import (
	"context"
	"log/slog"
	"os"
	"time"

	"ocr-gateway/internal/backoff"
)

// Timing holds the times that are not for the config file.
type Timing struct {
	FirstProbe   time.Duration // between looks until a program is ready
	Probe        time.Duration // between looks at a program that is ready
	ProbeTimeout time.Duration // for one look; one that takes longer is a silent one
	BackoffMin   time.Duration // before a program is started for the second time; doubles from there
	BackoffMax   time.Duration
	StableAfter  time.Duration // who was ready for so long starts with BackoffMin again
	IdleCheck    time.Duration // between looks for work
	IdleRetry    time.Duration // until a host that was told to stop, and still runs, is told again
}

// DefaultTiming returns the times for real use.
func DefaultTiming() Timing {
	return Timing{
		FirstProbe:   time.Second,
		Probe:        5 * time.Second,
		ProbeTimeout: 5 * time.Second,
		BackoffMin:   time.Second,
		BackoffMax:   time.Minute,
		StableAfter:  time.Minute,
		IdleCheck:    30 * time.Second,
		IdleRetry:    10 * time.Minute,
	}
}

// backoff is how long a program that ended waits.
func (t Timing) backoff() backoff.Exponential {
	return backoff.Exponential{First: t.BackoffMin, Max: t.BackoffMax}
}

// Options are what Run works with beside the config file.
type Options struct {
	Log    *slog.Logger
	Timing Timing           // DefaultTiming, but in tests
	Reload <-chan os.Signal // each signal has the config file read again; may be nil
	// StopHost stops the rented host that this process runs on, with the values of
	// idle.env_file. It may be nil where no config asks for it.
	StopHost func(ctx context.Context, secrets map[string]string) error
	// Withhold names variables that programs do not inherit.
	Withhold []string
}

// maxMissedProbes is how many looks in a row a program may leave unanswered: 30 s by
// default. A model server under load answers late, and its start takes minutes.
const maxMissedProbes = 6
