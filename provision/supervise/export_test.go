package supervise

import (
	"context"
	"log/slog"
	"time"
)

// NewLogFile makes a log file with a limit of its own.
func NewLogFile(path string, limit int64, secrets []string) LogFile {
	l := newLogFile(path, secrets, slog.New(slog.DiscardHandler))
	l.limit = limit
	return LogFile{l}
}

// LogFile is a log file.
type LogFile struct{ *logFile }

func (l LogFile) Close() error { return l.close() }
func (l LogFile) Last() string { return l.last() }

// CheckForWork makes looks at a gateway's metrics.
func CheckForWork(metrics, key string) func(context.Context) (bool, error) {
	return (&gatewayWork{metrics: metrics, key: key, timeout: 5 * time.Second}).look
}

// RunIdle runs an idle watch until ctx ends.
func RunIdle(ctx context.Context, after time.Duration, starting func() bool, look func(context.Context) (bool, error), stopHost func(context.Context) error) {
	w := idleWatch{after: after, timing: DefaultTiming(), log: slog.New(slog.DiscardHandler), look: look, stopHost: stopHost, starting: starting}
	w.run(ctx)
}

// WatchIdle watches until it is ended.
func WatchIdle(idle Idle, secrets map[string]string, opts Options) (end func()) {
	return watchIdle(&idlePlan{idle, secrets}, opts, newBoard("", opts.Log)).close
}

// BackoffOf is the wait after so many failures.
func BackoffOf(failures int) time.Duration { return DefaultTiming().backoff().After(failures) }

// ReadEnvFile reads an env_file.
func ReadEnvFile(file string) (map[string]string, error) { return readEnvFile(file) }
